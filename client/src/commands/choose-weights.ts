import * as vscode from "vscode";
import type { ClientCommand } from "../command.js";

/** Kept in the workspace's settings, by the source's place in it. */
export const command: ClientCommand = {
  id: "chooseWeights",
  title: "Choose Weight File…",
  enablement: "editorLangId == python",
  run: async (_ctx, argument) => {
    const uri =
      argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
    const folder = uri && vscode.workspace.getWorkspaceFolder(uri);
    if (uri === undefined || folder === undefined) {
      void vscode.window.showInformationMessage(
        "Open a Python file of the workspace first; elsewhere, a comment `# ridgepoint: weights=FILE` above the class does it.",
      );
      return;
    }
    const [picked] =
      (await vscode.window.showOpenDialog({
        title: "Weights of the model",
        defaultUri: vscode.Uri.joinPath(uri, ".."),
        filters: { Weights: ["safetensors", "json", "pt", "pth", "bin", "gguf"] },
      })) ?? [];
    if (picked === undefined) return;
    const settings = vscode.workspace.getConfiguration("ridgepoint", uri);
    const before = settings.get<Readonly<Record<string, string>>>("python.weights", {});
    await settings.update(
      "python.weights",
      { ...before, [vscode.workspace.asRelativePath(uri, false)]: relative(picked) },
      vscode.ConfigurationTarget.Workspace,
    );
  },
};

function relative(file: vscode.Uri): string {
  return vscode.workspace.getWorkspaceFolder(file) === undefined
    ? file.fsPath
    : vscode.workspace.asRelativePath(file, false);
}
