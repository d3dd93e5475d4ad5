import { type Dim, isKnown, maxDims, multiplyDims } from "../graph/dim.js";
import type { Shape } from "../graph/value-type.js";
import { shareOf } from "./attention-work.js";
import { inferLikeFirst, output, outputLike, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";

export const rule = ruleOfTable({
  LinearAttention: { infer: inferLinear, work: linearWork },
  "com.microsoft:LinearAttention": { infer: inferLinear, work: linearWork },
  "com.microsoft:GatedDeltaNet": { infer: inferDeltaNet, work: deltaNetWork },
  "com.microsoft:LinearAttentionGate": {
    infer: (ctx) => [outputLike(ctx, 0), outputLike(ctx, 0)],
    work: gateWork,
  },
  "com.microsoft:GatedAdd": {
    infer: inferLikeFirst,
    work: (ctx) => elementwise(ctx.inputElements(0), 2),
  },
  "com.microsoft:EngramGate": {
    infer: (ctx) => [outputLike(ctx, 1), outputLike(ctx, 1)],
    // Two root mean square normalizations (4 each), the dot product (2), the gated value (1); a third normalization (4).
    work: (ctx) => elementwise(ctx.inputElements(1), 11 + (ctx.hasOutput(1) ? 4 : 0)),
  },
});

interface States {
  readonly batch: Dim;
  readonly tokens: Dim;
  readonly queryHeads: Dim;
  readonly valueHeads: Dim;
  readonly keySize: Dim;
  readonly valueSize: Dim;
}

function statesOf(ctx: NodeContext): States | undefined {
  const queryHeads = ctx.int("q_num_heads", 0);
  const valueHeads = ctx.int("kv_num_heads", 0);
  const query = ctx.shape(0);
  const keySize = shareOf(query?.[2], queryHeads);
  const valueSize = shareOf(ctx.shape(2)?.[2], valueHeads);
  if (query?.length !== 3 || keySize === undefined || valueSize === undefined) return undefined;
  return {
    batch: query[0] ?? 1,
    tokens: query[1] ?? 1,
    queryHeads,
    valueHeads,
    keySize,
    valueSize,
  };
}

function inferLinear(ctx: InferContext): readonly Inferred[] {
  for (const name of ["q_num_heads", "kv_num_heads"])
    if (ctx.int(name, 0) < 1) ctx.error(`\`${name}\` should be at least 1.`);
  const states = statesOf(ctx);
  const elementType = ctx.elementType(0);
  const stateType = ctx.elementType(3) ?? elementType;
  if (states === undefined) return [output(elementType, undefined), output(stateType, undefined)];
  const { batch, tokens, queryHeads, valueHeads, keySize, valueSize } = states;
  const window = ctx.int("state_window", 0);
  const state: Shape = [batch, valueHeads, keySize, valueSize];
  return [
    output(elementType, [batch, tokens, multiplyDims(maxDims(queryHeads, valueHeads), valueSize)]),
    output(stateType, window > 0 ? [window, ...state] : state),
  ];
}

function linearWork(ctx: WorkContext): Work | undefined {
  return recurrenceWork(statesOf(ctx), ctx.string("update_rule", "gated_delta"));
}

/**
 * For each token and each head's state of key × value elements (ONNX LinearAttention-27, update rules): the outer
 * product is added (a MAC for each element), the output reads the state (a MAC for each element and query head), the
 * delta rules read it once more for the old value; gates multiply it.
 */
function recurrenceWork(states: States | undefined, updateRule: string): Work | undefined {
  if (states === undefined) return undefined;
  const { batch, tokens, queryHeads, valueHeads, keySize, valueSize } = states;
  if (!isKnown(batch) || !isKnown(tokens) || !isKnown(queryHeads)) return undefined;
  if (!isKnown(valueHeads) || !isKnown(keySize) || !isKnown(valueSize)) return undefined;
  const isDelta = updateRule.endsWith("delta");
  const isGated = updateRule.startsWith("gated");
  const readers = Math.max(queryHeads, valueHeads);
  const rows = batch * tokens;
  return {
    macs: rows * keySize * valueSize * (valueHeads * (isDelta ? 2 : 1) + readers),
    otherFlops:
      rows *
        valueHeads *
        ((isGated ? keySize * valueSize + 1 : 0) + (isDelta ? 2 * valueSize : 0)) +
      rows * readers * valueSize,
    kernel: {
      kind: "matmul",
      batch: batch * readers,
      m: tokens,
      n: valueSize,
      k: keySize,
      hasConstantRight: false,
    },
  };
}

/** Token-major: [tokens, heads, size] with the batch in the state, or [batch, tokens, heads, size]. */
function deltaNetStates(
  ctx: NodeContext,
): (States & { readonly stateBatch: Dim | undefined }) | undefined {
  const query = ctx.shape(0);
  const value = ctx.shape(2);
  if (query === undefined || value === undefined) return undefined;
  const isBatched = query.length === 4;
  const [queryHeads, keySize] = query.slice(-2);
  const [valueHeads, valueSize] = value.slice(-2);
  const tokens = isBatched ? query[1] : query[0];
  if (queryHeads === undefined || keySize === undefined || tokens === undefined) return undefined;
  if (valueHeads === undefined || valueSize === undefined) return undefined;
  const batch = isBatched ? (query[0] ?? 1) : 1;
  return {
    batch,
    tokens,
    queryHeads,
    valueHeads,
    keySize,
    valueSize,
    stateBatch: isBatched ? batch : ctx.shape(6)?.[0],
  };
}

function inferDeltaNet(ctx: InferContext): readonly Inferred[] {
  const states = deltaNetStates(ctx);
  const query = ctx.shape(0);
  if (states === undefined || query === undefined)
    return [output(ctx.elementType(0), undefined), output("float32", undefined)];
  const { queryHeads, valueHeads, keySize, valueSize } = states;
  const stateBatch = states.stateBatch ?? ctx.freshDim();
  const capacity = ctx.int("state_update_capacity", 0);
  const update = ctx.shape(1)?.at(-2);
  const width =
    isKnown(valueHeads) && isKnown(keySize) && isKnown(valueSize) && typeof update === "number"
      ? capacity * (valueHeads + update * keySize + valueHeads * valueSize)
      : ctx.freshDim();
  return [
    output(ctx.elementType(0), [...query.slice(0, -2), maxDims(queryHeads, valueHeads), valueSize]),
    output("float32", [stateBatch, valueHeads, valueSize, keySize]),
    output("float32", [stateBatch, width]),
  ];
}

function deltaNetWork(ctx: WorkContext): Work | undefined {
  return recurrenceWork(deltaNetStates(ctx), ctx.string("update_rule", "gated_delta"));
}

/** Decay: add, softplus (exponentiate, add, logarithm), multiply; beta: sigmoid (negate, exponentiate, add, divide). */
function gateWork(ctx: WorkContext): Work | undefined {
  return elementwise(ctx.inputElements(0), 5 + (ctx.hasInput(3) ? 4 : 0));
}

function elementwise(elements: number | undefined, flops: number): Work | undefined {
  if (elements === undefined) return undefined;
  return { macs: 0, otherFlops: flops * elements, kernel: { kind: "elementwise", elements } };
}
