import { type ElementSource, loadChunk, paddedLength } from "./chunks.js";
import type { MatrixShape } from "./matrix.js";

export interface EffectiveRank {
  readonly value: number;
  /** Rows that were looked at: the most that it can be. */
  readonly rows: number;
}

const rowLimit = 96;
const columnLimit = 4096;

/**
 * exp(−Σ p log p) of the singular values as shares of their sum (Roy & Vetterli 2007, The effective rank), of the first
 * rows and columns of a large matrix: how many directions a weight really uses.
 */
export function effectiveRank(source: ElementSource, shape: MatrixShape): EffectiveRank {
  const rows = Math.min(shape.rows, rowLimit);
  const unit = shape.outer === 1 ? 1 : shape.inner;
  const most = Math.max(unit, Math.floor(columnLimit / unit) * unit);
  const columns = Math.min(shape.columns, most);
  const stride = paddedLength(columns);
  const x = new Float32Array(rows * stride);
  loadChunk(source, shape, { firstRow: 0, rows, firstColumn: 0, columns }, x);
  const gram = Array.from({ length: rows }, () => new Float64Array(rows));
  for (let left = 0; left < rows; left++)
    for (let right = 0; right <= left; right++) {
      let sum = 0;
      for (let at = 0; at < columns; at++)
        sum += (x[left * stride + at] ?? 0) * (x[right * stride + at] ?? 0);
      set(gram, left, right, sum);
      set(gram, right, left, sum);
    }
  const singular = eigenvalues(gram).map((value) => Math.sqrt(Math.max(0, value)));
  const total = singular.reduce((sum, value) => sum + value, 0);
  if (!(total > 0)) return { value: 0, rows };
  const entropy = singular.reduce((sum, value) => {
    const share = value / total;
    return share > 0 ? sum - share * Math.log(share) : sum;
  }, 0);
  return { value: Math.exp(entropy), rows };
}

const sweeps = 12;

/** Of a symmetric matrix, by Jacobi's rotations (Golub & Van Loan, section 8.5); the matrix is used up. */
function eigenvalues(matrix: readonly Float64Array[]): readonly number[] {
  const { length: size } = matrix;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let off = 0;
    let whole = 0;
    for (let p = 0; p < size; p++)
      for (let q = 0; q < size; q++) {
        const square = get(matrix, p, q) ** 2;
        whole += square;
        if (p !== q) off += square;
      }
    if (off <= 1e-20 * whole) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(matrix, p, q);
  }
  return matrix.map((row, index) => row[index] ?? 0);
}

function rotate(matrix: readonly Float64Array[], p: number, q: number): void {
  const apq = get(matrix, p, q);
  if (apq === 0) return;
  const theta = (get(matrix, q, q) - get(matrix, p, p)) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let at = 0; at < matrix.length; at++) {
    const left = get(matrix, at, p);
    const right = get(matrix, at, q);
    set(matrix, at, p, c * left - s * right);
    set(matrix, at, q, s * left + c * right);
  }
  for (let at = 0; at < matrix.length; at++) {
    const left = get(matrix, p, at);
    const right = get(matrix, q, at);
    set(matrix, p, at, c * left - s * right);
    set(matrix, q, at, s * left + c * right);
  }
}

function get(matrix: readonly Float64Array[], row: number, column: number): number {
  return matrix[row]?.[column] ?? 0;
}

function set(matrix: readonly Float64Array[], row: number, column: number, value: number): void {
  const own = matrix[row];
  if (own !== undefined) own[column] = value;
}
