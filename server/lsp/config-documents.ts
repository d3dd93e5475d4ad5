import type { TextDocument } from "vscode-languageserver-textdocument";
import { isConfigName, isModelConfig } from "../protocol/config-source.js";
import { fileNameOf } from "./model-uri.js";

export function isConfigFile(uri: string): boolean {
  return isConfigName(fileNameOf(uri));
}

export function isConfig(document: TextDocument): boolean {
  return isConfigFile(document.uri) && isModelConfig(document.getText());
}
