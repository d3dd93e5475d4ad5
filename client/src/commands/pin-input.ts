import * as vscode from "vscode";
import type { ClientCommand } from "../command.js";

export const command: ClientCommand = {
  id: "pinInput",
  title: "Pin the Input in a Comment",
  enablement: "editorLangId == python",
  run: async (_ctx, uri, line) => {
    const editor = vscode.window.activeTextEditor;
    const target = uri instanceof vscode.Uri ? uri : editor?.document.uri;
    if (target === undefined) return;
    const at = typeof line === "number" ? line : (editor?.selection.active.line ?? 0);
    const range = new vscode.Range(at, 0, at, 0);
    const actions = await vscode.commands.executeCommand<readonly vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      target,
      range,
      vscode.CodeActionKind.RefactorRewrite.value,
    );
    const action = actions.find(({ title, edit }) => title === pinTitle && edit !== undefined);
    if (action?.edit === undefined) {
      void vscode.window.showInformationMessage(
        "There is nothing to pin here: put the cursor on a class or function whose lens shows numbers.",
      );
      return;
    }
    await vscode.workspace.applyEdit(action.edit);
  },
};

/** As the server names it. */
const pinTitle = "Pin the input in a comment";
