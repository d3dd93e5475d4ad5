import type { GpuDevice } from "./gpu-device.js";
import type { GpuKernel } from "./gpu-kernel.js";
import type { Occupancy } from "./occupancy.js";

/** How a grid runs on a device. */
export interface Launch {
  readonly blocks: number;
  /** Blocks that the device holds at once. */
  readonly blocksPerWave: number;
  /** `blocks / blocksPerWave`, not rounded. */
  readonly waves: number;
  readonly fullWaves: number;
  /** Share of the device that has nothing to do in the last wave; 0 where it is full. */
  readonly idleInLastWave: number;
  /** Blocks that the SM with most of them runs, one after or beside the other. */
  readonly blocksOfBusiestSm: number;
}

/** Undefined where the grid or the block is not known, or a block does not fit. */
export function launchOf(
  kernel: GpuKernel,
  device: GpuDevice,
  occupancy: Occupancy | undefined,
): Launch | undefined {
  if (occupancy === undefined || occupancy.blocksPerSm === 0) return undefined;
  let blocks = 1;
  for (const { extent } of kernel.axes) {
    if (extent === undefined) return undefined;
    blocks *= extent;
  }
  const blocksPerWave = occupancy.blocksPerSm * device.smCount;
  const waves = blocks / blocksPerWave;
  const fullWaves = Math.ceil(waves);
  return {
    blocks,
    blocksPerWave,
    waves,
    fullWaves,
    idleInLastWave: fullWaves - waves,
    blocksOfBusiestSm: Math.ceil(blocks / device.smCount),
  };
}
