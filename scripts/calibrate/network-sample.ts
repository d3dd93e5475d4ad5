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
 * nodes, operands.
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
];

export function linesOf({ kernels }: Lowered): readonly KernelLine[] {
  const lines = new Map<string, [number, ...unknown[]]>();
  for (const kernel of kernels) {
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
  }
  return [...lines.values()] as unknown as readonly KernelLine[];
}

export function loweredOf(lines: readonly KernelLine[], engine: string): Lowered {
  const kernels = lines.flatMap(([count, ...line]) =>
    Array.from({ length: count }, () => kernelOf(line, engine)),
  );
  return {
    kernels,
    kernelOfNode: [],
    uncosted: [],
    weightBytes: kernels.reduce((sum, kernel) => sum + kernel.weightBytes, 0),
    aliasOf: new Int32Array(),
    valueBits: undefined,
  };
}

type Tail<T> = T extends readonly [unknown, ...infer Rest] ? Rest : never;

function kernelOf(line: Readonly<Tail<KernelLine>>, engine: string): Kernel {
  const [shape, macs, otherFlops, readBytes, weightReadBytes, writeBytes] = line;
  const [, , , , , , castBytes, castCount, isChannelsLast, nodes, reads] = line;
  return {
    nodeIds: new Array<number>(nodes).fill(0),
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
