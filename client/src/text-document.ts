import * as vscode from "vscode";
import { printedScheme } from "../../server/protocol/printed-document.js";
import { textRequest } from "../../server/protocol/requests.js";
import type { Ctx } from "./ctx.js";

/** Model files as read-only text documents; their text is made anew when the file changes. */
export function registerTextDocuments(ctx: Ctx): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changed.event,
    provideTextDocumentContent: async (uri, token) => {
      const { text } = await ctx.client.sendRequest(textRequest, { uri: uri.query }, token);
      return text;
    },
  };
  return vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(printedScheme, provider),
    ctx.modelChanged.event((uri) => {
      for (const document of vscode.workspace.textDocuments)
        if (document.uri.scheme === printedScheme && document.uri.query === uri)
          changed.fire(document.uri);
    }),
  );
}
