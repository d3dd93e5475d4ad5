import type { CodeLens } from "vscode-languageserver/node";
import { lensAnchor } from "../../core/views/text/lens-anchor.js";
import { toRange } from "../convert.js";
import { askAgain } from "../ask-again.js";
import { JobStopped } from "../engine.js";
import { type Feature, type ServerContext, fence } from "../feature.js";
import { modelUriOf } from "../model-uri.js";

/**
 * Exactly one lens, above the graph. Where it stands follows from the text alone and is answered at once; what it says
 * is filled in by `resolve`, so that no line jumps when the numbers arrive.
 */
export const codeLensFeature: Feature = {
  id: "code-lens",
  capabilities: { codeLensProvider: { resolveProvider: true } },
  register: (server) => {
    const { connection, workspace } = server;
    connection.onCodeLens(
      fence(server, "code-lens", [], async ({ textDocument: { uri } }) => {
        const document = workspace.documents.get(uri);
        if (document === undefined) return [];
        const settings = await workspace.settingsFor(uri);
        if (!settings.enable || !settings.codeLens) return [];
        const range = toRange(document, lensAnchor(document.getText()));
        return [{ range, data: { uri } }];
      }),
    );
    connection.onCodeLensResolve(async (lens: CodeLens, token) => {
      const uri = uriOf(lens.data);
      const resolve = fence(server, "code-lens", { title: "" }, (_: null, signal) =>
        titleOf(server, uri, signal),
      );
      const title = await resolve(null, token);
      return "title" in title
        ? {
            ...lens,
            command: {
              ...title,
              command: "ridgepoint.showModelActions",
              arguments: [modelUriOf(uri)],
            },
          }
        : title;
    });
  },
};

async function titleOf(
  { engine, workspace }: ServerContext,
  uri: string,
  signal: AbortSignal,
): Promise<{ readonly title: string; readonly tooltip?: string }> {
  try {
    return await askAgain(async () => {
      const subject = await workspace.subjectOf(uri);
      return subject === undefined
        ? { title: "Nothing is known of this model" }
        : engine.ask("lens", { subject }, workspace.jobFor(subject, signal));
    });
  } catch (error) {
    if (error instanceof JobStopped && (error.reason === "failed" || error.reason === "cancelled"))
      return { title: error.message };
    throw error;
  }
}

function uriOf(data: unknown): string {
  if (typeof data !== "object" || data === null || !("uri" in data)) return "";
  return typeof data.uri === "string" ? data.uri : "";
}
