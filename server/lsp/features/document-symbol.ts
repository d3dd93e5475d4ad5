import { designOutline } from "../../core/views/design/design-outline.js";
import { toDocumentSymbol } from "../convert.js";
import { type Feature, fence } from "../feature.js";
import { designKindOf } from "../design-documents.js";
import { isKernelsAlone } from "../kernel-documents.js";
import { isModelSource, isPython } from "../python-documents.js";

/** The outline: functions, the graph, its nodes and weights; of a Python file its models, and their layers with costs; kernels written by hand. */
export const documentSymbolFeature: Feature = {
  id: "document-symbol",
  capabilities: { documentSymbolProvider: { label: "Ridgepoint" } },
  register: (server) => {
    const { connection, engine, workspace } = server;
    connection.onDocumentSymbol(
      fence(server, "document-symbol", null, async ({ textDocument: { uri } }, signal) => {
        const document = workspace.documents.get(uri);
        const ofKernels =
          document === undefined
            ? []
            : (await server.kernels.view(document, signal)).outline.map((item) =>
                toDocumentSymbol(document, item),
              );
        if (document !== undefined && isKernelsAlone(document)) return ofKernels;
        // Of a Python file that holds no model, the outline is Python's business alone.
        if (document !== undefined && isPython(document) && !isModelSource(document)) return null;
        const kind = document === undefined ? undefined : designKindOf(document);
        if (document !== undefined && kind !== undefined) {
          if (kind === "hls" && !server.design.isSource(document)) return null;
          const state = await server.design.state(document);
          const items = state === undefined ? [] : designOutline(state, kind);
          return items.map((item) => toDocumentSymbol(document, item));
        }
        const subject = await workspace.subjectOf(uri);
        if (subject === undefined || document === undefined) return null;
        const items = await engine.ask("outline", { subject }, workspace.jobFor(subject, signal));
        return [...ofKernels, ...items.map((item) => toDocumentSymbol(document, item))];
      }),
    );
  },
};
