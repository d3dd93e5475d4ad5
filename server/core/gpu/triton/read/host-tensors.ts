import { type HostValue, numberOf, unknownValue } from "./host-value.js";
import { bytesOfType, typeOfName } from "./type-names.js";

type Tensor = Extract<HostValue, { readonly kind: "tensor" }>;

export function tensorAttribute({ type, shape }: Tensor, name: string): HostValue {
  if (name === "dtype" && type !== undefined) return { kind: "type", type };
  if (name === "shape" && shape !== undefined) return listOf(shape);
  return unknownValue;
}

/** Rows lie side by side: a tensor that is called by its shape is taken to be contiguous. */
export function tensorMethod(tensor: Tensor, name: string, argument: HostValue): HostValue {
  const { type, shape } = tensor;
  const at = numberOf(argument);
  if (name === "to" || name === "half" || name === "bfloat16" || name === "float") {
    const named = name === "to" ? undefined : typeOfName(name);
    return { ...tensor, type: argument.kind === "type" ? argument.type : (named ?? type) };
  }
  if (name === "contiguous" || name === "cuda" || name === "detach") return tensor;
  if (name === "element_size" && type !== undefined)
    return { kind: "number", value: bytesOfType(type) };
  if (shape === undefined) return unknownValue;
  const strides = shape.map((_, index) => productOfSizes(shape.slice(index + 1)));
  if (name === "size") return at === undefined ? listOf(shape) : sized(shape.at(at));
  if (name === "stride") return at === undefined ? listOf(strides) : sized(strides.at(at));
  if (name === "numel") return sized(productOfSizes(shape));
  if (name === "dim") return sized(shape.length);
  return unknownValue;
}

export function productOfSizes(sizes: readonly (number | undefined)[]): number | undefined {
  return sizes.reduce<number | undefined>(
    (product, size) => (product === undefined || size === undefined ? undefined : product * size),
    1,
  );
}

export function listOf(sizes: readonly (number | undefined)[]): HostValue {
  return { kind: "list", items: sizes.map(sized) };
}

export function sized(size: number | undefined): HostValue {
  return size === undefined ? unknownValue : { kind: "number", value: size };
}
