import { erf } from "../../base/erf.js";
import type { Node } from "../../graph/graph.js";
import { intAttribute, need, NotPropagated, type Operator, type Step } from "./operator.js";
import { broadcastMap, broadcastShape, gather, scatterAdd, type Tensor, tensor } from "./tensor.js";

type Unary = (node: Node, inputs: readonly (Tensor | undefined)[]) => (x: number) => number;

const plain =
  (f: (x: number) => number): Unary =>
  () =>
    f;
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const unary: Readonly<Record<string, Unary>> = {
  Relu: plain((x) => Math.max(0, x)),
  LeakyRelu: (node) => {
    const alpha = intAttribute(node, "alpha", 0.01);
    return (x) => (x < 0 ? alpha * x : x);
  },
  Elu: (node) => {
    const alpha = intAttribute(node, "alpha", 1);
    return (x) => (x < 0 ? alpha * (Math.exp(x) - 1) : x);
  },
  Selu: (node) => {
    const alpha = intAttribute(node, "alpha", 1.6732632);
    const gamma = intAttribute(node, "gamma", 1.050701);
    return (x) => gamma * (x < 0 ? alpha * (Math.exp(x) - 1) : x);
  },
  Clip: (node, [, low, high]) => {
    const least = low?.data[0] ?? intAttribute(node, "min", -Infinity);
    const most = high?.data[0] ?? intAttribute(node, "max", Infinity);
    return (x) => Math.min(most, Math.max(least, x));
  },
  Sigmoid: plain(sigmoid),
  HardSigmoid: (node) => {
    const alpha = intAttribute(node, "alpha", 0.2);
    const beta = intAttribute(node, "beta", 0.5);
    return (x) => Math.min(1, Math.max(0, alpha * x + beta));
  },
  HardSwish: plain((x) => x * Math.min(1, Math.max(0, x / 6 + 0.5))),
  Swish: plain((x) => x * sigmoid(x)),
  QuickGelu: plain((x) => x * sigmoid(1.702 * x)),
  Mish: plain((x) => x * Math.tanh(Math.log1p(Math.exp(x)))),
  Gelu: plain((x) => 0.5 * x * (1 + erf(x / Math.SQRT2))),
  FastGelu: plain((x) => 0.5 * x * (1 + Math.tanh(0.7978845608 * (x + 0.044715 * x ** 3)))),
  Tanh: plain(Math.tanh),
  Erf: plain(erf),
  Exp: plain(Math.exp),
  Log: plain((x) => Math.log(Math.max(x, 1e-20))),
  Sqrt: plain((x) => Math.sqrt(Math.max(x, 0))),
  Reciprocal: plain((x) => 1 / x),
  Neg: plain((x) => -x),
  Abs: plain(Math.abs),
  Softplus: plain((x) => Math.log1p(Math.exp(x))),
  Softsign: plain((x) => x / (1 + Math.abs(x))),
  Sin: plain(Math.sin),
  Cos: plain(Math.cos),
  Floor: plain(Math.floor),
  Ceil: plain(Math.ceil),
  Round: plain(Math.round),
  Not: plain((x) => (x === 0 ? 1 : 0)),
  Identity: plain((x) => x),
  Dropout: plain((x) => x),
  Cast: plain((x) => x),
};

/** Derivatives are central differences: a kink or a step gives the mean slope there. */
const applyUnary: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const f = unary[node.op]?.(node, inputs);
  if (f === undefined) throw new NotPropagated(node.op);
  const out = new Float32Array(x.data.length);
  for (let index = 0; index < out.length; index++) out[index] = f(x.data[index] ?? 0);
  let slopes: Float32Array | undefined;
  return {
    outputs: [tensor(x.shape, out)],
    backward: (gradient) => {
      slopes ??= slopesOf(f, x.data);
      const into = new Float32Array(gradient.length);
      for (let index = 0; index < into.length; index++)
        into[index] = (gradient[index] ?? 0) * (slopes[index] ?? 0);
      return [into];
    },
  };
};

function slopesOf(f: (x: number) => number, x: Float32Array): Float32Array {
  const slopes = new Float32Array(x.length);
  for (let index = 0; index < slopes.length; index++) {
    const value = x[index] ?? 0;
    const step = 1e-4 * (1 + Math.abs(value));
    slopes[index] = (f(value + step) - f(value - step)) / (2 * step);
  }
  return slopes;
}

interface Binary {
  readonly f: (a: number, b: number) => number;
  /** Slopes by the first and by the second operand; a number where it is the same everywhere. */
  readonly byLeft?: number | ((a: number, b: number) => number);
  readonly byRight?: number | ((a: number, b: number) => number);
}

const binary: Readonly<Record<string, Binary>> = {
  Add: { f: (a, b) => a + b, byLeft: 1, byRight: 1 },
  Sub: { f: (a, b) => a - b, byLeft: 1, byRight: -1 },
  Mul: { f: (a, b) => a * b, byLeft: (_, b) => b, byRight: (a) => a },
  Div: { f: (a, b) => a / b, byLeft: (_, b) => 1 / b, byRight: (a, b) => -a / (b * b) },
  Pow: { f: (a, b) => a ** b, byLeft: (a, b) => (b === 2 ? 2 * a : b * a ** (b - 1)), byRight: 0 },
  Max: { f: Math.max, byLeft: (a, b) => (a >= b ? 1 : 0), byRight: (a, b) => (a >= b ? 0 : 1) },
  Min: { f: Math.min, byLeft: (a, b) => (a <= b ? 1 : 0), byRight: (a, b) => (a <= b ? 0 : 1) },
  PRelu: {
    f: (a, b) => (a < 0 ? a * b : a),
    byLeft: (a, b) => (a < 0 ? b : 1),
    byRight: (a) => (a < 0 ? a : 0),
  },
  Mod: { f: (a, b) => a - b * Math.floor(a / b) },
  Equal: { f: (a, b) => (a === b ? 1 : 0) },
  Less: { f: (a, b) => (a < b ? 1 : 0) },
  Greater: { f: (a, b) => (a > b ? 1 : 0) },
  And: { f: (a, b) => (a !== 0 && b !== 0 ? 1 : 0) },
  Or: { f: (a, b) => (a !== 0 || b !== 0 ? 1 : 0) },
};

function applyBinary(node: Node, op: string, left: Tensor, right: Tensor): Step {
  const rule = binary[op];
  const shape = broadcastShape(left.shape, right.shape);
  if (rule === undefined || shape === undefined)
    throw new NotPropagated(`${op} of [${left.shape.join(",")}] and [${right.shape.join(",")}]`);
  const leftMap = broadcastMap(left.shape, shape);
  const rightMap = broadcastMap(right.shape, shape);
  const a = leftMap === undefined ? left.data : gather(left.data, leftMap);
  const b = rightMap === undefined ? right.data : gather(right.data, rightMap);
  const out = new Float32Array(a.length);
  for (let index = 0; index < out.length; index++)
    out[index] = rule.f(a[index] ?? 0, b[index] ?? 0);
  const part = (
    gradient: Float32Array,
    slope: Binary["byLeft"],
    map: Int32Array | undefined,
    operand: Tensor,
  ): Float32Array | undefined => {
    if (slope === undefined || slope === 0) return undefined;
    let own = gradient;
    if (slope !== 1) {
      own = new Float32Array(gradient.length);
      for (let index = 0; index < own.length; index++)
        own[index] =
          (gradient[index] ?? 0) *
          (typeof slope === "number" ? slope : slope(a[index] ?? 0, b[index] ?? 0));
    }
    return map === undefined ? own : scatterAdd(own, map, operand.data.length);
  };
  return {
    outputs: [tensor(shape, out)],
    backward: (gradient) => [
      part(gradient, rule.byLeft, leftMap, left),
      part(gradient, rule.byRight, rightMap, right),
    ],
  };
}

/** Sum, Mean, Max and Min take any number of operands; others two. */
const applyMany: Operator = (node, inputs) => {
  const operands = inputs.map((input) => need(input, node));
  const [first, ...rest] = operands;
  if (first === undefined) throw new NotPropagated(node.op);
  const isMean = node.op === "Mean";
  const op = node.op === "Sum" || isMean ? "Add" : node.op;
  const steps: Step[] = [];
  let sum = first;
  for (const operand of rest) {
    const step = applyBinary(node, op, sum, operand);
    steps.push(step);
    sum = step.outputs[0] ?? sum;
  }
  const share = isMean ? 1 / operands.length : 1;
  return {
    outputs: [
      share === 1
        ? sum
        : tensor(
            sum.shape,
            sum.data.map((value) => value * share),
          ),
    ],
    backward: (gradient, index) => {
      let down: Float32Array | undefined =
        share === 1 ? gradient : gradient.map((value) => value * share);
      const found: (Float32Array | undefined)[] = [];
      for (const step of [...steps].reverse()) {
        const [left, right]: readonly (Float32Array | undefined)[] =
          down === undefined ? [] : step.backward(down, index);
        found.unshift(right);
        down = left;
      }
      return [down, ...found];
    },
  };
};

const where: Operator = (node, inputs) => {
  const [condition, left, right] = inputs.map((input) => need(input, node));
  if (condition === undefined || left === undefined || right === undefined)
    throw new NotPropagated("Where");
  const inner = broadcastShape(left.shape, right.shape);
  const shape = inner && broadcastShape(condition.shape, inner);
  if (shape === undefined) throw new NotPropagated("Where");
  const spread = (input: Tensor): Int32Array =>
    broadcastMap(input.shape, shape) ?? Int32Array.from(input.data, (_, index) => index);
  const maps = { condition: spread(condition), left: spread(left), right: spread(right) };
  const chosen = gather(condition.data, maps.condition);
  const a = gather(left.data, maps.left);
  const b = gather(right.data, maps.right);
  return {
    outputs: [
      tensor(
        shape,
        a.map((value, index) => (chosen[index] === 0 ? (b[index] ?? 0) : value)),
      ),
    ],
    backward: (gradient) => [
      undefined,
      scatterAdd(
        gradient.map((value, index) => (chosen[index] === 0 ? 0 : value)),
        maps.left,
        left.data.length,
      ),
      scatterAdd(
        gradient.map((value, index) => (chosen[index] === 0 ? value : 0)),
        maps.right,
        right.data.length,
      ),
    ],
  };
};

export const elementwiseOperators: Readonly<Record<string, Operator>> = {
  ...Object.fromEntries(Object.keys(unary).map((op) => [op, applyUnary])),
  ...Object.fromEntries([...Object.keys(binary), "Sum", "Mean"].map((op) => [op, applyMany])),
  Where: where,
};
