import * as vscode from "vscode";
import type { Ctx } from "./ctx.js";
import { modelViewTypes } from "./model-uri.js";
import { hostPanel } from "./panel-host.js";

/** The read-only editor of model files: a page that asks the server for views of the file. */
export function registerModelEditor(ctx: Ctx): vscode.Disposable {
  const provider: vscode.CustomReadonlyEditorProvider = {
    openCustomDocument: (uri) => {
      const watching = watch(ctx, uri);
      return { uri, dispose: () => void watching.dispose() };
    },
    resolveCustomEditor: ({ uri }, panel) =>
      hostPanel(ctx, panel, {
        page: "model",
        uri,
        fileName: uri.path.slice(uri.path.lastIndexOf("/") + 1),
      }),
  };
  return vscode.Disposable.from(
    ...modelViewTypes.map((viewType) =>
      vscode.window.registerCustomEditorProvider(viewType, provider, {
        supportsMultipleEditorsPerDocument: true,
        webviewOptions: { retainContextWhenHidden: false },
      }),
    ),
    ctx.modelChanged.event((uri) => {
      for (const panel of ctx.panels.of(vscode.Uri.parse(uri, true))) panel.changed();
    }),
  );
}

/** The server watches the workspace's files itself; a model from elsewhere is watched here. */
function watch(ctx: Ctx, uri: vscode.Uri): vscode.Disposable {
  if (uri.scheme !== "file" || vscode.workspace.getWorkspaceFolder(uri) !== undefined)
    return new vscode.Disposable(() => undefined);
  const folder = vscode.Uri.joinPath(uri, "..");
  const name = uri.path.slice(uri.path.lastIndexOf("/") + 1);
  const watcher = vscode.workspace.createFileSystemWatcher(
    new vscode.RelativePattern(folder, escapeGlob(name)),
  );
  const tell = (type: 1 | 2 | 3) => (): void => {
    ctx.client
      .sendNotification("workspace/didChangeWatchedFiles", {
        changes: [{ uri: uri.toString(), type }],
      })
      .then(undefined, (error: unknown) => ctx.log.debug(`watch: ${String(error)}`));
  };
  watcher.onDidCreate(tell(1));
  watcher.onDidChange(tell(2));
  watcher.onDidDelete(tell(3));
  return watcher;
}

function escapeGlob(name: string): string {
  return name.replace(/[[\]{}*?]/g, (character) => `[${character}]`);
}
