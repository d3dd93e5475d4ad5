import { blocksOf } from "../../server/core/cost/calibrated/blocks.js";
import type { Kernel, Lowered } from "../../server/core/lower/lowered.js";
import type { KernelShape } from "../../server/core/ops/kernel-shape.js";

/**
 * A measured network as its kernels alone, for `test/accuracy/networks`: what `npm test` needs to cost it without the
 * sources that make it.
 */
export interface NetworkSample {
  readonly about: string;
  /** Kernels of networks; several rows may share one. */
  readonly networks: readonly (readonly KernelLine[])[];
  readonly rows: readonly {
    readonly target: string;
    readonly name: string;
    /** Index into `networks`. */
    readonly network: number;
    readonly seconds: number;
    /** Error of the committed calibration: |predicted − measured| ÷ measured. */
    readonly error: number;
  }[];
}

/**
 * How often, shape, MACs, other flops, bytes read, of these weights, written, converted, conversions, channels last,
 * nodes, operands; where blocks count, the block of each.
 */
export type KernelLine = readonly [
  number,
  KernelShape,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  0 | 1,
  number,
  number,
  (readonly number[])?,
];

/** `withBlocks`: for targets that were measured by waiting for blocks. */
export function linesOf(
  lowered: Lowered,
  { withBlocks }: { readonly withBlocks: boolean },
): readonly KernelLine[] {
  const lines = new Map<string, [number, ...unknown[]]>();
  const blocks = new Map<string, number[]>();
  const blockOf = new Map(
    blocksOf(lowered).flatMap((block, number) => block.map((index) => [index, number] as const)),
  );
  for (const [index, kernel] of lowered.kernels.entries()) {
    const line = [
      kernel.shape,
      kernel.macs,
      kernel.otherFlops,
      kernel.readBytes,
      kernel.weightReadBytes,
      kernel.writeBytes,
      kernel.castBytes,
      kernel.castCount,
      kernel.isChannelsLast ? 1 : 0,
      kernel.nodeIds.length,
      kernel.reads.length,
    ];
    const key = JSON.stringify(line);
    const known = lines.get(key);
    if (known === undefined) lines.set(key, [1, ...line]);
    else known[0] += 1;
    blocks.set(key, [...(blocks.get(key) ?? []), blockOf.get(index) ?? 0]);
  }
  const all = [...lines].map(([key, line]) => (withBlocks ? [...line, blocks.get(key)] : line));
  return all as unknown as readonly KernelLine[];
}

export function loweredOf(lines: readonly KernelLine[], engine: string): Lowered {
  const kernels = lines.flatMap(([count, ...line]) =>
    Array.from({ length: count }, (_, index) => kernelOf(line, index, engine)),
  );
  return {
    kernels,
    kernelOfNode: [],
    uncosted: [],
    weightBytes: kernels.reduce((sum, kernel) => sum + kernel.weightBytes, 0),
    aliasOf: new Int32Array(),
    // Nodes are numbered by their blocks.
    scopeOf: String,
    valueBits: undefined,
  };
}

type Tail<T> = T extends readonly [unknown, ...infer Rest] ? Rest : never;

function kernelOf(line: Readonly<Tail<KernelLine>>, index: number, engine: string): Kernel {
  const [shape, macs, otherFlops, readBytes, weightReadBytes, writeBytes] = line;
  const [, , , , , , castBytes, castCount, isChannelsLast, nodes, reads, blocks] = line;
  return {
    nodeIds: new Array<number>(nodes).fill(blocks?.[index] ?? 0),
    shares: [],
    shape,
    macs,
    otherFlops,
    weightBytes: weightReadBytes,
    readBytes,
    weightReadBytes,
    writeBytes,
    castBytes,
    castCount,
    isChannelsLast: isChannelsLast === 1,
    engine,
    reads: new Array<number>(reads).fill(0),
    writes: [],
    transferBytes: 0,
    quantizedElements: 0,
  };
}
