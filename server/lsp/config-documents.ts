import type { TextDocument } from "vscode-languageserver-textdocument";
import { isModelConfig } from "../core/views/config/config-lines.js";
import { fileNameOf } from "./model-uri.js";

/** Files of this name are many things: what is no model's configuration is nobody's business here. */
export function isConfigFile(uri: string): boolean {
  return fileNameOf(uri) === "config.json";
}

export function isConfig(document: TextDocument): boolean {
  return isConfigFile(document.uri) && isModelConfig(document.getText());
}
