import { scalarOfConstant } from "../graph/constant.js";
import { addDims, type Dim } from "../graph/dim.js";
import { dataType } from "../graph/data-type.js";
import { elementwiseWork, output, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext } from "./rule.js";
import { floorDivide } from "./spatial.js";

/**
 * Windows and filter banks. For each element: the angle (two operations), its cosine, a multiply and a subtraction;
 * Blackman has a second cosine term. A filter bank takes two slopes (a subtraction and a division each), their minimum
 * and a clamp.
 */
export const rule = ruleOfTable({
  HannWindow: { infer: inferWindow, work: elementwiseWork(5) },
  HammingWindow: { infer: inferWindow, work: elementwiseWork(5) },
  BlackmanWindow: { infer: inferWindow, work: elementwiseWork(9) },
  MelWeightMatrix: { infer: inferMelWeights, work: elementwiseWork(6) },
});

function inferWindow(ctx: InferContext): readonly Inferred[] {
  const size = scalarInput(ctx, 0) ?? ctx.freshDim();
  return [output(dataType(ctx.int("output_datatype", 1)), [size])];
}

/** [dft_length / 2 + 1, num_mel_bins]. */
function inferMelWeights(ctx: InferContext): readonly Inferred[] {
  const bands = scalarInput(ctx, 0) ?? ctx.freshDim();
  const length = scalarInput(ctx, 1);
  const bins = length === undefined ? ctx.freshDim() : addDims(floorDivide(length, 2), 1);
  return [output(dataType(ctx.int("output_datatype", 1)), [bins, bands])];
}

function scalarInput(ctx: NodeContext, index: number): Dim | undefined {
  const value = scalarOfConstant(ctx.constant(index));
  return typeof value === "string" ? undefined : value;
}
