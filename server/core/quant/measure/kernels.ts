import type { CodebookCode } from "../kernels/error-kernels.js";
import { type Grid, gridMax, gridThresholds, gridValues } from "../formats/grid.js";

/** The compiled kernels over their memory; see `kernels/error-kernels.ts` for what each does. Addresses are in bytes. */
export interface Kernels {
  readonly floats: Float32Array;
  readonly integers: Int32Array;
  /** Makes room for this many bytes; the arrays above are new ones afterwards. */
  reserve(bytes: number): void;
  clean(x: number, end: number, out: number): void;
  ranges(
    x: number,
    rows: number,
    rowBytes: number,
    blockBytes: number,
    low: number,
    high: number,
  ): void;
  /** See `kernels/multiply-kernel.ts`. */
  multiply(
    a: number,
    b: number,
    c: number,
    rows: number,
    depthBytes: number,
    widthBytes: number,
  ): void;
  multiplyTransposed(
    a: number,
    b: number,
    c: number,
    rowBytes: number,
    depthBytes: number,
    widthBytes: number,
  ): void;
  error(name: string): ErrorKernel;
}

export type ErrorKernel = (
  x: number,
  rows: number,
  rowBytes: number,
  blockBytes: number,
  scales: number,
  zeros: number,
  vector: number,
  out: number,
  output: number,
  low: number,
  high: number,
  shift: number,
) => void;

/** More values than this are looked up by bisection in JavaScript. */
const tableLimit = 32;

/** Which kernel rounds to a grid, and with what numbers; `undefined` when none does. */
export interface GridKernel {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly shift: number;
  /** Multiplies scales: the grid's own step. */
  readonly step: number;
}

export function gridKernel(grid: Grid): GridKernel | undefined {
  switch (grid.kind) {
    case "integer":
      return { name: "integer", low: grid.low, high: grid.high, shift: 0, step: grid.step };
    case "minifloat": {
      if (!grid.isSigned) return undefined;
      return {
        name: "minifloat",
        low: 2 ** Math.max(-126, 1 - grid.bias),
        high: gridMax(grid),
        shift: (23 - grid.mantissaBits) * 2 ** 23,
        step: 1,
      };
    }
    case "codebook":
    case "posit":
    case "power":
      return grid.bits <= 5 && gridValues(grid).length <= tableLimit
        ? { name: codebookName(grid), low: 0, high: 0, shift: 0, step: 1 }
        : undefined;
  }
}

/** Equal grids share one kernel. */
export function codebookName(grid: Grid): string {
  return `table:${gridValues(grid).join(",")}`;
}

/** What a module must be compiled with so that `gridKernel` finds its kernels. */
export function codebooksOf(grids: readonly Grid[]): ReadonlyMap<string, CodebookCode> {
  const found = new Map<string, CodebookCode>();
  for (const grid of grids) {
    const kernel = gridKernel(grid);
    if (kernel?.name.startsWith("table:") === true) found.set(kernel.name, codebookCode(grid));
  }
  return found;
}

/** In float32, so that the kernel's comparisons decide as exact ones do. */
export function codebookCode(grid: Grid): CodebookCode {
  const values = gridValues(grid);
  const firstCode = grid.kind === "posit" ? -(2 ** (grid.bits - 1)) + 1 : 0;
  return {
    values: values.map(Math.fround),
    thresholds: gridThresholds(grid).map((threshold, index) => {
      const at = Math.fround(threshold);
      const isTieUp = (firstCode + index) % 2 !== 0;
      // Beside zero, posits round every number away from it.
      if (grid.kind === "posit" && threshold === 0) return { at: 0, isUpper: values[index] !== 0 };
      return { at, isUpper: at > threshold || (at === threshold && isTieUp) };
    }),
  };
}
