import { type Dim, isKnown, sameDim } from "./dim.js";
import { parseDim } from "./dim-expression.js";
import type { Shape, TensorType, ValueType } from "./value-type.js";
import { shapeText } from "./value-type.js";

/**
 * Gives every extent without a name of its own a fresh symbol, so that two unknown extents never seem equal, and reads
 * names that are formulas (`past_length + length`).
 */
export function settleDims(type: ValueType, freshDim: () => Dim): ValueType {
  return mapDims(type, (dim) => {
    if (isKnown(dim)) return dim;
    if (isAnonymous(dim)) return freshDim();
    return formula.test(dim.text) ? parseDim(dim.text) : dim;
  });
}

const formula = /[-+*/()]/;

/** The type with every extent mapped; the same object when none changes. */
export function mapDims(type: ValueType, map: (dim: Dim) => Dim): ValueType {
  switch (type.kind) {
    case "tensor":
    case "sparse": {
      let changed: Dim[] | undefined;
      for (const [axis, dim] of (type.shape ?? []).entries()) {
        const mapped = map(dim);
        if (mapped !== dim) (changed ??= [...(type.shape ?? [])])[axis] = mapped;
      }
      return changed === undefined ? type : { ...type, shape: changed };
    }
    case "sequence":
    case "optional": {
      const element = type.element === undefined ? undefined : mapDims(type.element, map);
      return element === type.element ? type : { ...type, element };
    }
    case "map": {
      const value = type.value === undefined ? undefined : mapDims(type.value, map);
      return value === type.value ? type : { ...type, value };
    }
  }
}

/**
 * What inference found, completed by what the file declares: a declared element type, rank or extent counts where
 * inference knows none. `contradict` is told of every point on which both speak and differ; inference is believed.
 */
export function mergeDeclared(
  inferred: ValueType | undefined,
  declared: ValueType,
  contradict: (what: string) => void,
): ValueType {
  if (inferred === undefined) return declared;
  if (inferred.kind !== declared.kind) {
    contradict(`is declared as a ${declared.kind} but is a ${inferred.kind}`);
    return inferred;
  }
  switch (inferred.kind) {
    case "tensor":
    case "sparse":
      return mergeTensor(inferred, declared as TensorType, contradict);
    case "sequence":
    case "optional": {
      const element = (declared as typeof inferred).element;
      if (element === undefined) return inferred;
      return { kind: inferred.kind, element: mergeDeclared(inferred.element, element, contradict) };
    }
    case "map": {
      const other = declared as typeof inferred;
      const value =
        other.value === undefined
          ? inferred.value
          : mergeDeclared(inferred.value, other.value, contradict);
      return { kind: "map", key: inferred.key ?? other.key, value };
    }
  }
}

/** True for a symbol that stands for one unknown extent, or an expression with one in it. */
export function isAnonymous(dim: Dim): boolean {
  return typeof dim !== "number" && (dim.text === "" || dim.text.includes("?"));
}

function mergeTensor<T extends Extract<ValueType, { kind: "tensor" | "sparse" }>>(
  inferred: T,
  declared: TensorType,
  contradict: (what: string) => void,
): T {
  if (
    inferred.elementType !== undefined &&
    declared.elementType !== undefined &&
    inferred.elementType !== declared.elementType
  )
    contradict(`is declared as ${declared.elementType} but holds ${inferred.elementType}`);
  const elementType = inferred.elementType ?? declared.elementType;
  const shape = mergeShape(inferred.shape, declared.shape, contradict);
  if (shape === inferred.shape && elementType === inferred.elementType) return inferred;
  return { ...inferred, elementType, shape };
}

function mergeShape(
  inferred: Shape | undefined,
  declared: Shape | undefined,
  contradict: (what: string) => void,
): Shape | undefined {
  if (inferred === undefined) return declared;
  if (declared === undefined) return inferred;
  if (inferred.length !== declared.length) {
    contradict(`is declared as ${shapeText(declared)} but has shape ${shapeText(inferred)}`);
    return inferred;
  }
  let merged: Dim[] | undefined;
  let isContradicted = false;
  for (const [axis, dim] of inferred.entries()) {
    const other = declared[axis] ?? dim;
    if (sameDim(dim, other)) continue;
    if (isKnown(dim)) isContradicted ||= isKnown(other);
    else if (isAnonymous(dim) && !isAnonymous(other)) {
      merged ??= [...inferred];
      merged[axis] = other;
    }
  }
  if (isContradicted)
    contradict(`is declared as ${shapeText(declared)} but has shape ${shapeText(inferred)}`);
  return merged ?? inferred;
}

/** Names of the symbols in a type that the user can bind, in order of appearance. */
export function namedSymbols(type: ValueType | undefined, into: Set<string>): void {
  if (type === undefined) return;
  switch (type.kind) {
    case "tensor":
    case "sparse":
      for (const dim of type.shape ?? [])
        if (!isKnown(dim) && !isAnonymous(dim))
          for (const term of dim.terms) for (const atom of term.atoms) into.add(atom);
      return;
    case "sequence":
    case "optional":
      namedSymbols(type.element, into);
      return;
    case "map":
      namedSymbols(type.value, into);
      return;
  }
}
