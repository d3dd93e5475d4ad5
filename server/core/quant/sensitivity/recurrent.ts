import type { Node } from "../../graph/graph.js";
import { intAttribute, NotPropagated, type Operator, textAttribute } from "./operator.js";
import { composed, type Slot, type Tape } from "./tape.js";
import { tensor } from "./tensor.js";

/** One step of a cell: the new state of which the first is the output. `x` and `h` are the gates' products, biases added. */
type Cell = (
  tape: Tape,
  x: Slot,
  recurrent: (h: Slot) => Slot,
  state: readonly Slot[],
) => readonly Slot[];

const sum = (tape: Tape, left: Slot, right: Slot): Slot => tape.apply("Add", [left, right]);
const times = (tape: Tape, left: Slot, right: Slot): Slot => tape.apply("Mul", [left, right]);

/** Input, output, forget and cell gates, in the order that `names` give (ONNX, LSTM: iofc; TensorFlow Lite: ifco). */
function lstmCell(names: string): Cell {
  return (tape, x, recurrent, [h = 0, c = 0]) => {
    const parts = gates(tape, sum(tape, x, recurrent(h)), 4);
    const gate = (name: string): Slot => parts[names.indexOf(name)] ?? 0;
    const open = (name: string): Slot => tape.apply("Sigmoid", [gate(name)]);
    const kept = times(tape, open("f"), c);
    const next = sum(tape, kept, times(tape, open("i"), tape.apply("Tanh", [gate("c")])));
    return [times(tape, open("o"), tape.apply("Tanh", [next])), next];
  };
}

/** Update, reset and hidden gates (ONNX, GRU: zrh). */
function gruCell(isLinearBeforeReset: boolean, recurrentOfHidden: (h: Slot) => Slot): Cell {
  return (tape, x, recurrent, [h = 0]) => {
    const own = gates(tape, x, 3);
    const [z = 0, r = 0, hidden = 0] = gates(tape, recurrent(h), 3);
    const update = tape.apply("Sigmoid", [sum(tape, own[0] ?? 0, z)]);
    const reset = tape.apply("Sigmoid", [sum(tape, own[1] ?? 0, r)]);
    const inner = isLinearBeforeReset
      ? times(tape, reset, hidden)
      : recurrentOfHidden(times(tape, reset, h));
    const candidate = tape.apply("Tanh", [sum(tape, own[2] ?? 0, inner)]);
    // (1 − z) · candidate + z · h
    return [sum(tape, candidate, times(tape, update, tape.apply("Sub", [h, candidate])))];
  };
}

const rnnCell: Cell = (tape, x, recurrent, [h = 0]) => [
  tape.apply("Tanh", [sum(tape, x, recurrent(h))]),
];

function gates(tape: Tape, all: Slot, count: number): readonly Slot[] {
  return tape.applyAll("Split", [all], { axis: -1 }, count);
}

/** ONNX's recurrent operators with their usual activations, over [time, batch, size]. */
const onnxRecurrent: Operator = composed((tape, inputs, node) => {
  const [x, w, r, b, , firstH, firstC] = inputs;
  if (x === undefined || w === undefined || r === undefined) throw new NotPropagated(node.op);
  refuse(node, inputs[7] !== undefined);
  const [steps = 1, batch = 1] = tape.at(x).shape;
  const [directions = 1, , size = 1] = tape.at(r).shape;
  const count = node.op === "LSTM" ? 4 : node.op === "GRU" ? 3 : 1;
  const stateCount = node.op === "LSTM" ? 2 : 1;
  const direction = textAttribute(node, "direction", "forward");
  const sequences: Slot[] = [];
  const lasts: Slot[][] = Array.from({ length: stateCount }, () => []);
  for (let which = 0; which < directions; which++) {
    const part = (slot: Slot, ...shape: readonly number[]): Slot =>
      tape.reshape(tape.slice(slot, 0, which, which + 1), ...shape);
    const width = tape.at(w).shape[2] ?? 1;
    const input = tape.transpose(part(w, count * size, width), 1, 0);
    const recurrent = part(r, count * size, size);
    const back = tape.transpose(recurrent, 1, 0);
    const bias = b === undefined ? undefined : part(b, 2 * count * size);
    const half = (from: number, to: number): Slot | undefined =>
      bias === undefined ? undefined : tape.slice(bias, 0, from * size, to * size);
    const plus = (slot: Slot, own: Slot | undefined): Slot =>
      own === undefined ? slot : sum(tape, slot, own);
    const inputs3 = plus(tape.apply("MatMul", [x, input]), half(0, count));
    const own = half(count, 2 * count);
    const ofHidden = (h: Slot): Slot => {
      const rows = tape.slice(recurrent, 0, 2 * size, 3 * size);
      const product = tape.apply("MatMul", [h, tape.transpose(rows, 1, 0)]);
      return plus(product, half(count + 2, count + 3));
    };
    const cell =
      node.op === "LSTM"
        ? lstmCell("iofc")
        : node.op === "GRU"
          ? gruCell(intAttribute(node, "linear_before_reset", 0) === 1, ofHidden)
          : rnnCell;
    const initial = [firstH, firstC]
      .slice(0, stateCount)
      .map((slot) =>
        slot === undefined ? tape.put(tensor([batch, size])) : part(slot, batch, size),
      );
    const isReverse = which === 1 || direction === "reverse";
    const { outputs, last } = overTime(tape, cell, inputs3, {
      steps,
      axis: 0,
      isReverse,
      initial,
      recurrent: (h) => plus(tape.apply("MatMul", [h, back]), own),
      shape: [batch, count * size],
    });
    const lines = outputs.map((slot) => tape.reshape(slot, 1, 1, batch, size));
    sequences.push(tape.apply("Concat", lines, { axis: 0 }));
    for (const [index, slot] of last.entries())
      lasts[index]?.push(tape.reshape(slot, 1, batch, size));
  }
  const join = (slots: readonly Slot[], axis: number): Slot =>
    tape.apply("Concat", slots, { axis });
  return [join(sequences, 1), ...lasts.map((slots) => join(slots, 0))];
});

/** What other variants do is not followed. */
function refuse(node: Node, hasPeepholes: boolean): void {
  const activations = node.attributes.get("activations");
  if (
    hasPeepholes ||
    intAttribute(node, "layout", 0) !== 0 ||
    intAttribute(node, "input_forget", 0) !== 0 ||
    (activations?.kind === "strings" &&
      activations.value.some((name) => !/^(sigmoid|tanh)$/i.test(name)))
  )
    throw new NotPropagated(`${node.op} of this form`);
}

interface Run {
  readonly steps: number;
  /** Of time, in what comes in. */
  readonly axis: number;
  readonly isReverse: boolean;
  readonly initial: readonly Slot[];
  readonly recurrent: (h: Slot) => Slot;
  /** Of one step's gates. */
  readonly shape: readonly number[];
}

function overTime(
  tape: Tape,
  cell: Cell,
  x: Slot,
  run: Run,
): { readonly outputs: readonly Slot[]; readonly last: readonly Slot[] } {
  let state = run.initial;
  const outputs = new Array<Slot>(run.steps);
  for (let step = 0; step < run.steps; step++) {
    const at = run.isReverse ? run.steps - 1 - step : step;
    const own = tape.reshape(tape.slice(x, run.axis, at, at + 1), ...run.shape);
    state = cell(tape, own, run.recurrent, state);
    outputs[at] = state[0] ?? 0;
  }
  return { outputs, last: state };
}

/**
 * TensorFlow Lite's LSTM over a sequence: inputs 1 to 4 are the input, forget, cell and output gates' weights, 5 to 8 those of
 * the recurrence, 12 to 15 the biases.
 */
const tfliteLstm: Operator = composed((tape, inputs, node) => {
  const [x] = inputs;
  const all = (first: number): readonly Slot[] =>
    inputs.slice(first, first + 4).filter((slot): slot is Slot => slot !== undefined);
  const [weights, recurrent, biases] = [all(1), all(5), all(12)];
  const isPlain = weights.length === 4 && recurrent.length === 4 && biases.length === 4;
  // Peepholes, a projection and normalized gates.
  const more = [9, 10, 11, 16, 17, 20, 21, 22, 23].some((index) => inputs[index] !== undefined);
  if (x === undefined || !isPlain || more) throw new NotPropagated(`${node.op} of this form`);
  const isTimeMajor = intAttribute(node, "time_major", 0) === 1;
  const axis = isTimeMajor ? 0 : 1;
  const { shape } = tape.at(x);
  const [steps = 1, batch = 1] = isTimeMajor ? shape : [shape[1] ?? 1, shape[0] ?? 1];
  const size = tape.at(recurrent[0] ?? 0).shape[0] ?? 1;
  const joined = (slots: readonly Slot[]): Slot => tape.apply("Concat", slots, { axis: 0 });
  const turned = (slots: readonly Slot[]): Slot => tape.transpose(joined(slots), 1, 0);
  const gatesOfX = sum(tape, tape.apply("MatMul", [x, turned(weights)]), joined(biases));
  const back = turned(recurrent);
  const { outputs } = overTime(tape, lstmCell("ifco"), gatesOfX, {
    steps,
    axis,
    isReverse: false,
    initial: [tape.put(tensor([batch, size])), tape.put(tensor([batch, size]))],
    recurrent: (h) => tape.apply("MatMul", [h, back]),
    shape: [batch, 4 * size],
  });
  const lines = outputs.map((slot) =>
    isTimeMajor ? tape.reshape(slot, 1, batch, size) : tape.reshape(slot, batch, 1, size),
  );
  return [tape.apply("Concat", lines, { axis })];
});

/**
 * TensorFlow Lite's SVDF: each filter's products with the features go through a memory of which the time weights take a
 * weighted sum. What is remembered before the first step is nothing, so that one step meets the last weight alone.
 */
const svdf: Operator = composed((tape, inputs, node) => {
  const [x, features, time, bias] = inputs;
  if (x === undefined || features === undefined || time === undefined)
    throw new NotPropagated(node.op);
  const [batch = 1] = tape.at(x).shape;
  const [filters = 1] = tape.at(features).shape;
  const [, memory = 1] = tape.at(time).shape;
  const rank = intAttribute(node, "rank", 1);
  const product = tape.apply("MatMul", [x, tape.transpose(features, 1, 0)]);
  const newest = tape.reshape(tape.slice(time, 1, memory - 1, memory), 1, filters);
  const parts = tape.reshape(times(tape, product, newest), batch, filters / rank, rank);
  const units = tape.apply("ReduceSum", [parts, tape.numbers(2)], { keepdims: 0 });
  const added = bias === undefined ? units : sum(tape, units, bias);
  return [added];
});

export const recurrentOperators: Readonly<Record<string, Operator>> = {
  LSTM: onnxRecurrent,
  GRU: onnxRecurrent,
  RNN: onnxRecurrent,
  "tflite:UNIDIRECTIONAL_SEQUENCE_LSTM": tfliteLstm,
  "tflite:SVDF": svdf,
};
