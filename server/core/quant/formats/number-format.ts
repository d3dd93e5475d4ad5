import { typeOfRow } from "../ggml/block-types.js";
import type { Grid } from "./grid.js";

/** Over which elements one scale is shared. `channel` is an output channel; blocks and groups run along the reduction. */
export type Granularity =
  | { readonly kind: "tensor" }
  | { readonly kind: "channel" }
  | { readonly kind: "group"; readonly size: number };

/** How a scale itself is stored. `e8m0` is a power of two; the small floats need a second scale for the tensor. */
export type ScaleFormat = "float32" | "float16" | "e8m0" | "e4m3" | "ue5m3";

/**
 * `max`: the largest magnitude meets the end of the grid. `mean`: mean magnitude, for binary and ternary weights.
 * `unit`: no scale at all (bfloat16, posit).
 */
export type ScaleRule = "max" | "mean" | "unit";

/** What follows an element or a scale where a format does more than round: chosen types, kept outliers. */
export type Special =
  | { readonly kind: "plain" }
  /** For each group, the candidate grid with the least square error. */
  | { readonly kind: "choice"; readonly grids: readonly Grid[] }
  /** An outlier takes the place of its neighbour in the pair, which becomes zero. */
  | { readonly kind: "outlier-victim"; readonly outlier: Grid; readonly sigmas: number }
  /** Input channels with a magnitude beyond `sigmas` standard deviations stay in 16 bits. */
  | { readonly kind: "decomposition"; readonly sigmas: number }
  /** Products are approximate (`l-mul.ts`): a weight errs by what its products err by. */
  | { readonly kind: "l-mul"; readonly mantissaBits: number }
  /** Blocks with scales of scales, fitted and packed as ggml does (`ggml/block-types.ts`). */
  | { readonly kind: "ggml"; readonly type: string };

/** One way of storing numbers, as its file in `server/data/formats` says it. */
export interface NumberFormat {
  readonly id: string;
  readonly name: string;
  readonly grid: Grid;
  /** True: a zero point lets the grid start at the smallest value instead of lying around zero. */
  readonly isAffine: boolean;
  readonly granularity: Granularity;
  readonly scale: ScaleFormat;
  readonly scaleRule: ScaleRule;
  readonly special: Special;
  readonly storage: FormatStorage;
  /** Keys of `Chip.peaks` that multiply it natively, best first. */
  readonly arithmetic: readonly string[];
  readonly source: string;
}

export interface FormatStorage {
  /** Bits of an element, without scales; of blocks that hold their scales, with them. */
  readonly elementBits: number;
  /** Elements that are packed together: two nibbles in a byte; 1 when they are whole bytes. */
  readonly packedElements: number;
  /** Bytes that a packed row must be a multiple of. */
  readonly alignmentBytes: number;
}

const scaleBits: Readonly<Record<ScaleFormat, number>> = {
  float32: 32,
  float16: 16,
  e8m0: 8,
  e4m3: 8,
  ue5m3: 8,
};

/** Bytes of a matrix of `rows` output channels by `columns`, scales, zero points and padding included. */
export function storedBytes(format: NumberFormat, rows: number, columns: number): number {
  if (format.special.kind === "ggml") {
    const type = typeOfRow(format.special.type, columns);
    return rows * (type === undefined ? 2 * columns : (columns / type.elements) * type.bytes);
  }
  const { elementBits, packedElements, alignmentBytes } = format.storage;
  const packed = Math.ceil(columns / packedElements) * packedElements;
  const rowBytes = (packed * elementBits) / 8;
  const padded =
    alignmentBytes > 1 ? Math.ceil(rowBytes / alignmentBytes) * alignmentBytes : rowBytes;
  return Math.ceil(rows * padded) + scaleBytes(format, rows, columns);
}

function scaleBytes(format: NumberFormat, rows: number, columns: number): number {
  if (format.scaleRule === "unit") return 0;
  const count = scaleCount(format.granularity, rows, columns);
  const hasTensorScale = format.scale === "e4m3" || format.scale === "ue5m3";
  const zeroBits = format.isAffine ? Math.max(8, format.storage.elementBits) : 0;
  return Math.ceil((count * (scaleBits[format.scale] + zeroBits)) / 8) + (hasTensorScale ? 4 : 0);
}

export function scaleCount(granularity: Granularity, rows: number, columns: number): number {
  switch (granularity.kind) {
    case "tensor":
      return 1;
    case "channel":
      return rows;
    case "group":
      return rows * Math.ceil(columns / granularity.size);
  }
}

/** Bits per element of a large matrix: scales included, padding not. */
export function bitsPerElement(format: NumberFormat): number {
  const { elementBits } = format.storage;
  const holdsScales = format.scaleRule === "unit" || format.special.kind === "ggml";
  if (format.granularity.kind !== "group" || holdsScales) return elementBits;
  const zeroBits = format.isAffine ? elementBits : 0;
  return elementBits + (scaleBits[format.scale] + zeroBits) / format.granularity.size;
}
