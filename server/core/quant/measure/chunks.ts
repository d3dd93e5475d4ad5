import type { MatrixShape } from "./matrix.js";

/** Elements of a tensor in the order of the file, as float32. */
export interface ElementSource {
  load(first: number, count: number, into: Float32Array): void;
}

/** A rectangle of the matrix: what fits in the kernels' memory at a time. */
export interface Chunk {
  readonly firstRow: number;
  readonly rows: number;
  readonly firstColumn: number;
  readonly columns: number;
}

/** Cuts the matrix into rectangles of up to `limit` elements whose columns start at multiples of `alignment`. */
export function chunksOf(shape: MatrixShape, limit: number, alignment: number): readonly Chunk[] {
  const { rows, columns, outer, inner } = shape;
  const unit = outer === 1 ? 1 : inner;
  // Whole rows where the file has them as rows; bands of all rows where it has them as columns.
  const isWhole = outer === 1 && paddedLength(columns) <= limit;
  const wanted = isWhole ? columns : Math.floor(limit / Math.min(rows, outer === 1 ? 1 : rows));
  const step = leastCommonMultiple(unit, alignment);
  // Only a row that is cut must be cut at a multiple.
  const columnsPerChunk =
    wanted >= columns ? columns : Math.max(step, Math.floor(wanted / step) * step);
  const rowsPerChunk = Math.max(
    1,
    Math.min(rows, Math.floor(limit / paddedLength(columnsPerChunk))),
  );
  const chunks: Chunk[] = [];
  for (let firstColumn = 0; firstColumn < columns; firstColumn += columnsPerChunk)
    for (let firstRow = 0; firstRow < rows; firstRow += rowsPerChunk)
      chunks.push({
        firstRow,
        rows: Math.min(rowsPerChunk, rows - firstRow),
        firstColumn,
        columns: Math.min(columnsPerChunk, columns - firstColumn),
      });
  return chunks;
}

/** Rows are padded with zeros to whole vectors of four. */
export function paddedLength(columns: number): number {
  return Math.ceil(columns / 4) * 4;
}

/** Brings a chunk into `into`, row by row, padded. */
export function loadChunk(
  source: ElementSource,
  shape: MatrixShape,
  chunk: Chunk,
  into: Float32Array,
): void {
  const stride = paddedLength(chunk.columns);
  if (shape.outer === 1) loadRows(source, shape, chunk, stride, into);
  else loadColumns(source, shape, chunk, stride, into);
}

function loadRows(
  source: ElementSource,
  shape: MatrixShape,
  chunk: Chunk,
  stride: number,
  into: Float32Array,
): void {
  const { rows, columns, firstRow, firstColumn } = chunk;
  const start = firstRow * shape.columns + firstColumn;
  if (columns === shape.columns && stride === columns) {
    source.load(start, rows * columns, into);
    return;
  }
  // Many short rows: one read for several of them.
  const isContiguous = columns === shape.columns;
  const rowsPerRead = isContiguous ? Math.max(1, Math.floor(bufferLength / columns)) : 1;
  const buffer = new Float32Array(Math.min(rowsPerRead, rows) * columns);
  for (let row = 0; row < rows; row += rowsPerRead) {
    const count = Math.min(rowsPerRead, rows - row);
    source.load(start + row * shape.columns, count * columns, buffer);
    for (let index = 0; index < count; index++) {
      const at = (row + index) * stride;
      into.set(buffer.subarray(index * columns, (index + 1) * columns), at);
      into.fill(0, at + columns, at + stride);
    }
  }
}

function loadColumns(
  source: ElementSource,
  shape: MatrixShape,
  chunk: Chunk,
  stride: number,
  into: Float32Array,
): void {
  const { inner } = shape;
  const { rows, columns, firstRow, firstColumn } = chunk;
  const isWhole = rows === shape.rows;
  const length = rows * inner;
  const perRead = isWhole ? Math.max(1, Math.floor(bufferLength / length)) : 1;
  const buffer = new Float32Array(Math.min(perRead, columns / inner) * length);
  if (stride !== columns)
    for (let row = 0; row < rows; row++) into.fill(0, row * stride + columns, (row + 1) * stride);
  const outerCount = columns / inner;
  const firstOuter = firstColumn / inner;
  for (let outer = 0; outer < outerCount; outer += perRead) {
    const count = Math.min(perRead, outerCount - outer);
    const first = ((firstOuter + outer) * shape.rows + firstRow) * inner;
    source.load(first, count * length, buffer);
    scatter(buffer, into, { count, rows, inner, stride, column: outer * inner });
  }
}

interface Scatter {
  readonly count: number;
  readonly rows: number;
  readonly inner: number;
  readonly stride: number;
  readonly column: number;
}

/** Transposes in tiles of rows, so that both sides stay in the cache. */
function scatter(buffer: Float32Array, into: Float32Array, part: Scatter): void {
  const { count, rows, inner, stride, column } = part;
  for (let firstRow = 0; firstRow < rows; firstRow += tile) {
    const lastRow = Math.min(rows, firstRow + tile);
    for (let outer = 0; outer < count; outer++) {
      const from = outer * rows * inner;
      const to = column + outer * inner;
      if (inner === 1)
        for (let row = firstRow; row < lastRow; row++)
          into[row * stride + to] = buffer[from + row] ?? 0;
      else
        for (let row = firstRow; row < lastRow; row++)
          for (let index = 0; index < inner; index++)
            into[row * stride + to + index] = buffer[from + row * inner + index] ?? 0;
    }
  }
}

const tile = 32;
/** Elements read at once when they must be moved apart. */
const bufferLength = 1 << 18;

export function leastCommonMultiple(left: number, right: number): number {
  let a = left;
  let b = right;
  while (b !== 0) [a, b] = [b, a % b];
  return (left / a) * right;
}
