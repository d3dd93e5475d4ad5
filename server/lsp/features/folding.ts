import { toFoldingRange } from "../convert.js";
import { type Feature, fence } from "../feature.js";
import { isPython } from "../python-documents.js";

/** Folds bodies and the list of weights. */
export const foldingFeature: Feature = {
  id: "folding",
  // Where a language has a provider that finds nothing, editors may fold nothing: not for Python.
  capabilities: {
    foldingRangeProvider: { documentSelector: [{ language: "onnx-text" }, { language: "mlir" }] },
  },
  register: (server) => {
    const { connection, engine, workspace } = server;
    connection.onFoldingRanges(
      fence(server, "folding", null, async ({ textDocument: { uri } }, signal) => {
        const document = workspace.documents.get(uri);
        // Python's own outline and folds are its extension's business.
        if (document !== undefined && isPython(document)) return null;
        const subject = await workspace.subjectOf(uri);
        if (subject === undefined || document === undefined) return null;
        const folds = await engine.ask("folding", { subject }, workspace.jobFor(subject, signal));
        return folds.flatMap((fold) => toFoldingRange(document, fold) ?? []);
      }),
    );
  },
};
