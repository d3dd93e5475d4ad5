import type { RawAttribute } from "../../graph/raw-graph.js";

/** A value that can stand alone or in a list. */
export type Single = Extract<
  RawAttribute,
  { readonly kind: "int" | "float" | "string" | "tensor" | "raw-graph" | "type" | "reference" }
>;
export type ElementKind = Exclude<Single["kind"], "reference">;

/** Undefined when the values are not of one kind; whole numbers among floats are floats. */
export function listOf(
  values: readonly Single[],
  expected: ElementKind | undefined,
): RawAttribute | undefined {
  const hasFloat = values.some((value) => value.kind === "float");
  const kind = hasFloat ? "float" : (values[0]?.kind ?? expected);
  switch (kind) {
    case "int":
      return collect(values, (value) => (value.kind === "int" ? value.value : undefined), "ints");
    case "float":
      return collect(
        values,
        (value) => (value.kind === "float" || value.kind === "int" ? value.value : undefined),
        "floats",
      );
    case "string":
      return collect(
        values,
        (value) => (value.kind === "string" ? value.value : undefined),
        "strings",
      );
    case "tensor":
      return collect(
        values,
        (value) => (value.kind === "tensor" ? value.value : undefined),
        "tensors",
      );
    case "raw-graph":
      return collect(
        values,
        (value) => (value.kind === "raw-graph" ? value.value : undefined),
        "raw-graphs",
      );
    case "type": {
      const types = values.filter((value) => value.kind === "type");
      return types.length < values.length
        ? undefined
        : { kind: "types", value: types.map((type) => type.value) };
    }
    default:
      return undefined;
  }
}

function collect<T, K extends RawAttribute["kind"]>(
  values: readonly Single[],
  valueOf: (value: Single) => T | undefined,
  kind: K,
): { readonly kind: K; readonly value: readonly T[] } | undefined {
  const found: T[] = [];
  for (const value of values) {
    const element = valueOf(value);
    if (element === undefined) return undefined;
    found.push(element);
  }
  return { kind, value: found };
}
