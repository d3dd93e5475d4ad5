import { URI } from "vscode-uri";
import { printedScheme } from "../protocol/printed-document.js";

/** The model file that a document is about: itself, or for a printed document the file that it shows. */
export function modelUriOf(documentUri: string): string {
  const uri = URI.parse(documentUri);
  return uri.scheme === printedScheme ? uri.query : URI.parse(documentUri).toString();
}

/** Two spellings of one address (`%3A` for `:`) are one key. */
export function normalUri(uri: string): string {
  return URI.parse(uri).toString();
}

export function isPrinted(documentUri: string): boolean {
  return URI.parse(documentUri).scheme === printedScheme;
}

/** The path of a file on this machine; undefined for what lives elsewhere. */
export function filePathOf(uri: string): string | undefined {
  const parsed = URI.parse(uri);
  return parsed.scheme === "file" ? parsed.fsPath : undefined;
}

/** For titles and messages. */
export function fileNameOf(uri: string): string {
  const { path } = URI.parse(uri);
  return path.slice(path.lastIndexOf("/") + 1);
}
