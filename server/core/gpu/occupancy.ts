import type { GpuCapability } from "./gpu-device.js";
import { warpLanes } from "./gpu-device.js";

/** What one block takes of an SM. */
export interface BlockNeeds {
  readonly threads: number;
  /** 32-bit registers a thread. */
  readonly registers: number;
  readonly sharedBytes: number;
}

export type OccupancyLimiter = "threads" | "blocks" | "registers" | "shared memory";

export interface Occupancy {
  /** Blocks that one SM holds at once; 0: a block does not fit, see `doesNotFit`. */
  readonly blocksPerSm: number;
  readonly warpsPerSm: number;
  /** Resident warps over the most that an SM holds. */
  readonly share: number;
  /** All that limit at the same number of blocks. */
  readonly limiters: readonly OccupancyLimiter[];
  /** Blocks that each resource alone would allow. */
  readonly byLimiter: Readonly<Record<OccupancyLimiter, number>>;
  /** Why not even one block fits: `1,056 threads; a block has at most 1,024`. */
  readonly doesNotFit?: string;
  /** What would let one block more be resident, where registers or shared memory alone stand in the way. */
  readonly nextStep?: OccupancyStep;
}

export interface OccupancyStep {
  readonly blocksPerSm: number;
  /** The most registers a thread may have then, when these limit. */
  readonly registers?: number;
  /** The most shared bytes a block may have then, when these limit. */
  readonly sharedBytes?: number;
}

/**
 * NVIDIA's occupancy calculation (CUDA Occupancy Calculator, sheet Calculator): registers are dealt out to warps in units,
 * warps of an SM in fours, shared memory to blocks in units with what the system keeps of each.
 */
export function occupancyOf(needs: BlockNeeds, capability: GpuCapability): Occupancy {
  const byLimiter = blocksBy(needs, capability);
  const doesNotFit = misfitOf(needs, capability);
  const blocks = doesNotFit === undefined ? Math.min(...Object.values(byLimiter)) : 0;
  const limiters = limiterNames.filter(
    (name) => byLimiter[name] === blocks && (name !== "shared memory" || needs.sharedBytes > 0),
  );
  const warpsPerSm = blocks * Math.ceil(needs.threads / warpLanes);
  const nextStep =
    doesNotFit === undefined ? stepOf(needs, blocks, limiters, capability) : undefined;
  return {
    blocksPerSm: blocks,
    warpsPerSm,
    share: (warpsPerSm * warpLanes) / capability.limits.threadsPerSm.value,
    limiters,
    byLimiter,
    ...(doesNotFit === undefined ? {} : { doesNotFit }),
    ...(nextStep === undefined ? {} : { nextStep }),
  };
}

const limiterNames: readonly OccupancyLimiter[] = [
  "threads",
  "blocks",
  "registers",
  "shared memory",
];

function blocksBy(
  { threads, registers, sharedBytes }: BlockNeeds,
  { limits, allocation }: GpuCapability,
): Readonly<Record<OccupancyLimiter, number>> {
  const warps = Math.ceil(threads / warpLanes);
  const registersPerWarp = roundUp(Math.max(1, registers) * warpLanes, allocation.registers.value);
  const warpsByRegisters = roundDown(
    limits.registersPerSm.value / registersPerWarp,
    allocation.warps.value,
  );
  const shared =
    roundUp(sharedBytes, Math.max(1, allocation.shared.value)) + allocation.sharedReserved.value;
  return {
    threads: Math.floor(limits.threadsPerSm.value / (warps * warpLanes)),
    blocks: limits.blocksPerSm.value,
    registers: Math.floor(warpsByRegisters / warps),
    "shared memory":
      sharedBytes === 0 ? limits.blocksPerSm.value : Math.floor(limits.sharedPerSm.value / shared),
  };
}

function misfitOf(needs: BlockNeeds, capability: GpuCapability): string | undefined {
  const { limits } = capability;
  const count = (value: number): string => value.toLocaleString("en-US");
  if (needs.threads > limits.threadsPerBlock.value)
    return `${count(needs.threads)} threads; a block has at most ${count(limits.threadsPerBlock.value)}`;
  if (needs.sharedBytes > limits.sharedPerBlock.value)
    return `${count(needs.sharedBytes)} bytes of shared memory; a block has at most ${count(limits.sharedPerBlock.value)}`;
  if (needs.registers > limits.registersPerThread.value)
    return `${needs.registers} registers a thread; there are at most ${limits.registersPerThread.value}`;
  return blocksBy(needs, capability).registers === 0
    ? `${needs.registers} registers × ${count(needs.threads)} threads; a block has at most ${count(limits.registersPerBlock.value)}`
    : undefined;
}

/** One resource that limits alone can be told what it would have to give up. */
function stepOf(
  needs: BlockNeeds,
  blocks: number,
  limiters: readonly OccupancyLimiter[],
  capability: GpuCapability,
): OccupancyStep | undefined {
  const [limiter, ...others] = limiters;
  if (others.length > 0) return undefined;
  const allows = (changed: BlockNeeds): boolean =>
    Math.min(...Object.values(blocksBy(changed, capability))) > blocks;
  if (limiter === "registers") {
    for (let registers = needs.registers - 1; registers >= 16; registers -= 1)
      if (allows({ ...needs, registers })) return { blocksPerSm: blocks + 1, registers };
  } else if (limiter === "shared memory") {
    const unit = Math.max(1, capability.allocation.shared.value);
    const each = roundDown(capability.limits.sharedPerSm.value / (blocks + 1), unit);
    const sharedBytes = each - capability.allocation.sharedReserved.value;
    if (sharedBytes > 0 && allows({ ...needs, sharedBytes }))
      return { blocksPerSm: blocks + 1, sharedBytes };
  }
  return undefined;
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

function roundDown(value: number, unit: number): number {
  return Math.floor(value / unit) * unit;
}
