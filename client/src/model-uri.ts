import * as vscode from "vscode";
import { isConfigName, isModelConfig } from "../../server/protocol/config-source.js";
import { usesModelLibrary } from "../../server/protocol/python-source.js";
import { printedExtension, printedScheme } from "../../server/protocol/printed-document.js";

/** The read-only text document of a model file. */
export function printedUriOf(modelUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.from({
    scheme: printedScheme,
    path: modelUri.path + printedExtension,
    query: modelUri.toString(),
  });
}

/** The model file that a document shows, which may be the document itself. */
export function modelUriOf(uri: vscode.Uri): vscode.Uri {
  return uri.scheme === printedScheme ? vscode.Uri.parse(uri.query, true) : uri;
}

/** The model that a command speaks of: its argument, else what the active tab shows. */
export function modelUriFor(argument: unknown): vscode.Uri | undefined {
  if (argument instanceof vscode.Uri) return modelUriOf(argument);
  if (typeof argument === "string") return modelUriOf(vscode.Uri.parse(argument, true));
  return activeModelUri();
}

/** The same; where there is none, the user is told what to do first. */
export function modelUriOrTell(argument: unknown): vscode.Uri | undefined {
  const uri = modelUriFor(argument);
  if (uri === undefined) void vscode.window.showInformationMessage("Open a model file first.");
  return uri;
}

export function activeModelUri(): vscode.Uri | undefined {
  const input: unknown = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputCustom)
    return modelViewTypes.includes(input.viewType) ? input.uri : undefined;
  if (!(input instanceof vscode.TabInputText)) return undefined;
  if (input.uri.scheme === printedScheme) return modelUriOf(input.uri);
  const document = vscode.workspace.textDocuments.find(
    (candidate) => candidate.uri.toString() === input.uri.toString(),
  );
  if (document === undefined) return undefined;
  const isModel =
    document.languageId === "onnx-text" ||
    document.languageId === "mlir" ||
    (document.languageId === "python" &&
      input.uri.scheme === "file" &&
      usesModelLibrary(document.getText())) ||
    (isConfigName(input.uri.path) && isModelConfig(document.getText()));
  return isModel ? input.uri : undefined;
}

/** Models in binary, which open so by default, and models in text, which can be. */
export const modelViewTypes: readonly string[] = ["ridgepoint.model", "ridgepoint.modelText"];

export function viewTypeFor(uri: vscode.Uri): string {
  const path = uri.path.toLowerCase();
  return path.endsWith(printedExtension) || path.endsWith(".mlir")
    ? "ridgepoint.modelText"
    : "ridgepoint.model";
}
