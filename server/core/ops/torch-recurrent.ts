import { productOf } from "../base/product.js";
import type { OpRule, Work, WorkContext } from "./rule.js";
import { torchRule } from "./torch-rule.js";

/** Gates, and operations on one hidden element at one step besides the products: see `recurrent.ts`. */
interface Cell {
  readonly gates: number;
  readonly flops: number;
}

const plain: Cell = { gates: 1, flops: 2 };
const gated: Cell = { gates: 3, flops: 11 };
const long: Cell = { gates: 4, flops: 13 };

/** torch's recurrent layers have all their layers and directions in one call. */
export const rule: OpRule = torchRule({
  rnn_tanh: layerWork(plain),
  rnn_relu: layerWork(plain),
  gru: layerWork(gated),
  lstm: layerWork(long),
  rnn_tanh_cell: cellWork(plain),
  rnn_relu_cell: cellWork(plain),
  gru_cell: cellWork(gated),
  lstm_cell: cellWork(long),
});

/**
 * Every matrix among the weights is applied once a step to each row of the batch, whatever layer or direction it belongs
 * to: MACs = steps × batch × (sum of their elements). Projections count likewise.
 */
function layerWork(cell: Cell): (ctx: WorkContext) => Work | undefined {
  return (ctx) => {
    const input = ctx.dims(0);
    if (input === undefined) return undefined;
    const rows = productOf(input.slice(0, -1));
    const isPacked = input.length === 2;
    const isBatchFirst = ctx.int("batch_first", 0) !== 0;
    const batch = isPacked ? 1 : ((isBatchFirst ? input[0] : input[1]) ?? 1);
    const directions = ctx.int("bidirectional", 0) === 0 ? 1 : 2;
    const layers = ctx.int("num_layers", 1);
    const hidden = ctx.int("hidden_size") ?? 0;
    const weights = weightElements(ctx, 1);
    if (weights === undefined) return undefined;
    return {
      macs: rows * weights.matrices,
      otherFlops: rows * (weights.vectors + layers * directions * hidden * cell.flops),
      kernel: {
        kind: "recurrent",
        steps: layers * (batch === 0 ? 0 : rows / batch),
        batch,
        inputSize: input.at(-1) ?? 0,
        hiddenSize: hidden,
        gates: cell.gates,
        directions,
      },
    };
  };
}

function cellWork(cell: Cell): (ctx: WorkContext) => Work | undefined {
  return (ctx) => {
    const input = ctx.dims(0);
    if (input === undefined) return undefined;
    const batch = productOf(input.slice(0, -1));
    const hidden = ctx.int("hidden_size") ?? 0;
    const weights = weightElements(ctx, 1);
    if (weights === undefined) return undefined;
    return {
      macs: batch * weights.matrices,
      otherFlops: batch * (weights.vectors + hidden * cell.flops),
      kernel: {
        kind: "recurrent",
        steps: 1,
        batch,
        inputSize: input.at(-1) ?? 0,
        hiddenSize: hidden,
        gates: cell.gates,
        directions: 1,
      },
    };
  };
}

/** Matrices have two axes and as many rows as gates × hidden (projections: hidden columns); states have batch rows. */
function weightElements(
  ctx: WorkContext,
  from: number,
): { readonly matrices: number; readonly vectors: number } | undefined {
  let matrices = 0;
  let vectors = 0;
  for (let index = from; index < ctx.inputCount; index++) {
    if (!ctx.hasInput(index) || !isWeightLike(ctx, index)) continue;
    const dims = ctx.dims(index);
    if (dims === undefined) return undefined;
    if (dims.length === 2) matrices += productOf(dims);
    else if (dims.length === 1) vectors += productOf(dims);
  }
  return { matrices, vectors };
}

/** States stand before the weights and have three axes in a layer; in a cell the first one or two operands are states. */
function isWeightLike(ctx: WorkContext, index: number): boolean {
  const isCell = ctx.node.op.endsWith("_cell");
  if (isCell) return index > (ctx.node.op === "lstm_cell" ? 2 : 1);
  const dims = ctx.dims(index);
  const type = ctx.elementType(index);
  // Batch sizes of a packed sequence are integers.
  if (type === "int64" || type === "int32") return false;
  const states = ctx.node.op === "lstm" ? 2 : 1;
  return dims?.length !== 3 && index > states;
}
