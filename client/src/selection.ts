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
    if (!["onnx-text", "python"].includes(textEditor.document.languageId)) return;
    // What a command selected came from a panel in the first place.
    if (kind === vscode.TextEditorSelectionChangeKind.Command) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      share(textEditor).catch((error: unknown) => ctx.log.debug(`selection: ${String(error)}`));
    }, 200);
  });
  return vscode.Disposable.from(listening, { dispose: () => clearTimeout(timer) });
}
