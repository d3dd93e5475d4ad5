import { storedBits } from "../accelerator/sparsity.js";
import { elementTypes, isFloat, type ElementType } from "../graph/element-type.js";
import type { ValueId } from "../graph/graph.js";
import type { Precision } from "../targets/precision.js";
import type { Dataflow } from "../work/dataflow.js";
import { declaredBytes, elementsOf, elementTypeOf, storedType } from "../work/value-bytes.js";

/**
 * Bytes of values as a target keeps them: floating-point tensors in the precision's widths, all else as declared.
 * Answers are kept, since weights and hubs are asked for by many kernels.
 */
export interface TargetBytes {
  /** Undefined while the shape or type is not known. */
  readonly of: (id: ValueId) => number | undefined;
}

/** What is known of single weights beside the precision's width. */
interface KnownWeights {
  readonly wideWeights?: ReadonlySet<ValueId>;
  /** Share that is not zero of those that are stored without their zeros. */
  readonly densities?: ReadonlyMap<ValueId, number>;
}

export function targetBytes(
  flow: Dataflow,
  precision: Precision,
  /** Bits of each value where they are not all the precision's. */
  valueBits?: Uint8Array,
  weights: KnownWeights = {},
): TargetBytes {
  const known = new Float64Array(flow.graph.values.length).fill(-1);
  return {
    of: (id) => {
      const cached = known[id];
      if (cached !== undefined && cached >= 0) return cached;
      const bytes = bytesOf(flow, precision, id, valueBits?.[id], weights);
      if (bytes !== undefined) known[id] = bytes;
      return bytes;
    },
  };
}

function bytesOf(
  flow: Dataflow,
  precision: Precision,
  id: ValueId,
  ownBits: number | undefined,
  { wideWeights, densities }: KnownWeights,
): number | undefined {
  const type = flow.inferred.types[id];
  const isConstant = flow.inferred.isConstant[id] === true;
  const elementType = isConstant ? storedType(flow, id) : elementTypeOf(type);
  const elements = flow.graph.values[id]?.weight?.sparseCount ?? elementsOf(type);
  if (elementType === undefined || elements === undefined) return undefined;
  if (!isFloat(elementType))
    return isConstant ? storedBytes(elementType, elements) : declaredBytes(flow, id);
  // A float narrower than a byte or so was quantized by the model itself and stays as it is.
  if (elementTypes[elementType].bits <= 8) return storedBytes(elementType, elements);
  const rank = type?.kind === "tensor" ? (type.shape?.length ?? 0) : 0;
  const bits = isConstant
    ? wideWeights?.has(id) === true
      ? wideBits
      : weightBits(precision, rank, densities?.get(id))
    : flow.graph.values[id]?.isCache === true
      ? precision.cacheBits
      : ownBits === undefined || ownBits === 0
        ? precision.activationBits
        : ownBits;
  return Math.ceil((elements * bits) / 8);
}

/**
 * Biases and scales are not quantized: they keep the activations' width, and beside integer arithmetic the width of
 * its accumulators, 32 bits (TensorFlow Lite 8-bit quantization specification, "bias").
 */
function weightBits(precision: Precision, rank: number, density: number | undefined): number {
  const { compressedWeights: compressed } = precision;
  if (rank >= 2)
    return compressed === undefined || density === undefined
      ? precision.weightBits
      : storedBits(compressed.bits, compressed.indexBits, density);
  const isInteger = precision.arithmetic[0]?.startsWith("int") === true;
  if (isInteger && precision.activationBits <= 16) return 32;
  return Math.max(precision.weightBits, precision.activationBits);
}

/** Of weights that stay as they are where others are quantized. */
const wideBits = 16;

function storedBytes(type: ElementType, elements: number): number {
  return Math.ceil((elements * elementTypes[type].bits) / 8);
}
