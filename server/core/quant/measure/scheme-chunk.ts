import { gridValues } from "../formats/grid.js";
import { writeBlockScales } from "../formats/block-scales.js";
import { affineOf, type TensorRange } from "../formats/scales.js";
import type { Scheme } from "../formats/scheme.js";
import { type KernelKind, statisticCount } from "../kernels/error-kernels.js";
import { type Chunk, paddedLength } from "./chunks.js";
import { clippedEnds } from "./clip.js";
import { gridKernel } from "./kernels.js";
import { type BlockEnds, blockLength, quantizeRows } from "./quantize-rows.js";
import { transformed } from "./transforms.js";
import type { Workspace } from "./workspace.js";

/** Ranges of a whole weight, known after the first pass. */
export interface RowRanges {
  readonly low: Float32Array;
  readonly high: Float32Array;
  /** Σ|x| of each row, where a scheme's scale is the mean magnitude. */
  readonly magnitudes: Float64Array | undefined;
  readonly tensor: TensorRange;
  /** Of the whole matrix. */
  readonly columns: number;
}

/** Sums of `statisticCount` statistics over the chunk. */
export function errorOfChunk(
  workspace: Workspace,
  scheme: Scheme,
  chunk: Chunk,
  ranges: RowRanges,
): Float64Array {
  return hasKernel(scheme, chunk)
    ? sumsByKernel(workspace, scheme, chunk, ranges)
    : sumsByReference(workspace, scheme, chunk, ranges);
}

/** Writes the errors themselves to an address, in the padded layout of the chunk. */
export function storeErrors(
  workspace: Workspace,
  scheme: Scheme,
  chunk: Chunk,
  ranges: RowRanges,
  output: number,
): void {
  if (hasKernel(scheme, chunk)) runKernel(workspace, scheme, chunk, ranges, "Store", output);
  else storeByReference(workspace, scheme, chunk, ranges, output);
}

function hasKernel(scheme: Scheme, { columns }: Chunk): boolean {
  const { format, clip, transforms } = scheme;
  const block = blockLength(scheme, columns);
  return (
    clip.kind === "max" &&
    transforms.length === 0 &&
    format.special.kind === "plain" &&
    gridKernel(format.grid) !== undefined &&
    // A padded zero is an error in a grid without zero.
    (columns % 4 === 0 || gridValues(format.grid).includes(0)) &&
    (format.granularity.kind !== "group" ||
      (format.scaleRule !== "mean" && (block % 4 === 0 || block >= columns)))
  );
}

function sumsByKernel(
  workspace: Workspace,
  scheme: Scheme,
  chunk: Chunk,
  ranges: RowRanges,
): Float64Array {
  runKernel(workspace, scheme, chunk, ranges, workspace.kind, 0);
  const sums = new Float64Array(statisticCount);
  const { floats } = workspace.kernels;
  for (let row = 0; row < chunk.rows; row++)
    for (let index = 0; index < statisticCount; index++) {
      const value = floats[workspace.out / 4 + row * statisticCount + index] ?? 0;
      sums[index] = index === 2 ? Math.max(sums[index] ?? 0, value) : (sums[index] ?? 0) + value;
    }
  return sums;
}

function runKernel(
  workspace: Workspace,
  scheme: Scheme,
  chunk: Chunk,
  ranges: RowRanges,
  kind: KernelKind,
  output: number,
): void {
  const { kernels, scales, zeros, vector, out, x } = workspace;
  const kernel = gridKernel(scheme.format.grid);
  if (kernel === undefined) throw new Error(`no kernel for ${scheme.id}`);
  const stride = paddedLength(chunk.columns);
  const { granularity } = scheme.format;
  const block = granularity.kind === "group" ? Math.min(stride, granularity.size) : stride;
  writeScales(workspace, scheme, chunk, ranges, block, kernel.step);
  kernels.error(`${kernel.name}${kind}`)(
    x,
    chunk.rows,
    4 * stride,
    4 * block,
    scales,
    zeros,
    vector,
    out,
    output,
    kernel.low,
    kernel.high,
    kernel.shift,
  );
}

/** Scale and zero point of each block, row by row. */
function writeScales(
  workspace: Workspace,
  scheme: Scheme,
  chunk: Chunk,
  ranges: RowRanges,
  block: number,
  step: number,
): void {
  const { format } = scheme;
  const ends = endsOfChunk(workspace, scheme, chunk, ranges, block);
  const count = ends.low.length;
  const { floats } = workspace.kernels;
  const scales = floats.subarray(workspace.scales / 4, workspace.scales / 4 + count);
  const zeros = floats.subarray(workspace.zeros / 4, workspace.zeros / 4 + count);
  zeros.fill(0);
  if (format.isAffine)
    for (let index = 0; index < count; index++) {
      const found = affineOf(format, ends.low[index] ?? 0, ends.high[index] ?? 0, ranges.tensor);
      scales[index] = found.scale;
      zeros[index] = found.zero;
    }
  else if (format.scaleRule === "mean")
    for (let index = 0; index < count; index++) scales[index] = (ends.mean?.[index] ?? 0) || 1;
  else writeBlockScales(format, ends, ranges.tensor, scales);
  if (step !== 1)
    for (let index = 0; index < count; index++) scales[index] = (scales[index] ?? 0) * step;
}

function endsOfChunk(
  workspace: Workspace,
  { format: { granularity } }: Scheme,
  chunk: Chunk,
  ranges: RowRanges,
  block: number,
): BlockEnds {
  const { tensor } = ranges;
  const first = chunk.firstRow;
  const last = first + chunk.rows;
  const mean = ranges.magnitudes?.subarray(first, last).map((sum) => sum / ranges.columns);
  switch (granularity.kind) {
    case "group":
      return { ...workspace.blockRanges(chunk, block), tensor, ...(mean && { mean }) };
    case "channel":
      return {
        low: ranges.low.subarray(first, last),
        high: ranges.high.subarray(first, last),
        tensor,
        ...(mean && { mean }),
      };
    case "tensor": {
      const rows = chunk.rows;
      const whole = ranges.magnitudes?.reduce((sum, value) => sum + value, 0) ?? 0;
      return {
        low: new Float32Array(rows).fill(tensor.low),
        high: new Float32Array(rows).fill(tensor.high),
        mean: new Float32Array(rows).fill(whole / (ranges.low.length * ranges.columns)),
        tensor,
      };
    }
  }
}

function sumsByReference(
  workspace: Workspace,
  scheme: Scheme,
  chunk: Chunk,
  ranges: RowRanges,
): Float64Array {
  const every = rowStep(scheme, chunk);
  const { x, quantized } = byReference(workspace, scheme, chunk, ranges, every);
  const sums = statisticsOf(x, quantized, workspace.weights(chunk.columns));
  const rows = x.length / chunk.columns;
  // Sums of the sample stand for those of all rows; the largest error is that of the sample.
  return sums.map((sum, index) => (index === 2 ? sum : (sum * chunk.rows) / rows));
}

function storeByReference(
  workspace: Workspace,
  scheme: Scheme,
  chunk: Chunk,
  ranges: RowRanges,
  output: number,
): void {
  const { rows, columns } = chunk;
  const stride = paddedLength(columns);
  const { x, quantized } = byReference(workspace, scheme, chunk, ranges, 1);
  const errors = x.map((value, index) => value - (quantized[index] ?? 0));
  const into = workspace.kernels.floats.subarray(output / 4, output / 4 + rows * stride);
  for (let row = 0; row < rows; row++) {
    into.set(errors.subarray(row * columns, (row + 1) * columns), row * stride);
    into.fill(0, row * stride + columns, (row + 1) * stride);
  }
}

/**
 * The plain arithmetic, for what has no kernel: wide tables, chosen types, outliers, searched ranges, rotations. Of one row
 * in `every`.
 */
function byReference(
  workspace: Workspace,
  scheme: Scheme,
  chunk: Chunk,
  ranges: RowRanges,
  every: number,
): { readonly x: Float32Array; readonly quantized: Float32Array } {
  const { columns } = chunk;
  const stride = paddedLength(columns);
  const rows = Math.ceil(chunk.rows / every);
  const padded = workspace.elements(chunk.rows * stride);
  const x = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++)
    x.set(padded.subarray(row * every * stride, row * every * stride + columns), row * columns);
  const { x: rounding, restore } = transformed(scheme, x, columns);
  // A transform makes new ranges, and blocks of a padded row end elsewhere than blocks of the row.
  const isOwn = scheme.transforms.length > 0 || scheme.format.granularity.kind === "group";
  const known = isOwn ? undefined : endsOfChunk(workspace, scheme, chunk, ranges, stride);
  const ends = clippedEnds(scheme, rounding, columns, known);
  return { x, quantized: restore(quantizeRows(scheme, rounding, columns, ends)) };
}

/** Elements of a chunk that formats are measured on whose scales are searched. */
const sampleElements = 1 << 18;

/** One row in so many is measured: blocks have their scales to themselves, and their search takes a microsecond an element. */
function rowStep({ format, transforms }: Scheme, { rows, columns }: Chunk): number {
  return format.special.kind === "ggml" && transforms.length === 0
    ? Math.max(1, Math.floor((rows * columns) / sampleElements))
    : 1;
}

function statisticsOf(
  x: Float32Array,
  quantized: Float32Array,
  weights: Float32Array,
): Float64Array {
  const sums = new Float64Array(statisticCount);
  let squares = 0;
  let products = 0;
  let largest = 0;
  let weighted = 0;
  for (let index = 0; index < x.length; index++) {
    const value = x[index] ?? 0;
    const error = value - (quantized[index] ?? 0);
    squares += error * error;
    weighted += (weights[index % weights.length] ?? 0) * error * error;
    products += value * error;
    if (Math.abs(error) > largest) largest = Math.abs(error);
  }
  sums[0] = squares;
  sums[1] = products;
  sums[2] = largest;
  sums[4] = weighted;
  return sums;
}
