import { productOf } from "../base/product.js";
import { constantOfAttribute, constantOfWeight } from "../graph/constant.js";
import { absent, type Arrangement, type Graph, type Node, type ValueId } from "../graph/graph.js";
import type { StoredWeight } from "./stored-weight.js";

/** Operators that put a constant in another order or shape. */
const movers: ReadonlySet<string> = new Set([
  "Transpose",
  "Reshape",
  "Squeeze",
  "Unsqueeze",
  "Flatten",
]);

export function isMover(op: string): boolean {
  return movers.has(op);
}

/** A constant behind nodes that move or dequantize it, given from the file on; undefined where it cannot be said how it lies. */
export function rearranged(
  graph: Graph,
  producers: ReadonlyMap<ValueId, Node>,
  stored: StoredWeight,
  passed: readonly Node[],
): StoredWeight | undefined {
  if (!passed.some(({ op }) => isMover(op))) return stored;
  // Of such weights the file's order is not the graph's, or is not told.
  if (stored.weight.isTransposed === true || stored.weight.sparseCount !== undefined)
    return undefined;
  const arrangement: Arrangement[] = [];
  let shape: readonly number[] = stored.weight.shape;
  let axis: number | undefined;
  const hasScales = countOf(stored.dequantization?.scales) !== 1;
  // Scales that lie with the tensor itself.
  if (stored.dequantization !== undefined && !passed.some(({ op }) => op === "DequantizeLinear"))
    axis = stored.dequantization.axis;
  for (const node of passed) {
    if (node.op === "DequantizeLinear") {
      axis = stored.dequantization?.axis ?? 0;
    } else if (node.op === "Transpose") {
      const given = node.attributes.get("perm");
      const permutation =
        given?.kind === "ints" ? given.value : shape.map((_, index) => shape.length - 1 - index);
      if (!isPermutation(permutation, shape.length)) return undefined;
      arrangement.push({ shape, permutation });
      if (axis !== undefined) axis = permutation.indexOf(positive(axis, shape.length));
      shape = permutation.map((from) => shape[from] ?? 1);
    } else {
      const made = reshaped(graph, producers, node, shape);
      if (made === undefined || productOf(made) !== productOf(shape)) return undefined;
      if (axis !== undefined && hasScales) {
        axis = movedAxis(shape, made, positive(axis, shape.length));
        if (axis === undefined) return undefined;
      }
      shape = made;
    }
  }
  const { dequantization, weight } = stored;
  return {
    name: stored.name,
    weight: { ...weight, shape, ...(arrangement.length > 0 && { arrangement }) },
    ...(dequantization !== undefined && {
      dequantization: { ...dequantization, axis: hasScales ? (axis ?? dequantization.axis) : 0 },
    }),
  };
}

/** The shape that a node makes of another without moving elements. */
function reshaped(
  graph: Graph,
  producers: ReadonlyMap<ValueId, Node>,
  node: Node,
  shape: readonly number[],
): readonly number[] | undefined {
  const numbers = (name: string): readonly number[] | undefined => {
    const id = node.inputs[1] ?? absent;
    const weight = id === absent ? undefined : graph.values[id]?.weight;
    const maker = id === absent ? undefined : producers.get(id);
    const constant =
      (weight && constantOfWeight(weight)) ??
      constantOfAttribute(
        maker?.op === "Constant"
          ? (maker.attributes.get("value") ?? maker.attributes.get("value_ints"))
          : node.attributes.get(name),
      );
    return constant?.data.map(Number);
  };
  switch (node.op) {
    case "Reshape": {
      const wanted = numbers("shape");
      const keepsZero = node.attributes.get("allowzero")?.value === 1;
      const filled = wanted?.map((extent, index) =>
        extent === 0 && !keepsZero ? (shape[index] ?? 0) : extent,
      );
      const rest = productOf(filled?.filter((extent) => extent !== -1) ?? []);
      return filled?.map((extent) =>
        extent === -1 ? productOf(shape) / Math.max(1, rest) : extent,
      );
    }
    case "Flatten": {
      const given = node.attributes.get("axis")?.value;
      const at = positive(typeof given === "number" ? given : 1, shape.length);
      return [productOf(shape.slice(0, at)), productOf(shape.slice(at))];
    }
    case "Squeeze": {
      const axes = numbers("axes")?.map((axis) => positive(axis, shape.length));
      return shape.filter((extent, index) =>
        axes === undefined ? extent !== 1 : !axes.includes(index),
      );
    }
    case "Unsqueeze": {
      const axes = numbers("axes");
      if (axes === undefined) return undefined;
      const rank = shape.length + axes.length;
      const added = new Set(axes.map((axis) => positive(axis, rank)));
      const rest = [...shape];
      return Array.from({ length: rank }, (_, index) =>
        added.has(index) ? 1 : (rest.shift() ?? 1),
      );
    }
    default:
      return undefined;
  }
}

/** Where an extent stands after a reshape that leaves it and what lies inside of it whole. */
function movedAxis(
  before: readonly number[],
  after: readonly number[],
  axis: number,
): number | undefined {
  const inner = productOf(before.slice(axis + 1));
  const found = after.findIndex(
    (extent, index) => extent === before[axis] && productOf(after.slice(index + 1)) === inner,
  );
  return found < 0 ? undefined : found;
}

function countOf(
  scales: NonNullable<StoredWeight["dequantization"]>["scales"] | undefined,
): number {
  if (scales === undefined) return 1;
  return "shape" in scales ? productOf(scales.shape) : scales.length;
}

function isPermutation(permutation: readonly number[], rank: number): boolean {
  return (
    permutation.length === rank &&
    new Set(permutation).size === rank &&
    permutation.every((from) => Number.isInteger(from) && 0 <= from && from < rank)
  );
}

function positive(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
