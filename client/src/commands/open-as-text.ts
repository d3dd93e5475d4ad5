import * as vscode from "vscode";
import { locateRequest } from "../../../server/protocol/requests.js";
import type { ClientCommand } from "../command.js";
import { modelUriOrTell, printedUriOf } from "../model-uri.js";

export const command: ClientCommand = {
  id: "openAsText",
  title: "Open Model as Text",
  icon: "$(file-code)",
  run: async (ctx, argument, node) => {
    const modelUri = modelUriOrTell(argument);
    if (modelUri === undefined) return;
    const isText = /\.(onnxtxt|mlir|py)$/i.test(modelUri.path);
    const uri = isText ? modelUri : printedUriOf(modelUri);
    const document = await vscode.workspace.openTextDocument(uri);
    const editor = await vscode.window.showTextDocument(document, { preview: false });
    const { nodeId, nodeName } = nodeOf(node);
    if (nodeId === undefined && nodeName === undefined) return;
    const found = await ctx.client.sendRequest(locateRequest, {
      uri: uri.toString(),
      ...(nodeId !== undefined && { nodeId }),
      ...(nodeName !== undefined && { nodeName }),
    });
    if (found === null) return;
    const position = document.positionAt(found.offset);
    editor.selection = new vscode.Selection(position, position);
    editor.revealRange(
      new vscode.Range(position, position),
      vscode.TextEditorRevealType.InCenterIfOutsideViewport,
    );
  },
};

/** The node that a page asks for. Other callers (menus) pass other things in this place, which mean nothing. */
function nodeOf(value: unknown): { readonly nodeId?: number; readonly nodeName?: string } {
  if (typeof value !== "object" || value === null) return {};
  if ("nodeId" in value && typeof value.nodeId === "number") return { nodeId: value.nodeId };
  if ("nodeName" in value && typeof value.nodeName === "string")
    return { nodeName: value.nodeName };
  return {};
}
