import type { GpuDevice } from "./gpu-device.js";
import type { GlobalAccess, GpuKernel } from "./gpu-kernel.js";
import type { Launch } from "./launch.js";

/** Bytes that leave the SM for one block. */
export interface Moved {
  /** Between L1 and L2, in sectors. */
  readonly l2Bytes: number;
  /** The block's part of what DRAM moves. */
  readonly dramBytes: number;
  /** Part of the sectors that L1 had. */
  readonly l1HitShare: number;
  /** Part of what went to L2 that DRAM had to bring. */
  readonly dramShare: number;
}

export interface Traffic {
  /** By index of the kernel's work; undefined for what touches no global memory. */
  readonly ofWork: readonly (Moved | undefined)[];
  readonly l2BytesPerBlock: number;
  readonly dramBytesPerBlock: number;
}

const sectorBytes = 32;

/**
 * Reuse by footprints: within a block L1 serves what was touched before, if what a turn of its loops touches fits; blocks that run
 * at once share through L2, so that DRAM brings each wave's different bytes, or each byte once where the whole launch fits L2.
 */
export function trafficOf(
  kernel: GpuKernel,
  device: GpuDevice,
  launch: Launch | undefined,
): Traffic {
  const accesses = kernel.work.map((work) => (work.kind === "global" ? work : undefined));
  const isHeldByL1 = fitsL1(kernel, device, launch);
  const isHeldByL2 = fitsL2(accesses, device);
  const ofWork = kernel.work.map((work): Moved | undefined => {
    if (work.kind === "atomic" && work.space === "global") return atomicMoved(work);
    if (work.kind !== "global") return undefined;
    return movedOf(work, { kernel, launch, isHeldByL1, isHeldByL2 });
  });
  const sum = (read: (moved: Moved) => number): number =>
    ofWork.reduce((total, moved) => total + (moved === undefined ? 0 : read(moved)), 0);
  return {
    ofWork,
    l2BytesPerBlock: sum(({ l2Bytes }) => l2Bytes),
    dramBytesPerBlock: sum(({ dramBytes }) => dramBytes),
  };
}

/** Atomics work in L2; what they touch is taken to stay there. */
function atomicMoved(work: {
  readonly executions: number;
  readonly addresses: number | undefined;
}): Moved {
  const l2Bytes = work.executions * (work.addresses ?? 32) * sectorBytes;
  return { l2Bytes, dramBytes: 0, l1HitShare: 0, dramShare: 0 };
}

interface Around {
  readonly kernel: GpuKernel;
  readonly launch: Launch | undefined;
  readonly isHeldByL1: boolean;
  readonly isHeldByL2: boolean;
}

function movedOf(access: GlobalAccess, around: Around): Moved {
  const asked = access.executions * sectorsOf(access) * sectorBytes;
  // Trip counts that are not known multiply what is asked for, so that a footprint over the whole block says nothing of one turn.
  const isReusable =
    access.direction === "read" && around.isHeldByL1 && access.unknownTurns.length === 0;
  const l2Bytes = isReusable ? Math.min(asked, access.blockBytes ?? asked) : asked;
  const dramBytes = Math.min(l2Bytes, dramBytesOf(access, l2Bytes, around));
  return {
    l2Bytes,
    dramBytes,
    l1HitShare: asked > 0 ? 1 - l2Bytes / asked : 0,
    dramShare: l2Bytes > 0 ? dramBytes / l2Bytes : 0,
  };
}

/** An index that is not understood is taken to be a gather: each lane another sector. */
export function sectorsOf(access: GlobalAccess): number {
  return access.sectors ?? 32;
}

function dramBytesOf(
  access: GlobalAccess,
  l2Bytes: number,
  { kernel, launch, isHeldByL2 }: Around,
): number {
  const own = Math.min(l2Bytes, access.blockBytes ?? l2Bytes);
  if (launch === undefined || access.unknownTurns.length > 0) return own;
  const distinctBlocks = kernel.axes.reduce(
    (product, { extent }, index) =>
      product * (access.variesAlong[index] === false ? 1 : (extent ?? 1)),
    1,
  );
  const whole = access.gridBytes ?? own * distinctBlocks;
  if (isHeldByL2) return whole / launch.blocks;
  const perWave =
    own * distinctInWave(access, kernel, Math.min(launch.blocksPerWave, launch.blocks));
  const moved = Math.max(whole, Math.min(perWave, whole) * launch.waves);
  return Math.min(own, moved / launch.blocks);
}

/** Of `count` blocks that start one after the other, how many touch different parts. */
function distinctInWave(access: GlobalAccess, kernel: GpuKernel, count: number): number {
  let left = count;
  let distinct = 1;
  for (const [index, { extent }] of kernel.axes.entries()) {
    const here = Math.min(left, extent ?? 1);
    if (access.variesAlong[index] !== false) distinct *= here;
    left = Math.max(1, Math.ceil(left / (extent ?? 1)));
  }
  return Math.min(distinct, count);
}

function fitsL1(kernel: GpuKernel, device: GpuDevice, launch: Launch | undefined): boolean {
  const resident = launch === undefined ? 1 : launch.blocksPerWave / device.smCount;
  const { l1Bytes, limits } = device.capability;
  // Where the cache is larger than what shared memory may take, shared memory is a part of it.
  const isUnified = l1Bytes.value > limits.sharedPerSm.value;
  const taken = isUnified ? resident * (kernel.sharedBytes ?? 0) : 0;
  const touched = kernel.work.reduce(
    (sum, work) => sum + (work.kind === "global" ? (work.turnBytes ?? 0) : 0),
    0,
  );
  return touched * resident <= Math.max(0, l1Bytes.value - taken);
}

/** A little of the cache is always taken by what streams through. */
const usableL2 = 0.8;

function fitsL2(accesses: readonly (GlobalAccess | undefined)[], device: GpuDevice): boolean {
  if (device.l2Bytes === undefined) return false;
  const largest = new Map<string, number>();
  for (const access of accesses) {
    if (access === undefined) continue;
    if (access.gridBytes === undefined) return false;
    largest.set(access.array, Math.max(largest.get(access.array) ?? 0, access.gridBytes));
  }
  let sum = 0;
  for (const bytes of largest.values()) sum += bytes;
  return sum <= usableL2 * device.l2Bytes;
}
