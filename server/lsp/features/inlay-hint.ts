import { designHints } from "../../core/views/design/design-hints.js";
import { toInlayHint, toSpan } from "../convert.js";
import { isDesignLanguage } from "../design-documents.js";
import { isCudaDocument } from "../cuda-documents.js";
import { type Feature, fence } from "../feature.js";

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
        if (open !== undefined && isCudaDocument(open)) {
          if (!settings.enable || !settings.hintsLatency) return [];
          const { hints: found } = await server.cuda.view(open, signal);
          const { start, end } = toSpan(open, range);
          return found
            .filter(({ offset }) => start <= offset && offset <= end)
            .map((hint) => toInlayHint(open, hint));
        }
        const kinds = {
          latency: settings.hintsLatency,
          shape: settings.hintsShape,
          memory: settings.hintsMemory,
          quantization: settings.hintsQuantization,
        };
        if (!settings.enable || !Object.values(kinds).includes(true)) return [];
        const subject = await workspace.subjectOf(uri);
        const document = workspace.documents.get(uri);
        if (subject === undefined || document === undefined) return [];
        const hints = await engine.ask(
          "hints",
          { subject, span: toSpan(document, range), kinds },
          workspace.jobFor(subject, signal),
        );
        return hints.map((hint) => toInlayHint(document, hint));
      }),
    );
  },
};
