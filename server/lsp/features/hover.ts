import { designHover } from "../../core/views/design/design-hover.js";
import { toHover } from "../convert.js";
import { isDesignLanguage } from "../design-documents.js";
import { isKernelsAlone } from "../kernel-documents.js";
import { type Feature, fence } from "../feature.js";

/** What a node or tensor is and costs, on every chosen target. */
export const hoverFeature: Feature = {
  id: "hover",
  capabilities: { hoverProvider: true },
  register: (server) => {
    const { connection, engine, workspace } = server;
    connection.onHover(
      fence(server, "hover", null, async ({ textDocument: { uri }, position }, signal) => {
        const settings = await workspace.settingsFor(uri);
        if (!settings.enable || !settings.hover) return null;
        const open = workspace.documents.get(uri);
        if (open !== undefined && isDesignLanguage(open)) {
          const state = await server.design.state(open);
          const found = state && designHover(state, open.offsetAt(position));
          return found ? toHover(open, found) : null;
        }
        if (open !== undefined) {
          const { hovers } = await server.kernels.view(open, signal);
          const offset = open.offsetAt(position);
          const [found] = hovers
            .filter(({ span }) => span.start <= offset && offset <= span.end)
            .sort((a, b) => a.span.end - a.span.start - (b.span.end - b.span.start));
          if (found !== undefined) return toHover(open, found);
          if (isKernelsAlone(open)) return null;
        }
        const subject = await workspace.subjectOf(uri);
        const document = workspace.documents.get(uri);
        if (subject === undefined || document === undefined) return null;
        const hover = await engine.ask(
          "hover",
          {
            subject,
            offset: document.offsetAt(position),
            isQuantized: settings.hintsQuantization,
          },
          workspace.jobFor(subject, signal),
        );
        return hover === null ? null : toHover(document, hover);
      }),
    );
  },
};
