import { bytesOfElements, elementTypes, type ElementType } from "../graph/element-type.js";
import type { ValueId } from "../graph/graph.js";
import { elementCount, type ValueType } from "../graph/value-type.js";
import type { Dataflow } from "./dataflow.js";

/** Elements of a value; an optional counts as what it holds. Undefined for sequences and unknown shapes. */
export function elementsOf(type: ValueType | undefined): number | undefined {
  if (type?.kind === "optional") return elementsOf(type.element);
  return type?.kind === "tensor" || type?.kind === "sparse" ? elementCount(type.shape) : undefined;
}

export function elementTypeOf(type: ValueType | undefined): ElementType | undefined {
  if (type?.kind === "optional") return elementTypeOf(type.element);
  return type?.kind === "tensor" || type?.kind === "sparse" ? type.elementType : undefined;
}

/** Bytes of a value in its declared type; of a constant of the file, as it is stored there. */
export function declaredBytes(flow: Dataflow, id: ValueId): number | undefined {
  const weight = flow.graph.values[id]?.weight;
  if (weight !== undefined) return weight.byteLength;
  const type = flow.inferred.types[id];
  const elements = elementsOf(type);
  const elementType = elementTypeOf(type);
  return elements === undefined || elementType === undefined
    ? undefined
    : bytesOfElements(elementType, elements);
}

/**
 * Type that a constant has in storage. A weight that the file keeps as int8 and dequantizes when loaded is an int8
 * weight: runtimes keep it so, and so does the file.
 */
export function storedType(flow: Dataflow, id: ValueId): ElementType | undefined {
  let current = id;
  // A chain of folded nodes is short; the bound only guards against a cycle in a damaged file.
  for (let step = 0; step < 16; step++) {
    const nodeId = flow.producer[current] ?? -1;
    const node = flow.graph.nodes[nodeId];
    const source = node?.inputs[0] ?? -1;
    if (node === undefined || flow.isFolded[nodeId] !== 1 || source < 0) break;
    if (!keepsStorage.has(node.op)) break;
    current = source;
  }
  return (
    flow.graph.values[current]?.weight?.elementType ?? elementTypeOf(flow.inferred.types[current])
  );
}

/** Bytes of a constant in the type it is stored in. */
export function storedBytes(flow: Dataflow, id: ValueId): number | undefined {
  const weight = flow.graph.values[id]?.weight;
  if (weight !== undefined) return weight.byteLength;
  const elements = elementsOf(flow.inferred.types[id]);
  const type = storedType(flow, id);
  return elements === undefined || type === undefined ? undefined : bytesOfElements(type, elements);
}

/** Elements of a constant; of a sparse one, those that are stored; none of state that is not trained. */
export function parametersOf(flow: Dataflow, id: ValueId): number | undefined {
  const weight = flow.graph.values[id]?.weight;
  if (weight?.isBuffer === true) return 0;
  return weight?.sparseCount ?? elementsOf(flow.inferred.types[id]);
}

export function bitsOf(type: ElementType): number {
  return elementTypes[type].bits;
}

const keepsStorage: ReadonlySet<string> = new Set([
  "DequantizeLinear",
  "DEQUANTIZE",
  "Transpose",
  "Reshape",
  "Flatten",
  "Squeeze",
  "Unsqueeze",
  "Identity",
]);
