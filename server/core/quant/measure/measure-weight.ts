import { throwIfCancelled, type Cancel } from "../../base/cancel.js";
import { storedBytes } from "../formats/number-format.js";
import type { Scheme } from "../formats/scheme.js";
import { statisticCount } from "../kernels/error-kernels.js";
import {
  type Chunk,
  type ElementSource,
  chunksOf,
  leastCommonMultiple,
  loadChunk,
  paddedLength,
} from "./chunks.js";
import type { Kernels } from "./kernels.js";
import type { MatrixShape } from "./matrix.js";
import { outlierColumns } from "./quantize-rows.js";
import { emptyRanges, withTensor, Workspace } from "./workspace.js";
import { type RowRanges, errorOfChunk } from "./scheme-chunk.js";
import { outlierFactor, type SchemeError, type WeightErrors } from "./statistics.js";

export interface MeasureOptions {
  /** Elements that are in memory at a time. */
  readonly chunkElements?: number;
  readonly cancel: Cancel;
  /** Mean square of what meets each column: errors are weighted with it as well. */
  readonly importance?: Float32Array;
}

/** 32 MiB of float32: two workers with their copies stay far below 300 MB. */
const defaultChunkElements = 1 << 23;

/**
 * Error of one weight in several schemes, in two passes over its elements: the ranges, then the errors. A weight that
 * fits in memory is read once.
 */
export function measureWeight(
  kernels: Kernels,
  source: ElementSource,
  shape: MatrixShape,
  schemes: readonly Scheme[],
  { chunkElements = defaultChunkElements, cancel, importance }: MeasureOptions,
): WeightErrors {
  const alignment = schemes.reduce(
    (multiple, { format: { granularity }, transforms }) =>
      leastCommonMultiple(
        multiple,
        granularity.kind === "group" ? granularity.size : transforms.includes("hadamard") ? 128 : 4,
      ),
    4,
  );
  const chunks = chunksOf(shape, chunkElements, alignment);
  const workspace = new Workspace(kernels, chunks, schemes);
  const load = (chunk: Chunk): number => {
    throwIfCancelled(cancel);
    const length = chunk.rows * paddedLength(chunk.columns);
    loadChunk(source, shape, chunk, workspace.elements(length));
    if (importance !== undefined) workspace.weigh(chunk, importance);
    return workspace.clean(length);
  };
  /** Elements that stay in 16 bits, by scheme. */
  const wideCounts = schemes.map(() => 0);
  const totals = schemes.map(() => new Float64Array(statisticCount));
  const ranges = emptyRanges(shape.rows, shape.columns, schemes);
  let excludedCount = 0;
  let energy = 0;
  let weightedEnergy = 0;
  for (const chunk of chunks) {
    excludedCount += load(chunk);
    energy += workspace.rowRanges(chunk, ranges);
    weightedEnergy += workspace.weightedEnergy;
  }
  const found = withTensor(ranges);
  for (const chunk of chunks) {
    // A single chunk is still there from the first pass.
    if (chunks.length > 1) load(chunk);
    workspace.forgetBlocks();
    for (const [index, scheme] of schemes.entries()) {
      throwIfCancelled(cancel);
      addTo(totals[index], errorOfChunk(workspace, scheme, chunk, found));
      wideCounts[index] = (wideCounts[index] ?? 0) + wideElements(workspace, scheme, chunk);
    }
  }
  return {
    elementCount: shape.rows * shape.columns,
    excludedCount,
    ...found.tensor,
    energy,
    weightedEnergy,
    outlierRowCount: outlierRows(found),
    schemes: schemes.map((scheme, index) =>
      schemeError(scheme, shape, totals[index], wideCounts[index] ?? 0),
    ),
  };
}

function addTo(total: Float64Array | undefined, part: Float64Array): void {
  if (total === undefined) return;
  for (const [index, value] of part.entries())
    total[index] = index === 2 ? Math.max(total[index] ?? 0, value) : (total[index] ?? 0) + value;
}

/** Of columns that a decomposition keeps in 16 bits. */
function wideElements(workspace: Workspace, { format }: Scheme, { rows, columns }: Chunk): number {
  if (format.special.kind !== "decomposition") return 0;
  const stride = paddedLength(columns);
  const x = workspace.elements(rows * stride);
  const isWide = outlierColumns(x, stride, format.special.sigmas);
  return rows * isWide.reduce((count, one) => count + one, 0);
}

function schemeError(
  scheme: Scheme,
  { rows, columns }: MatrixShape,
  total: Float64Array | undefined,
  wideCount: number,
): SchemeError {
  const [squareSum = 0, productSum = 0, largest = 0, clippedCount = 0, weightedSquareSum = 0] =
    total ?? [];
  return {
    schemeId: scheme.id,
    squareSum,
    productSum,
    weightedSquareSum,
    largest,
    clippedCount,
    bytes:
      storedBytes(scheme.format, rows, columns) +
      Math.ceil((wideCount * (16 - scheme.format.storage.elementBits)) / 8),
  };
}

function outlierRows({ low, high }: RowRanges): number {
  const magnitudes = low.map((value, row) => Math.max(-value, high[row] ?? 0));
  const sorted = magnitudes.slice().sort();
  const median = sorted[sorted.length >> 1] ?? 0;
  return magnitudes.reduce(
    (count, value) => count + (value > outlierFactor * median && median > 0 ? 1 : 0),
    0,
  );
}
