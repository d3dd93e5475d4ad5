import type { Problem } from "../base/problem.js";
import { productOf } from "../base/product.js";
import { isKnown } from "./dim.js";
import { isFloat, isInteger } from "./element-type.js";
import type { Graph, Value, ValueId } from "./graph.js";
import { tensor, type TensorType } from "./value-type.js";

/**
 * Inputs whose contents decide what runs (a target shape, how often a loop repeats, which branch is taken) may be given
 * their contents. They stay inputs: nothing is counted as a weight, but shape arithmetic and control flow follow them.
 */
export function bindContents(
  graph: Graph,
  inputs: readonly ValueId[],
  contents: ReadonlyMap<string, readonly number[]>,
): { readonly values: ReadonlyMap<ValueId, Value>; readonly problems: readonly Problem[] } {
  const values = new Map<ValueId, Value>();
  const problems: Problem[] = [];
  for (const [name, data] of contents) {
    const id = inputs.find((input) => graph.values[input]?.name === name);
    const value = id === undefined ? undefined : graph.values[id];
    if (id === undefined || value === undefined) continue; // Whoever binds its type has said so.
    const type = typeFor(value, data.length);
    if (type === undefined)
      problems.push({
        code: "RP1104",
        severity: "error",
        message: `Input \`${name}\` cannot hold the ${data.length} ${data.length === 1 ? "number" : "numbers"} given for it; its type and shape allow others only.`,
      });
    else values.set(id, { ...value, declared: type, contents: data });
  }
  return { values, problems };
}

/** The integer, bool or float inputs of one element, which `--dim NAME=N` can bind like an extent. */
export function scalarInput(
  graph: Graph,
  inputs: readonly ValueId[],
  name: string,
): ValueId | undefined {
  return inputs.find((id) => {
    const value = graph.values[id];
    return value?.name === name && typeFor(value, 1) !== undefined && !hasOpenShape(value);
  });
}

function hasOpenShape({ declared }: Value): boolean {
  return declared?.kind !== "tensor" || declared.shape === undefined || declared.shape.length > 1;
}

/** The declared type with its extents settled by the number of elements; undefined where it cannot be so. */
function typeFor({ declared }: Value, count: number): TensorType | undefined {
  if (declared?.kind !== "tensor") return undefined;
  const { elementType, shape } = declared;
  if (elementType === undefined) return undefined;
  if (!isInteger(elementType) && !isFloat(elementType) && elementType !== "bool") return undefined;
  if (shape === undefined) return tensor(elementType, count === 1 ? [] : [count]);
  const known = productOf(shape.filter(isKnown));
  const open = shape.filter((dim) => !isKnown(dim)).length;
  if (open === 0) return known === count ? declared : undefined;
  if (open > 1 || known === 0 || count % known !== 0) return undefined;
  return tensor(
    elementType,
    shape.map((dim) => (isKnown(dim) ? dim : count / known)),
  );
}
