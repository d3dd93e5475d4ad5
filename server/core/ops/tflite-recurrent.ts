import { productOf } from "../base/product.js";
import { output, ruleOfTable, type Operator } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";

/**
 * Recurrent operators of TensorFlow Lite. Input 0 is [batch, time, size], [time, batch, size] or, without a sequence,
 * [batch, size]; weights are [cells, size] for each gate.
 */
interface Form {
  readonly isSequence: boolean;
  readonly directions: number;
  readonly gates: number;
  /** Weights of the input that tell the number of cells, those of the recurrence, and those of the projection. */
  readonly inputWeights: number;
  readonly recurrentWeights: number;
  readonly projection?: number;
  /** Operations for each cell and step beyond the products: gates, state and output. */
  readonly cellFlops: number;
}

/** Inputs 1 to 4 are the gates' input weights (the first may be left out), 5 to 8 the recurrent ones, 16 the projection. */
const lstm = {
  gates: 4,
  inputWeights: 2,
  recurrentWeights: 6,
  projection: 16,
  // Four biases, three sigmoids, two tanh, three products and a sum.
  cellFlops: 13,
};
const rnn = { gates: 1, inputWeights: 1, recurrentWeights: 2, cellFlops: 2 };

export const rule = ruleOfTable({
  "tflite:LSTM": operator({ ...lstm, isSequence: false, directions: 1 }),
  "tflite:UNIDIRECTIONAL_SEQUENCE_LSTM": operator({ ...lstm, isSequence: true, directions: 1 }),
  "tflite:BIDIRECTIONAL_SEQUENCE_LSTM": operator({ ...lstm, isSequence: true, directions: 2 }),
  "tflite:RNN": operator({ ...rnn, isSequence: false, directions: 1 }),
  "tflite:UNIDIRECTIONAL_SEQUENCE_RNN": operator({ ...rnn, isSequence: true, directions: 1 }),
  "tflite:BIDIRECTIONAL_SEQUENCE_RNN": operator({ ...rnn, isSequence: true, directions: 2 }),
  "tflite:SVDF": { infer: inferSvdf, work: svdfWork },
});

function operator(form: Form): Operator {
  return {
    infer: (ctx) => inferCells(ctx, form),
    work: (ctx) => cellWork(ctx, form),
  };
}

function inferCells(ctx: InferContext, form: Form): readonly (Inferred | undefined)[] {
  const input = ctx.shape(0);
  const projected = form.projection === undefined ? undefined : ctx.shape(form.projection)?.[0];
  const cells = projected ?? ctx.shape(form.inputWeights)?.[0];
  if (input === undefined || cells === undefined || form.directions > 1) return [];
  return [output(ctx.elementType(0), [...input.slice(0, -1), cells])];
}

/** MACs = steps × batch × (gates × cells × (size + recurrent size) + cells × projected size), for each direction. */
function cellWork(ctx: WorkContext, form: Form): Work | undefined {
  const input = ctx.dims(0);
  const weights = ctx.dims(form.inputWeights);
  const recurrent = ctx.dims(form.recurrentWeights);
  if (input === undefined || weights === undefined || recurrent === undefined) return undefined;
  const rows = productOf(input.slice(0, -1));
  const isTimeMajor = ctx.int("time_major", 0) !== 0;
  const steps = form.isSequence ? ((isTimeMajor ? input[0] : input[1]) ?? 1) : 1;
  const [hiddenSize = 0, inputSize = 0] = weights;
  const stateSize = recurrent[1] ?? hiddenSize;
  // Without the first gate's weights, input and forget gate are coupled (CIFG).
  const gates = form.gates === 4 && !ctx.hasInput(1) ? 3 : form.gates;
  const projected =
    form.projection !== undefined && ctx.hasInput(form.projection)
      ? (ctx.dims(form.projection)?.[0] ?? 0)
      : 0;
  const perRow = gates * hiddenSize * (inputSize + stateSize) + hiddenSize * projected;
  return {
    macs: rows * form.directions * perRow,
    otherFlops: rows * form.directions * hiddenSize * form.cellFlops,
    kernel: {
      kind: "recurrent",
      steps,
      batch: steps === 0 ? 0 : rows / steps,
      inputSize,
      hiddenSize,
      gates,
      directions: form.directions,
    },
  };
}

/** Input [batch, size], feature weights [filters, size], time weights [filters, memory]; filters = units × rank. */
function inferSvdf(ctx: InferContext): readonly (Inferred | undefined)[] {
  const input = ctx.shape(0);
  const filters = ctx.shape(1)?.[0];
  const rank = Math.max(1, ctx.int("rank", 1));
  if (input === undefined || typeof filters !== "number") return [];
  return [output(ctx.elementType(0), [input[0] ?? 1, Math.floor(filters / rank)])];
}

/**
 * Singular value decomposition filter (Nakkiran et al. 2015, "Compressing Deep Neural Networks using a Rank-Constrained
 * Topology"): each filter multiplies one frame, and its memory of frames by its weights over time.
 */
function svdfWork(ctx: WorkContext): Work | undefined {
  const input = ctx.dims(0);
  const features = ctx.dims(1);
  const times = ctx.dims(2);
  if (input === undefined || features === undefined || times === undefined) return undefined;
  const batch = input[0] ?? 1;
  const [filters = 0, size = 0] = features;
  const k = size + (times[1] ?? 0);
  const outputElements = ctx.outputElements(0) ?? 0;
  return {
    macs: batch * filters * k,
    otherFlops: 2 * outputElements,
    kernel: { kind: "matmul", batch: 1, m: batch, n: filters, k, hasConstantRight: true },
  };
}
