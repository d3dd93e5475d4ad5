import { bytesOfElements } from "../graph/element-type.js";
import { output, outputLike, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";

/**
 * An operator of ours for the recurrence of a Mamba layer, as the kernels of mamba_ssm, vLLM and llama.cpp divide it: the step's
 * softplus, the recurrence, the direct way past it and the gate are one, and parts of their operands are read where they
 * lie (Gu & Dao 2023, algorithm 2; Dao & Gu 2024, section 7).
 *
 * `StateSpace(projected[B,S,…], convolved[B,S,…], selected, step, stepBias, decay, direct, state[B,H,N,D])`: the gate is the
 * first `inner` elements of `projected`, and without `step` the last H of it are the steps. Without `selected`, what goes in and out of
 * the states lies behind the values in `convolved`. The result is [B,S,inner] and the new state.
 */
export const rule = ruleOfTable({
  "ridgepoint:StateSpace": { infer: inferStates, work: statesWork },
});

const stateInput = 7;

function inferStates(ctx: InferContext): readonly Inferred[] {
  const [batch, tokens] = ctx.shape(0) ?? [];
  return [
    output(
      ctx.elementType(0),
      batch === undefined || tokens === undefined ? undefined : [batch, tokens, innerOf(ctx)],
    ),
    outputLike(ctx, stateInput),
  ];
}

function innerOf(ctx: NodeContext): number {
  return Math.max(0, ctx.int("inner", 0));
}

/**
 * Of each token and element of the state: the input is added (a MAC) and the output read (a MAC), and it fades by one product;
 * the exponential by which it fades is one per head, or one per element where each channel fades by itself. Of each channel: the
 * direct way (2), and the gate's SiLU and product (5). A step's softplus is 4, with its bias.
 */
function statesWork(ctx: WorkContext): Work | undefined {
  const [batch, heads, stateSize, headSize] = ctx.dims(stateInput) ?? [];
  const tokens = ctx.dims(0)?.[1];
  const elementType = ctx.elementType(0);
  if (batch === undefined || heads === undefined || stateSize === undefined) return undefined;
  if (headSize === undefined || tokens === undefined || elementType === undefined) return undefined;
  const inner = innerOf(ctx);
  const rows = batch * tokens;
  const elements = heads * stateSize * headSize;
  const chosen = 2 * ctx.int("groups", 1) * stateSize;
  const decays = ctx.inputElements(5) ?? 0;
  const direct = ctx.inputElements(6) ?? 0;
  const states = bytesOfElements(ctx.elementType(stateInput) ?? elementType, batch * elements);
  const read = rows * (2 * inner + chosen + heads) + decays + direct;
  return {
    macs: 2 * rows * elements,
    otherFlops: rows * (elements + decays + 7 * inner + 4 * heads),
    readBytes: bytesOfElements(elementType, read) + states,
    writeBytes: bytesOfElements(elementType, rows * inner) + states,
    kernel: {
      kind: "matmul",
      batch: batch * heads,
      m: tokens,
      n: headSize,
      k: stateSize,
      hasConstantRight: false,
    },
  };
}
