import type { Design } from "../../core/design/design.js";
import { emptyDesign } from "../../core/design/empty-design.js";
import { designKindOfFile } from "../../core/design/file-kinds.js";
import { findPart, unknownPartMessage } from "../../core/design/find-part.js";
import { sourceFile } from "../../core/design/places.js";
import type { DesignAnalyst, DesignContext, DesignRequest } from "./design-request.js";
import { designAnalysts } from "./index.generated.js";

/** The analyst of a file, by its name; undefined for files that are no hardware description. */
export function designAnalystOf(file: string): DesignAnalyst | undefined {
  const kind = designKindOfFile(file);
  return designAnalysts.find((analyst) => analyst.kind === kind);
}

/** Analyses a hardware description on its part. What cannot be analysed answers with problems; nothing is thrown for it. */
export async function analyseDesign(
  request: DesignRequest,
  context: DesignContext,
): Promise<Design> {
  const analyst = designAnalystOf(request.file);
  if (analyst === undefined) throw new Error(`no analyst takes ${request.file}`);
  const wanted = request.part ?? analyst.defaultPart;
  const own = request.part === undefined ? analyst.partOf?.(request) : undefined;
  // A project may name a part that no table has; its analyst says so.
  const part =
    (own === undefined ? undefined : findPart(context.families, own)) ??
    findPart(context.families, wanted);
  if (part === undefined)
    return emptyDesign(analyst.kind, [
      {
        code: "RP5001",
        severity: "error",
        message: unknownPartMessage(context.families, wanted),
        place: sourceFile(request.file),
      },
    ]);
  return analyst.analyse(request, part, context);
}

export function disposeDesignAnalysts(): void {
  for (const analyst of designAnalysts) analyst.dispose();
}
