import type { InlayHint } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { TextSpan } from "../../core/base/text-span.js";
import { designHints } from "../../core/views/design/design-hints.js";
import { toInlayHint, toSpan } from "../convert.js";
import { isDesignLanguage } from "../design-documents.js";
import { isKernelsAlone } from "../kernel-documents.js";
import { type Feature, type ServerContext, fence } from "../feature.js";

/** What each node costs, at the end of its line. */
export const inlayHintFeature: Feature = {
  id: "inlay-hint",
  capabilities: { inlayHintProvider: true },
  register: (server) => {
    const { connection, engine, workspace } = server;
    connection.languages.inlayHint.on(
      fence(server, "inlay-hint", null, async ({ textDocument: { uri }, range }, signal) => {
        const settings = await workspace.settingsFor(uri);
        const open = workspace.documents.get(uri);
        if (open !== undefined && isDesignLanguage(open)) {
          if (!settings.enable || !settings.hintsDesign) return [];
          await workspace.settled(uri);
          const state = await server.design.state(open);
          const found = state === undefined ? [] : designHints(state, toSpan(open, range));
          return found.map((hint) => toInlayHint(open, hint));
        }
        const kernels =
          open === undefined || !settings.enable || !settings.hintsLatency
            ? []
            : await kernelHints(server, open, toSpan(open, range), signal);
        if (open !== undefined && isKernelsAlone(open)) return kernels;
        const kinds = {
          latency: settings.hintsLatency,
          shape: settings.hintsShape,
          memory: settings.hintsMemory,
          quantization: settings.hintsQuantization,
        };
        if (!settings.enable || !Object.values(kinds).includes(true)) return kernels;
        const subject = await workspace.subjectOf(uri);
        const document = workspace.documents.get(uri);
        if (subject === undefined || document === undefined) return kernels;
        const hints = await engine.ask(
          "hints",
          { subject, span: toSpan(document, range), kinds },
          workspace.jobFor(subject, signal),
        );
        return [...kernels, ...hints.map((hint) => toInlayHint(document, hint))];
      }),
    );
  },
};

/** Of kernels written by hand. */
async function kernelHints(
  server: ServerContext,
  document: TextDocument,
  { start, end }: TextSpan,
  signal: AbortSignal,
): Promise<InlayHint[]> {
  const { hints } = await server.kernels.view(document, signal);
  return hints
    .filter(({ offset }) => start <= offset && offset <= end)
    .map((hint) => toInlayHint(document, hint));
}
