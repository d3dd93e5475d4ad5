import { type Window, windowOf } from "./window.js";
import {
  intAttribute,
  intsAttribute,
  need,
  NotPropagated,
  type Operator,
  type Step,
} from "./operator.js";
import { axisOf, countOf, gather, scatterAdd, stridesOf, type Tensor, tensor } from "./tensor.js";

/** Sums or means over axes; `parts` maps each input element to its output element. */
function summed(x: Tensor, shape: readonly number[], parts: Int32Array, isMean: boolean): Step {
  const length = countOf(shape);
  const share = isMean ? length / Math.max(1, x.data.length) : 1;
  const out = scatterAdd(x.data, parts, length);
  if (isMean) for (let index = 0; index < length; index++) out[index] = (out[index] ?? 0) * share;
  return {
    outputs: [tensor(shape, out)],
    backward: (gradient) => {
      const into = gather(gradient, parts);
      if (isMean)
        for (let index = 0; index < into.length; index++) into[index] = (into[index] ?? 0) * share;
      return [into];
    },
  };
}

function largest(x: Tensor, shape: readonly number[], parts: Int32Array, sign: number): Step {
  const length = countOf(shape);
  const chosen = new Int32Array(length).fill(-1);
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] ?? 0;
    const best = chosen[part] ?? -1;
    if (best < 0 || sign * (x.data[index] ?? 0) > sign * (x.data[best] ?? 0)) chosen[part] = index;
  }
  return {
    outputs: [tensor(shape, gather(x.data, chosen))],
    backward: (gradient) => [scatterAdd(gradient, chosen, x.data.length)],
  };
}

const reduce: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const rank = x.shape.length;
  const given = inputs[1] === undefined ? intsAttribute(node, "axes") : [...inputs[1].data];
  const axes = new Set((given ?? x.shape.map((_, axis) => axis)).map((axis) => axisOf(axis, rank)));
  const keeps = intAttribute(node, "keepdims", 1) === 1;
  return reduceAxes(node.op, x, axes, keeps);
};

const globalPool: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const axes = new Set(x.shape.map((_, axis) => axis).slice(2));
  return reduceAxes(node.op === "GlobalMaxPool" ? "ReduceMax" : "ReduceMean", x, axes, true);
};

function reduceAxes(op: string, x: Tensor, axes: ReadonlySet<number>, keeps: boolean): Step {
  const kept = x.shape.map((extent, axis) => (axes.has(axis) ? 1 : extent));
  const shape = keeps ? kept : x.shape.filter((_, axis) => !axes.has(axis));
  const strides = stridesOf(kept).map((stride, axis) => (axes.has(axis) ? 0 : stride));
  const own = stridesOf(x.shape);
  const parts = new Int32Array(x.data.length);
  for (let index = 0; index < parts.length; index++) {
    let part = 0;
    for (let axis = 0; axis < x.shape.length; axis++)
      part += (Math.floor(index / (own[axis] ?? 1)) % (x.shape[axis] ?? 1)) * (strides[axis] ?? 0);
    parts[index] = part;
  }
  switch (op) {
    case "ReduceMean":
      return summed(x, shape, parts, true);
    case "ReduceSum":
      return summed(x, shape, parts, false);
    case "ReduceMax":
      return largest(x, shape, parts, 1);
    case "ReduceMin":
      return largest(x, shape, parts, -1);
    case "ReduceSumSquare":
    case "ReduceL2":
      return norm(x, shape, parts, op === "ReduceL2");
    default:
      throw new NotPropagated(op);
  }
}

function norm(x: Tensor, shape: readonly number[], parts: Int32Array, isRoot: boolean): Step {
  const squares = scatterAdd(
    x.data.map((value) => value * value),
    parts,
    countOf(shape),
  );
  const out = isRoot ? squares.map(Math.sqrt) : squares;
  return {
    outputs: [tensor(shape, out)],
    backward: (gradient) => [
      x.data.map((value, index) => {
        const part = parts[index] ?? 0;
        const slope = isRoot ? value / Math.max(1e-12, out[part] ?? 0) : 2 * value;
        return slope * (gradient[part] ?? 0);
      }),
    ],
  };
}

/** Windows that a smaller input cuts off at its edge keep what is inside. */
const pool: Operator = (node, inputs) => {
  const x = need(inputs[0], node);
  const kernel = intsAttribute(node, "kernel_shape") ?? [];
  const window = windowOf(node, x.shape, kernel);
  const shape = [x.shape[0] ?? 1, x.shape[1] ?? 1, ...window.output];
  return node.op === "MaxPool"
    ? maxPool(x, shape, window)
    : averagePool(x, shape, window, intAttribute(node, "count_include_pad", 0) === 1);
};

/** Calls back for each element of each window. */
function eachWindow(
  x: Tensor,
  window: Window,
  visit: (output: number, input: number) => void,
): void {
  const planes = (x.shape[0] ?? 1) * (x.shape[1] ?? 1);
  const inputs = countOf(window.input);
  const outputs = countOf(window.output);
  window.visit((output, input) => {
    for (let plane = 0; plane < planes; plane++)
      visit(plane * outputs + output, plane * inputs + input);
  });
}

function maxPool(x: Tensor, shape: readonly number[], window: Window): Step {
  const chosen = new Int32Array(countOf(shape)).fill(-1);
  eachWindow(x, window, (output, input) => {
    const best = chosen[output] ?? -1;
    if (best < 0 || (x.data[input] ?? 0) > (x.data[best] ?? 0)) chosen[output] = input;
  });
  return {
    outputs: [tensor(shape, gather(x.data, chosen))],
    backward: (gradient) => [scatterAdd(gradient, chosen, x.data.length)],
  };
}

function averagePool(
  x: Tensor,
  shape: readonly number[],
  window: Window,
  countsPads: boolean,
): Step {
  const counts = new Float32Array(countOf(shape));
  const out = new Float32Array(counts.length);
  eachWindow(x, window, (output, input) => {
    out[output] = (out[output] ?? 0) + (x.data[input] ?? 0);
    counts[output] = (counts[output] ?? 0) + 1;
  });
  if (countsPads) counts.fill(countOf(window.kernel));
  for (let index = 0; index < out.length; index++)
    out[index] = (out[index] ?? 0) / Math.max(1, counts[index] ?? 1);
  return {
    outputs: [tensor(shape, out)],
    backward: (gradient) => {
      const into = new Float32Array(x.data.length);
      eachWindow(x, window, (output, input) => {
        into[input] =
          (into[input] ?? 0) + (gradient[output] ?? 0) / Math.max(1, counts[output] ?? 1);
      });
      return [into];
    },
  };
}

export const reductionOperators: Readonly<Record<string, Operator>> = {
  ReduceMean: reduce,
  ReduceSum: reduce,
  ReduceMax: reduce,
  ReduceMin: reduce,
  ReduceL2: reduce,
  ReduceSumSquare: reduce,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  MaxPool: pool,
  AveragePool: pool,
};
