import type { TracedModel, TracedProgram } from "../formats/torch-trace.js";
import type { ReportDocument } from "./report-document.js";

/** The document with what is known of the program that the model comes from. */
export function withProgram(
  document: ReportDocument,
  program: TracedProgram,
  reported: TracedModel | undefined,
): ReportDocument {
  return {
    ...document,
    ...(reported !== undefined && {
      python: {
        entry: reported.entry,
        inputsFrom: reported.inputsFrom,
        inputs: reported.inputs.map(({ name, type, shape }) => ({ name, type, shape })),
        missingImports: program.missingImports,
      },
    }),
    models: program.models.map(({ name, kind, entry, source }) => ({
      name,
      kind,
      entry,
      line: source?.line ?? null,
    })),
  };
}
