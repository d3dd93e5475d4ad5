import { productOf } from "../../base/product.js";
import type { Arrangement } from "../../graph/graph.js";
import type { ElementSource } from "./chunks.js";

/** Elements that are put in order in memory: a tensor of more is not read. */
const elementLimit = 1e8;

/** The elements of a tensor in the order that transposes make of the file's; undefined for those that are too many. */
export function arrangedElements(
  stored: ElementSource,
  arrangement: readonly Arrangement[],
): ElementSource | undefined {
  const [first] = arrangement;
  if (first === undefined) return stored;
  const count = productOf(first.shape);
  if (count > elementLimit) return undefined;
  let ordered: Float32Array | undefined;
  const make = (): Float32Array => {
    let values: Float32Array = new Float32Array(count);
    stored.load(0, count, values);
    for (const one of arrangement) values = transposed(values, one);
    return values;
  };
  return {
    load(at, length, into) {
      ordered ??= make();
      into.set(ordered.subarray(at, at + length));
    },
  };
}

function transposed(values: Float32Array, { shape, permutation }: Arrangement): Float32Array {
  const strides = shape.map((_, axis) => productOf(shape.slice(axis + 1)));
  const extents = permutation.map((from) => shape[from] ?? 1);
  const steps = permutation.map((from) => strides[from] ?? 1);
  const made = new Float32Array(values.length);
  const place = extents.map(() => 0);
  let from = 0;
  for (let at = 0; at < made.length; at += 1) {
    made[at] = values[from] ?? 0;
    for (let axis = extents.length - 1; axis >= 0; axis -= 1) {
      const step = steps[axis] ?? 0;
      const next = (place[axis] ?? 0) + 1;
      from += step;
      if (next < (extents[axis] ?? 1)) {
        place[axis] = next;
        break;
      }
      from -= step * next;
      place[axis] = 0;
    }
  }
  return made;
}
