import { numberOfConstant, scalarOfConstant } from "../graph/constant.js";
import { type Dim, isKnown, subtractDims } from "../graph/dim.js";
import { type Operator, output, ruleOfTable, unknownWork } from "./operator-table.js";
import type { InferContext, Inferred } from "./rule.js";

/**
 * Whole generation loops of ONNX Runtime (ContribOperators.md). How many steps their decoder runs is data, so they have
 * no cost; the shapes of what they return follow from their inputs.
 */
export const rule = ruleOfTable({
  "com.microsoft:GreedySearch": generation(inferGreedy),
  "com.microsoft:Sampling": generation(inferGreedy),
  "com.microsoft:BeamSearch": generation(inferBeams),
  "com.microsoft:WhisperBeamSearch": generation(inferBeams),
});

function generation(infer: (ctx: InferContext) => readonly Inferred[]): Operator {
  return {
    infer: (ctx) => {
      ctx.warn("how often its decoder runs depends on the data; its cost is not counted.");
      return infer(ctx);
    },
    work: unknownWork,
  };
}

function extent(ctx: InferContext, index: number): Dim {
  const value = scalarOfConstant(ctx.constant(index));
  return value === undefined || typeof value === "string" ? ctx.freshDim() : value;
}

/** Token ids [batch, max_length]; Sampling also returns logits [batch, vocabulary]. */
function inferGreedy(ctx: InferContext): readonly Inferred[] {
  const batch = ctx.shape(0)?.[0] ?? ctx.freshDim();
  return [output("int32", [batch, extent(ctx, 1)]), output("float32", [batch, vocabulary(ctx)])];
}

function vocabulary(ctx: InferContext): Dim {
  const size = ctx.int("vocab_size", -1);
  return size > 0 ? size : ctx.freshDim();
}

/** Token ids [batch, returned, max_length], their scores, and the scores of each step. */
function inferBeams(ctx: InferContext): readonly Inferred[] {
  const input = ctx.shape(0);
  const batch = input?.[0] ?? ctx.freshDim();
  const longest = extent(ctx, 1);
  const beams = numberOfConstant(ctx.constant(3)) ?? ctx.freshDim();
  const returned = numberOfConstant(ctx.constant(4)) ?? ctx.freshDim();
  const prompt = input?.[1];
  const steps =
    prompt !== undefined && isKnown(prompt) && input?.length === 2
      ? subtractDims(longest, prompt)
      : ctx.freshDim();
  const scoreType = ctx.elementType(5) ?? "float32";
  const layerHeads = ctx.shape(12)?.[0] ?? ctx.freshDim();
  return [
    output("int32", [batch, returned, longest]),
    output(scoreType, [batch, returned]),
    output(scoreType, [steps, batch, beams, vocabulary(ctx)]),
    output("float32", [batch, returned, layerHeads, ctx.freshDim(), ctx.freshDim()]),
    output(scoreType, [batch]),
  ];
}
