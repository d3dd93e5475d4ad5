import * as vscode from "vscode";
import { usesModelLibrary } from "../../../server/protocol/python-source.js";
import { foldersWithout, modelFiles } from "../pick-model.js";

/** More files than this are no list that anyone reads. */
const fileLimit = 500;

/** Model files of the workspace, and open Python sources that make models. */
export function modelsView(): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const provider: vscode.TreeDataProvider<vscode.Uri> = {
    onDidChangeTreeData: changed.event,
    async getChildren(parent) {
      if (parent !== undefined) return [];
      const files = await vscode.workspace.findFiles(modelFiles, foldersWithout, fileLimit);
      const sources = vscode.workspace.textDocuments
        .filter(
          (document) =>
            document.languageId === "python" &&
            document.uri.scheme === "file" &&
            usesModelLibrary(document.getText()),
        )
        .map(({ uri }) => uri);
      return [...files, ...sources].sort((a, b) => a.path.localeCompare(b.path));
    },
    getTreeItem(uri) {
      const item = new vscode.TreeItem(uri, vscode.TreeItemCollapsibleState.None);
      const shown = vscode.workspace.asRelativePath(uri);
      item.description = shown.slice(0, Math.max(0, shown.lastIndexOf("/")));
      item.tooltip = uri.fsPath;
      // As it is read on screen.
      item.accessibilityInformation = {
        label: `${uri.path.slice(uri.path.lastIndexOf("/") + 1)} ${item.description}`.trim(),
      };
      item.contextValue = "model";
      item.command = uri.path.endsWith(".py")
        ? { command: "vscode.open", title: "Open", arguments: [uri] }
        : { command: "ridgepoint.openModel", title: "Open Model", arguments: [uri] };
      return item;
    },
  };
  const watcher = vscode.workspace.createFileSystemWatcher(modelFiles, false, true, false);
  const tell = (): void => changed.fire();
  return vscode.Disposable.from(
    changed,
    watcher,
    watcher.onDidCreate(tell),
    watcher.onDidDelete(tell),
    vscode.workspace.onDidOpenTextDocument(({ languageId }) => languageId === "python" && tell()),
    vscode.workspace.onDidCloseTextDocument(({ languageId }) => languageId === "python" && tell()),
    vscode.workspace.onDidChangeWorkspaceFolders(tell),
    vscode.window.registerTreeDataProvider("ridgepoint.models", provider),
  );
}
