import { output, ruleOfTable, unknownWork } from "./operator-table.js";
import type { InferContext, Inferred } from "./rule.js";

export const rule = ruleOfTable({ ImageDecoder: { infer: inferImage, work: unknownWork } });

/** [height, width, channels]; the sizes are in the stream. */
function inferImage(ctx: InferContext): readonly Inferred[] {
  const channels = ctx.string("pixel_format", "RGB") === "Grayscale" ? 1 : 3;
  return [output("uint8", [ctx.freshDim(), ctx.freshDim(), channels])];
}
