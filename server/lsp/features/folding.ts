import { toFoldingRange } from "../convert.js";
import { type Feature, fence } from "../feature.js";

/** Folds bodies and the list of weights. */
export const foldingFeature: Feature = {
  id: "folding",
  capabilities: { foldingRangeProvider: true },
  register: (server) => {
    const { connection, engine, workspace } = server;
    connection.onFoldingRanges(
      fence(server, "folding", null, async ({ textDocument: { uri } }, signal) => {
        const subject = await workspace.subjectOf(uri);
        const document = workspace.documents.get(uri);
        if (subject === undefined || document === undefined) return null;
        const folds = await engine.ask("folding", { subject }, workspace.jobFor(subject, signal));
        return folds.flatMap((fold) => toFoldingRange(document, fold) ?? []);
      }),
    );
  },
};
