import { productOf } from "../base/product.js";
import type { KernelShape } from "../ops/kernel-shape.js";
import { meanVisibleKeys } from "../ops/visible-keys.js";

/**
 * One loop nest of multiply-accumulates, after Chen et al. (Eyeriss, ISCA 2016, equation 1): `groups` independent
 * problems of a convolution over `batch` images. A matrix product is a convolution with a window of one: its rows
 * are output positions.
 */
export interface Contraction {
  readonly groups: number;
  readonly batch: number;
  /** Of one group. */
  readonly outputChannels: number;
  readonly inputChannels: number;
  readonly outputRows: number;
  readonly outputColumns: number;
  readonly kernelRows: number;
  readonly kernelColumns: number;
  readonly strideRows: number;
  readonly strideColumns: number;
  readonly dilationRows: number;
  readonly dilationColumns: number;
  readonly inputRows: number;
  readonly inputColumns: number;
  /** How often it runs one after the other, its weights read anew each time (a step of a recurrence). */
  readonly times: number;
}

export function macsOf(c: Contraction): number {
  return (
    c.times *
    c.groups *
    c.batch *
    c.outputChannels *
    c.inputChannels *
    c.outputRows *
    c.outputColumns *
    c.kernelRows *
    c.kernelColumns
  );
}

/** Input rows that so many output rows touch: windows that overlap share, strides beyond the window skip. */
export function touchedRows(c: Contraction, rows: number): number {
  return touched(rows, c.kernelRows, c.strideRows, c.dilationRows, c.inputRows);
}

export function touchedColumns(c: Contraction, columns: number): number {
  return touched(columns, c.kernelColumns, c.strideColumns, c.dilationColumns, c.inputColumns);
}

function touched(
  outputs: number,
  kernel: number,
  stride: number,
  dilation: number,
  extent: number,
): number {
  const span = (outputs - 1) * stride + (kernel - 1) * dilation + 1;
  return Math.min(outputs * kernel, span, extent);
}

export interface Footprint {
  readonly weights: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** Elements of each operand, every one counted once: what no mapping can go below. Weights may stay for all `times`. */
export function compulsory(c: Contraction): Footprint {
  return {
    weights: c.groups * c.outputChannels * c.inputChannels * c.kernelRows * c.kernelColumns,
    inputs:
      c.times *
      c.groups *
      c.batch *
      c.inputChannels *
      touchedRows(c, c.outputRows) *
      touchedColumns(c, c.outputColumns),
    outputs: c.times * c.groups * c.batch * c.outputChannels * c.outputRows * c.outputColumns,
  };
}

/** [m,k] × [k,n], `groups` of them. */
export function product(groups: number, m: number, n: number, k: number, times = 1): Contraction {
  return {
    groups,
    batch: 1,
    outputChannels: n,
    inputChannels: k,
    outputRows: m,
    outputColumns: 1,
    kernelRows: 1,
    kernelColumns: 1,
    strideRows: 1,
    strideColumns: 1,
    dilationRows: 1,
    dilationColumns: 1,
    inputRows: m,
    inputColumns: 1,
    times,
  };
}

/** The products of a kernel, in order; none for kernels without multiply-accumulates, and for extents of 0. */
export function contractionsOf(shape: KernelShape): readonly Contraction[] {
  const found = productsOf(shape);
  return found.filter((contraction) => macsOf(contraction) > 0);
}

function productsOf(shape: KernelShape): readonly Contraction[] {
  switch (shape.kind) {
    case "matmul":
      return [product(shape.batch, shape.m, shape.n, shape.k)];
    case "conv":
      return [convolution(shape)];
    case "attention": {
      // Heads that share keys are rows of one product.
      const groups = shape.batch * shape.keyHeads;
      const rows = (shape.queryHeads / Math.max(1, shape.keyHeads)) * shape.queryLength;
      const keys = meanVisibleKeys(shape);
      return [
        product(groups, rows, keys, shape.headSize),
        product(groups, rows, shape.valueHeadSize, keys),
      ];
    }
    case "recurrent": {
      const width = shape.gates * shape.hiddenSize;
      return [
        product(shape.directions, shape.steps * shape.batch, width, shape.inputSize),
        product(shape.directions, shape.batch, width, shape.hiddenSize, shape.steps),
      ];
    }
    case "moe": {
      const visits = shape.tokens * shape.chosen;
      const share = shape.localExperts / Math.max(1, shape.experts);
      const busy = Math.max(1, Math.min(shape.localExperts, Math.ceil(visits * share)));
      const rows = Math.max(1, Math.ceil((visits * share) / busy));
      return [
        product(busy, rows, (shape.isGated ? 2 : 1) * shape.inter, shape.hidden),
        product(busy, rows, shape.hidden, shape.inter),
      ];
    }
    default:
      return [];
  }
}

/**
 * Space of any rank in rows and columns: the last axis is columns, the others are rows as far as they overlap; the
 * first of three is taken as channels (inside the window) and images (outside), which counts its overlap twice.
 */
function convolution(shape: KernelShape & { readonly kind: "conv" }): Contraction {
  const { groups, batch, inputSize, outputSize, kernelSize, strides, dilations = [] } = shape;
  const inputChannels = shape.inputChannels / Math.max(1, groups);
  const outputChannels = shape.outputChannels / Math.max(1, groups);
  if (shape.isTransposed) {
    // Every input position makes one window of outputs, which are then added where they overlap.
    const positions = inputSize.reduce((all, extent) => all * extent, batch);
    const window = productOf(kernelSize);
    return product(groups, positions, outputChannels * window, inputChannels);
  }
  const at = (sizes: readonly number[], fromEnd: number): number => sizes.at(-1 - fromEnd) ?? 1;
  const beyond = (sizes: readonly number[]): number => productOf(sizes.slice(0, -2));
  return {
    groups,
    batch: batch * beyond(outputSize),
    outputChannels,
    inputChannels: inputChannels * beyond(kernelSize),
    outputRows: at(outputSize, 1),
    outputColumns: at(outputSize, 0),
    kernelRows: at(kernelSize, 1),
    kernelColumns: at(kernelSize, 0),
    strideRows: at(strides, 1),
    strideColumns: at(strides, 0),
    dilationRows: at(dilations, 1),
    dilationColumns: at(dilations, 0),
    inputRows: Math.max(1, at(inputSize, 1)),
    inputColumns: Math.max(1, at(inputSize, 0)),
    times: 1,
  };
}
