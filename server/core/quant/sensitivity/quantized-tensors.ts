import { elementTypes, type ElementType } from "../../graph/element-type.js";
import type { Node } from "../../graph/graph.js";
import { intAttribute, need, NotPropagated, type Step } from "./operator.js";
import { countOf, type Tensor, tensor } from "./tensor.js";

/**
 * QuantizeLinear: rounded and saturated as in the model, which is how a quantized model does its ReLU. Gradients pass the
 * rounding unchanged and stop where it saturates (straight-through estimator: Bengio et al. 2013, arXiv 1308.3432).
 */
export function quantizeStep(
  node: Node,
  [value, scale, zero]: readonly (Tensor | undefined)[],
  elementType: ElementType,
): Step {
  const x = need(value, node);
  const slice = slices(node, x, need(scale, node), zero);
  const { bits, family } = elementTypes[elementType];
  if (family !== "integer" || bits > 16)
    throw new NotPropagated(`QuantizeLinear to ${elementType}`);
  const isSigned = elementType.startsWith("int");
  const low = isSigned ? -(2 ** (bits - 1)) : 0;
  const high = low + 2 ** bits - 1;
  const out = tensor(x.shape);
  for (let index = 0; index < out.data.length; index++) {
    const { scale: step, zero: offset } = slice(index);
    const rounded = Math.round((x.data[index] ?? 0) / step) + offset;
    out.data[index] = Math.min(high, Math.max(low, rounded));
  }
  return {
    outputs: [out],
    backward: (gradient) => [
      gradient.map((own, index) => {
        const stored = out.data[index] ?? 0;
        return low < stored && stored < high ? own / slice(index).scale : 0;
      }),
    ],
  };
}

export function dequantizeStep(
  node: Node,
  [value, scale, zero]: readonly (Tensor | undefined)[],
): Step {
  const x = need(value, node);
  const slice = slices(node, x, need(scale, node), zero);
  const real = (stored: number, index: number): number => {
    const { scale: step, zero: offset } = slice(index);
    return (stored - offset) * step;
  };
  return {
    outputs: [tensor(x.shape, x.data.map(real))],
    backward: (gradient) => [gradient.map((own, index) => own * slice(index).scale)],
  };
}

type SliceOf = (index: number) => { readonly scale: number; readonly zero: number };

function slices(node: Node, x: Tensor, scale: Tensor, zero: Tensor | undefined): SliceOf {
  if (intAttribute(node, "block_size", 0) !== 0 || scale.shape.length > 1)
    throw new NotPropagated(`${node.op} in blocks`);
  const count = scale.data.length;
  const found = [...scale.data].map((one, at) => ({
    scale: one,
    zero: zero?.data[zero.data.length === 1 ? 0 : at] ?? 0,
  }));
  const [first = { scale: 1, zero: 0 }] = found;
  if (count === 1) return () => first;
  const axis = intAttribute(node, "axis", 1);
  const inner = countOf(x.shape.slice((axis < 0 ? axis + x.shape.length : axis) + 1));
  return (index) => found[Math.floor(index / inner) % count] ?? first;
}
