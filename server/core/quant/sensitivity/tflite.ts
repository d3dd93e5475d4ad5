import type { Node } from "../../graph/graph.js";
import {
  intAttribute,
  need,
  NotPropagated,
  type Operator,
  type Step,
  textAttribute,
} from "./operator.js";
import { composed, plainOperators, type Slot, type Tape } from "./tape.js";
import { tensor } from "./tensor.js";

/** TensorFlow Lite's operators over [batch, height, width, channels], in terms of ONNX's. */

const toPlanes = (tape: Tape, slot: Slot): Slot => tape.transpose(slot, 0, 3, 1, 2);
const fromPlanes = (tape: Tape, slot: Slot): Slot => tape.transpose(slot, 0, 2, 3, 1);

function first(inputs: readonly (Slot | undefined)[], node: Node): Slot {
  const [x] = inputs;
  if (x === undefined) throw new NotPropagated(`${node.op} lacks an input`);
  return x;
}

/** `SAME` adds what is missing behind rather than before. */
export function paddingOf(node: Node): string {
  return textAttribute(node, "padding", "SAME") === "VALID" ? "VALID" : "SAME_UPPER";
}

const pool = (op: string): Operator =>
  composed((tape, inputs, node) => {
    const number = (name: string): number => intAttribute(node, name, 1);
    const pooled = tape.apply(op, [toPlanes(tape, first(inputs, node))], {
      kernel_shape: [number("filter_height"), number("filter_width")],
      strides: [number("stride_h"), number("stride_w")],
      auto_pad: paddingOf(node),
    });
    return [fromPlanes(tape, pooled)];
  });

/** Pads are pairs for each axis; every mode pads zeros here. */
const pad: Operator = composed((tape, inputs, node) => {
  const pairs = inputs[1] === undefined ? [] : [...tape.at(inputs[1]).data];
  const side = (offset: number): readonly number[] =>
    pairs.filter((_, index) => index % 2 === offset);
  return [tape.apply("Pad", [first(inputs, node), tape.numbers(...side(0), ...side(1))])];
});

const reduce = (op: string): Operator =>
  composed((tape, inputs, node) => {
    const axes = inputs[1] === undefined ? [] : [inputs[1]];
    const keepdims = intAttribute(node, "keep_dims", 0);
    return [tape.apply(op, [first(inputs, node), ...axes], { keepdims })];
  });

/** Both modes take the nearest element here. */
const resize: Operator = composed((tape, inputs, node) => {
  const x = first(inputs, node);
  const [height = 1, width = 1] = inputs[1] === undefined ? [] : tape.at(inputs[1]).data;
  const [batch = 1, , , channels = 1] = tape.at(x).shape;
  const none = tape.put(tensor([0]));
  return [tape.apply("Resize", [x, none, none, tape.numbers(batch, height, width, channels)])];
});

/** Numbers are real here, so that what changes their storage changes nothing. */
const same: Operator = (node, inputs) => ({
  outputs: [need(inputs[0], node)],
  backward: (gradient) => [gradient],
});

/** What a layer does to its result at once. */
const activations: Readonly<Record<string, string>> = {
  RELU: "Relu",
  RELU6: "Clip",
  RELU_N1_TO_1: "Clip",
  TANH: "Tanh",
};

export function fusedActivation(node: Node): Operator | undefined {
  const name = textAttribute(node, "fused_activation_function", "NONE");
  const op = activations[name];
  // The cell of a recurrent layer has its activations inside.
  if (op === undefined || /LSTM|RNN/.test(node.op)) return undefined;
  const operator = plainOperators[op];
  const limits = name === "RELU6" ? [0, 6] : [-1, 1];
  const more = op === "Clip" ? limits.map((one) => tensor([], Float32Array.of(one))) : [];
  return operator && ((_, [x]) => operator({ ...node, op }, [x, ...more]));
}

/** A step and the activation that is fused into it. */
export function withActivation(node: Node, step: Step): Step {
  const activation = fusedActivation(node);
  if (activation === undefined) return step;
  const after = activation(node, step.outputs);
  return {
    outputs: [...after.outputs, ...step.outputs.slice(1)],
    backward: (gradient, index) =>
      step.backward(index === 0 ? (after.backward(gradient, 0)[0] ?? gradient) : gradient, index),
  };
}

export const tfliteOperators: Readonly<Record<string, Operator>> = {
  "tflite:AVERAGE_POOL_2D": pool("AveragePool"),
  "tflite:MAX_POOL_2D": pool("MaxPool"),
  "tflite:PAD": pad,
  "tflite:PADV2": pad,
  "tflite:MIRROR_PAD": pad,
  "tflite:MEAN": reduce("ReduceMean"),
  "tflite:SUM": reduce("ReduceSum"),
  "tflite:REDUCE_MAX": reduce("ReduceMax"),
  "tflite:REDUCE_MIN": reduce("ReduceMin"),
  "tflite:RESIZE_BILINEAR": resize,
  "tflite:RESIZE_NEAREST_NEIGHBOR": resize,
  "tflite:QUANTIZE": same,
  "tflite:DEQUANTIZE": same,
};
