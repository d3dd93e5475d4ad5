import * as vscode from "vscode";
import { locateRequest } from "../../server/protocol/requests.js";
import type { Ctx } from "./ctx.js";
import { modelUriOf } from "./model-uri.js";

/** The node under the cursor of a text is selected in the visible panels of its model. */
export function shareSelection(ctx: Ctx): vscode.Disposable {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const share = async (editor: vscode.TextEditor): Promise<void> => {
    const { document, selection } = editor;
    const panels = ctx.panels.of(modelUriOf(document.uri)).filter((panel) => panel.isVisible());
    if (panels.length === 0) return;
    const found = await ctx.client.sendRequest(locateRequest, {
      uri: document.uri.toString(),
      offset: document.offsetAt(selection.active),
    });
    if (found !== null) for (const panel of panels) panel.reveal(found.nodeId);
  };
  const listening = vscode.window.onDidChangeTextEditorSelection(({ textEditor, kind }) => {
    if (!["onnx-text", "mlir", "python"].includes(textEditor.document.languageId)) return;
    // What a command selected came from a panel in the first place.
    if (kind === vscode.TextEditorSelectionChangeKind.Command) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      share(textEditor).catch((error: unknown) => ctx.log.debug(`selection: ${String(error)}`));
    }, 200);
  });
  return vscode.Disposable.from(listening, { dispose: () => clearTimeout(timer) });
}

/** A node that was chosen in a panel: the visible texts of its model go to it, and the focus stays where it is. */
export async function revealInEditors(ctx: Ctx, uri: vscode.Uri, nodeId: number): Promise<void> {
  for (const editor of vscode.window.visibleTextEditors) {
    const { document } = editor;
    if (modelUriOf(document.uri).toString() !== uri.toString()) continue;
    const found = await ctx.client.sendRequest(locateRequest, {
      uri: document.uri.toString(),
      nodeId,
    });
    if (found === null) continue;
    const position = document.positionAt(found.offset);
    editor.selection = new vscode.Selection(position, position);
    editor.revealRange(
      new vscode.Range(position, position),
      vscode.TextEditorRevealType.InCenterIfOutsideViewport,
    );
  }
}
