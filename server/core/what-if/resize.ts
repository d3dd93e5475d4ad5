import { productOf } from "../base/product.js";
import { isKnown, type Dim } from "../graph/dim.js";
import { bytesOfElements } from "../graph/element-type.js";
import type { Attribute, Attributes, Weight } from "../graph/graph.js";
import type { ValueType } from "../graph/value-type.js";

/** New extents by old ones. */
export type Sizes = ReadonlyMap<number, number>;

export function resizedType(type: ValueType | undefined, sizes: Sizes): ValueType | undefined {
  if (type?.kind !== "tensor" && type?.kind !== "sparse") return type;
  return { ...type, shape: type.shape?.map((dim) => resizedDim(dim, sizes)) };
}

export function resizedWeight(weight: Weight, sizes: Sizes): Weight {
  const shape = weight.shape.map((extent) => sizes.get(extent) ?? extent);
  // A list of extents, as a Reshape's second operand.
  const data = weight.data?.map((item) =>
    typeof item === "number" ? (sizes.get(item) ?? item) : item,
  );
  const count = productOf(shape);
  return {
    ...weight,
    shape,
    byteLength: bytesOfElements(weight.elementType, count),
    ...(data !== undefined && { data }),
  };
}

/** A depthwise convolution has as many groups as channels; of other attributes few are extents. */
export function resizedAttributes(attributes: Attributes, sizes: Sizes): Attributes {
  const resized = new Map<string, Attribute>(attributes);
  for (const name of extents) {
    const attribute = attributes.get(name);
    if (attribute?.kind !== "int") continue;
    const value = sizes.get(attribute.value);
    if (value !== undefined) resized.set(name, { kind: "int", value });
  }
  return resized;
}

const extents = ["group", "groups", "hidden_size", "input_size"] as const;

function resizedDim(dim: Dim, sizes: Sizes): Dim {
  return isKnown(dim) ? (sizes.get(dim) ?? dim) : dim;
}
