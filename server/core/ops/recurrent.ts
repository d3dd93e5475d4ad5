import { type Dim, isKnown, multiplyDims } from "../graph/dim.js";
import type { Shape } from "../graph/value-type.js";
import { type Operator, output, ruleOfTable, shapeOfRank } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";

interface CellForm {
  readonly gates: number;
  readonly states: number;
  /** Operations on one hidden element at one step, beyond the products and their biases: see each cell. */
  readonly cellFlops: (ctx: NodeContext) => number;
  /** DynamicQuantizeLSTM keeps its weights as [directions, input, gates × hidden]. */
  readonly isTransposed?: boolean;
}

/** H = f(sum): one activation, one addition that joins input and recurrence (ONNX RNN-22, equations). */
const simpleCell: CellForm = { gates: 1, states: 1, cellFlops: () => 2 };

/** Three gates: joining additions and activations; r ⊙ H, then (1 - z) ⊙ h + z ⊙ H (ONNX GRU-22). */
const gatedCell: CellForm = { gates: 3, states: 1, cellFlops: () => 3 + 3 + 1 + 4 };

/**
 * Four gates: joining additions and activations; C = f ⊙ C + i ⊙ c; H = o ⊙ h(C); with peepholes a multiply and an
 * addition for each of i, o, f (ONNX LSTM-22).
 */
const longCell: CellForm = {
  gates: 4,
  states: 2,
  cellFlops: (ctx) => 4 + 4 + 3 + 2 + (ctx.hasInput(7) ? 6 : 0),
};

export const rule = ruleOfTable({
  RNN: recurrentOperator(simpleCell),
  GRU: recurrentOperator(gatedCell),
  LSTM: recurrentOperator(longCell),
  "com.microsoft:DynamicQuantizeLSTM": recurrentOperator({ ...longCell, isTransposed: true }),
  "com.microsoft:AttnLSTM": {
    infer: (ctx) => inferRecurrent(ctx, longCell),
    work: attentionCellWork,
  },
});

function recurrentOperator(form: CellForm): Operator {
  return { infer: (ctx) => inferRecurrent(ctx, form), work: (ctx) => recurrentWork(ctx, form) };
}

/** Layout 0 is [sequence, batch, input], layout 1 [batch, sequence, input] (since version 14). */
function inferRecurrent(ctx: InferContext, form: CellForm): readonly Inferred[] {
  const input = shapeOfRank(ctx, 0, { low: 3, high: 3 }, "the input");
  const directions = directionsOf(ctx);
  const direction = ctx.string("direction", "forward");
  if (!["forward", "reverse", "bidirectional"].includes(direction))
    ctx.error(
      `\`direction\` is ${JSON.stringify(direction)}; it should be forward, reverse or bidirectional.`,
    );
  const hidden = hiddenOf(ctx, form) ?? ctx.freshDim();
  checkWeights(ctx, form, input, hidden);
  const elementType = ctx.elementType(0);
  if (input === undefined)
    return Array.from({ length: 1 + form.states }, () => output(elementType, undefined));
  const isBatchFirst = ctx.int("layout", 0) !== 0;
  const [first = 1, second = 1] = input;
  const batch = isBatchFirst ? first : second;
  const all: Shape = isBatchFirst
    ? [first, second, directions, hidden]
    : [first, directions, second, hidden];
  const last: Shape = isBatchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
  return [
    output(elementType, all),
    ...Array.from({ length: form.states }, () => output(elementType, last)),
  ];
}

function directionsOf(ctx: NodeContext): number {
  return ctx.string("direction", "forward") === "bidirectional" ? 2 : 1;
}

/** `hidden_size` is optional; the recurrence weights end in it. */
function hiddenOf(ctx: NodeContext, form: CellForm): Dim | undefined {
  const attribute = ctx.int("hidden_size");
  if (attribute !== undefined && attribute > 0) return attribute;
  const recurrence = ctx.shape(2);
  return form.isTransposed === true ? recurrence?.[1] : recurrence?.[2];
}

function checkWeights(
  ctx: InferContext,
  form: CellForm,
  input: Shape | undefined,
  hidden: Dim,
): void {
  const weights = ctx.shape(1);
  if (weights?.length !== 3) return;
  const [rows, columns] =
    form.isTransposed === true ? [weights[2], weights[1]] : [weights[1], weights[2]];
  const wanted = multiplyDims(form.gates, hidden);
  if (rows !== undefined && isKnown(rows) && isKnown(wanted) && rows !== wanted)
    ctx.error(
      `the weights have ${rows} rows; ${form.gates} gates of ${wanted / form.gates} need ${wanted}.`,
    );
  // AttnLSTM concatenates its attention state to the input.
  const size = ctx.node.op === "AttnLSTM" ? undefined : input?.[2];
  if (size !== undefined && columns !== undefined && isKnown(size) && isKnown(columns))
    if (size !== columns)
      ctx.error(`the input has ${size} features, the weights expect ${columns}.`);
  const directions = weights[0];
  if (directions !== undefined && isKnown(directions) && directions !== directionsOf(ctx))
    ctx.error(
      `the weights are for ${directions} directions; \`direction\` is ${ctx.string("direction", "forward")}.`,
    );
}

interface Extents {
  readonly steps: number;
  readonly batch: number;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly directions: number;
}

function extentsOf(ctx: WorkContext, form: CellForm): Extents | undefined {
  const input = ctx.dims(0);
  const hidden = hiddenOf(ctx, form);
  if (input?.length !== 3 || hidden === undefined || !isKnown(hidden)) return undefined;
  const [first = 1, second = 1, inputSize = 1] = input;
  const isBatchFirst = ctx.int("layout", 0) !== 0;
  return {
    steps: isBatchFirst ? second : first,
    batch: isBatchFirst ? first : second,
    inputSize,
    hiddenSize: hidden,
    directions: directionsOf(ctx),
  };
}

/**
 * MACs = steps × batch × directions × gates × hidden × (input + hidden). Sequences count at their full length, whatever
 * `sequence_lens` says of the data.
 */
function recurrentWork(ctx: WorkContext, form: CellForm): Work | undefined {
  const extents = extentsOf(ctx, form);
  if (extents === undefined) return undefined;
  const { steps, batch, inputSize, hiddenSize, directions } = extents;
  const cells = steps * batch * directions * hiddenSize;
  // B holds a bias for the input and one for the recurrence of each gate; they are added once each.
  const biasFlops = ctx.hasInput(3) ? 2 * form.gates : 0;
  return {
    macs: cells * form.gates * (inputSize + hiddenSize),
    otherFlops: cells * (form.cellFlops(ctx) + biasFlops),
    kernel: {
      kind: "recurrent",
      steps,
      batch,
      inputSize,
      hiddenSize,
      gates: form.gates,
      directions,
    },
  };
}

/**
 * AttnLSTM (ContribOperators.md): the cell's input is [X, attention]; each step queries the memory (Bahdanau): PQ = H ×
 * QW, an alignment of V · tanh(keys + PQ) over the memory's steps, its softmax, the context, and the attention layer AW.
 * The keys M × MW are made once.
 */
function attentionCellWork(ctx: WorkContext): Work | undefined {
  const extents = extentsOf(ctx, longCell);
  const queryWeights = ctx.dims(8);
  const memoryWeights = ctx.dims(9);
  const memory = ctx.dims(11);
  if (extents === undefined || queryWeights === undefined) return undefined;
  if (memoryWeights === undefined || memory === undefined) return undefined;
  const { steps, batch, inputSize, hiddenSize, directions } = extents;
  const attentionSize = queryWeights[2] ?? 1;
  const [, memorySteps = 1, memoryDepth = 1] = memory;
  const layer = ctx.hasInput(13) ? ctx.dims(13) : [directions, memoryDepth + hiddenSize, 0];
  if (layer === undefined) return undefined;
  const stateSize = ctx.hasInput(13) ? (layer[2] ?? 0) : memoryDepth;
  const rows = steps * batch * directions;
  const perRow =
    4 * hiddenSize * (inputSize + stateSize + hiddenSize) +
    hiddenSize * attentionSize +
    memorySteps * attentionSize +
    memorySteps * memoryDepth +
    (memoryDepth + hiddenSize) * (layer[2] ?? 0);
  const keys = directions * batch * memorySteps * memoryDepth * attentionSize;
  const cellFlops = hiddenSize * (longCell.cellFlops(ctx) + (ctx.hasInput(3) ? 8 : 0));
  // Addition and tanh for each memory step and attention element; softmax is 5 operations for each memory step.
  const alignFlops = memorySteps * (2 * attentionSize + 5);
  return {
    macs: rows * perRow + keys,
    otherFlops: rows * (cellFlops + alignFlops),
    kernel: {
      kind: "recurrent",
      steps,
      batch,
      inputSize: inputSize + stateSize,
      hiddenSize,
      gates: 4,
      directions,
    },
  };
}
