import type { Amount } from "../design/design.js";
import { boundNames, type BoundName, type KernelEstimate, type WorkCost } from "./gpu-report.js";
import type { GpuDevice } from "./gpu-device.js";
import type { GpuKernel, GpuWork } from "./gpu-kernel.js";
import { launchOf, type Launch } from "./launch.js";
import { occupancyOf, type Occupancy } from "./occupancy.js";
import { trafficOf, type Traffic } from "./traffic.js";
import { cyclesOf, latencyOf } from "./work-cycles.js";

/**
 * What a kernel takes on a device. Every instruction of a block occupies parts of the machine for some cycles (`work-cycles`),
 * what leaves the SM is moved by L2 and DRAM (`traffic`), and what a warp must wait for takes its latency however wide the machine is:
 * the roofline model with a ceiling for each part (Williams et al. 2009; Hong and Kim 2009 for the latency). The largest bound
 * names the kernel; bounds that are near one another delay each other (`combined`).
 */
export function estimateKernel(kernel: GpuKernel, device: GpuDevice): KernelEstimate {
  const occupancy = occupancyAt(kernel, device, kernel.registers.value);
  const launch = launchOf(kernel, device, occupancy);
  const traffic = trafficOf(kernel, device, launch);
  const costs = kernel.work.map((work, index): WorkCost => ({
    work,
    cycles: {
      ...cyclesOf(work, device),
      ...movedCycles(traffic, index, device, launch),
    },
    latency: latencyOf(work, traffic.ofWork[index], device),
  }));
  const isWhole = kernel.work.every(({ unknownTurns }) => unknownTurns.length === 0);
  const chain = costs.reduce((sum, { latency }) => sum + latency, 0);
  const cyclesPerBlock = sumsOf(costs);
  const bounds = boundsOf({ cyclesPerBlock, chain, device, launch, occupancy });
  const isTimed = isWhole && launch !== undefined && occupancy?.doesNotFit === undefined;
  const seconds = isTimed ? secondsOf(bounds, kernel, device) : undefined;
  const flops = isWhole ? flopsOf(kernel) : undefined;
  return {
    kernel,
    device,
    occupancy,
    occupancyRange: rangeOf(kernel, device),
    launch,
    costs,
    cyclesPerBlock,
    bounds,
    bound: bounds[0]?.name,
    boundSeconds: normOf(bounds),
    shares: sharesOf(costs, bounds, chain),
    seconds,
    flopsPerBlock: flops,
    dramBytesPerBlock: isWhole ? traffic.dramBytesPerBlock : undefined,
    l2BytesPerBlock: isWhole ? traffic.l2BytesPerBlock : undefined,
    intensity: intensityOf(kernel, traffic),
  };
}

/** Time of an empty kernel. Assumed, the same for all devices: no measurement stands behind it. */
const emptyKernelSeconds = 2e-6;
/**
 * Exponent of the norm by which bounds add up: 1 is one after the other, ∞ is perfect overlap. Assumed: by three, two bounds of one
 * size take a quarter longer than one of them.
 */
const overlap = 3;
/**
 * What well-tuned kernels reach of the stated bandwidth of DRAM. Assumed for all devices, from what others measured: 0.88 by the
 * best transpose on H100 (github.com/yencal/gpu-matrix-transpose), 0.93 by reads and 0.91 by writes on B300
 * (github.com/ademeure/QuickRunCUDA); copies and less tuned kernels lie below.
 */
export const reachableDram = 0.92;

/**
 * What kernels reach of an SM's own parts: clocks under load lie below the stated boost, and instructions wait for one another's
 * registers. The mean over the first six of eleven published SGEMM kernels on RTX A6000 (`docs/literature.md`); the later five err alike by it.
 */
const reachableSm = 0.83;

/** Of the largest bound, the least that was seen to be taken: 0.75 of two kernels of the same series, whose interval this is. */
const leastPart = 0.7;

function reachableOf(name: BoundName): number {
  const isOwnPart = name !== "dram" && name !== "l2" && name !== "latency" && name !== "tensor";
  return isOwnPart ? reachableSm : 1;
}

function occupancyAt(
  kernel: GpuKernel,
  device: GpuDevice,
  registers: number,
): Occupancy | undefined {
  if (kernel.threadsPerBlock === undefined) return undefined;
  return occupancyOf(
    {
      threads: kernel.threadsPerBlock,
      registers: Math.round(registers),
      sharedBytes: kernel.sharedBytes ?? 0,
    },
    device.capability,
  );
}

function rangeOf(kernel: GpuKernel, device: GpuDevice): KernelEstimate["occupancyRange"] {
  const low = occupancyAt(kernel, device, kernel.registers.high);
  const high = occupancyAt(kernel, device, kernel.registers.low);
  return low === undefined || high === undefined ? undefined : { low, high };
}

/** What L2 and DRAM need for a block's bytes, in cycles of an SM that has its share of the bandwidth. */
function movedCycles(
  traffic: Traffic,
  index: number,
  device: GpuDevice,
  launch: Launch | undefined,
): Partial<Record<BoundName, number>> {
  const moved = traffic.ofWork[index];
  if (moved === undefined) return {};
  const active = Math.max(1, Math.min(device.smCount, launch?.blocks ?? device.smCount));
  const perSm = device.capability.perClock.l2Bytes.value;
  const l2 = Math.min(perSm, (device.l2Bandwidth ?? Infinity) / (active * device.clock));
  const dram = (reachableDram * device.dramBandwidth) / (active * device.clock);
  return { l2: moved.l2Bytes / l2, dram: moved.dramBytes / dram };
}

function sumsOf(costs: readonly WorkCost[]): Readonly<Record<BoundName, number>> {
  const sums = Object.fromEntries(boundNames.map((name) => [name, 0])) as Record<BoundName, number>;
  for (const { cycles } of costs) for (const name of boundNames) sums[name] += cycles[name] ?? 0;
  return sums;
}

interface Parts {
  readonly cyclesPerBlock: Readonly<Record<BoundName, number>>;
  /** Cycles that one warp waits from the block's start to its end. */
  readonly chain: number;
  readonly device: GpuDevice;
  readonly launch: Launch | undefined;
  readonly occupancy: Occupancy | undefined;
}

/** Seconds of the launch by each part of the machine; of one block of many, as an SM does them, where the grid is not known. */
function boundsOf(parts: Parts): KernelEstimate["bounds"] {
  const { cyclesPerBlock, chain, device, launch, occupancy } = parts;
  const waiting = launch?.fullWaves ?? 1 / Math.max(1, occupancy?.blocksPerSm ?? 1);
  const bounds = boundNames.map((name) => {
    const turns = name === "latency" ? waiting : (launch?.blocksOfBusiestSm ?? 1);
    const cycles = name === "latency" ? chain : cyclesPerBlock[name] / reachableOf(name);
    return { name, seconds: (cycles * turns) / device.clock };
  });
  return bounds.filter(({ seconds }) => seconds > 0).sort((a, b) => b.seconds - a.seconds);
}

/** Each item's part of the time: its part of every bound, weighed as the bound weighs in the whole. */
function sharesOf(
  costs: readonly WorkCost[],
  bounds: KernelEstimate["bounds"],
  chain: number,
): readonly number[] {
  const sums = sumsOf(costs);
  const weight = bounds.reduce((sum, { seconds }) => sum + seconds ** overlap, 0);
  return costs.map(({ cycles, latency }) => {
    let share = 0;
    for (const { name, seconds } of bounds) {
      const whole = name === "latency" ? chain : sums[name];
      const part = name === "latency" ? latency : (cycles[name] ?? 0);
      if (whole > 0 && weight > 0) share += (seconds ** overlap / weight) * (part / whole);
    }
    return share;
  });
}

/**
 * At best every part overlaps all others and memory reaches its data sheet; at worst bounds add up, and what no compiler told
 * (registers, how loads are moved ahead, addresses that the model counts as cheap) costs as much again.
 */
function secondsOf(bounds: KernelEstimate["bounds"], kernel: GpuKernel, device: GpuDevice): Amount {
  const largest = bounds[0]?.seconds ?? 0;
  const norm = normOf(bounds);
  const sum = bounds.reduce((total, { seconds }) => total + seconds, 0);
  const low = occupancyAt(kernel, device, kernel.registers.high)?.blocksPerSm ?? 1;
  const here = occupancyAt(kernel, device, kernel.registers.value)?.blocksPerSm ?? 1;
  const fewer = low > 0 ? Math.max(1, here / low) : 2;
  return {
    value: emptyKernelSeconds + norm,
    low: emptyKernelSeconds / 2 + largest * leastPart,
    high: 2 * emptyKernelSeconds + Math.max(sum, 1.6 * norm) * Math.min(2, fewer),
  };
}

function normOf(bounds: KernelEstimate["bounds"]): number {
  return bounds.reduce((sum, { seconds }) => sum + seconds ** overlap, 0) ** (1 / overlap);
}

function flopsOf(kernel: GpuKernel): number {
  return kernel.work.reduce((sum, work) => sum + flopsOfOne(work) * work.executions, 0);
}

export function flopsOfOne(work: GpuWork): number {
  return work.kind === "arithmetic" || work.kind === "tensor" ? work.flops : 0;
}

/**
 * Operations over bytes of DRAM. Where trip counts are unknown, that of the part that is repeated most: the limit for many turns.
 */
function intensityOf(kernel: GpuKernel, traffic: Traffic): number | undefined {
  const depth = Math.max(0, ...kernel.work.map(({ unknownTurns }) => unknownTurns.length));
  let flops = 0;
  let bytes = 0;
  for (const [index, work] of kernel.work.entries()) {
    if (work.unknownTurns.length !== depth) continue;
    flops += flopsOfOne(work) * work.executions;
    bytes += traffic.ofWork[index]?.dramBytes ?? 0;
  }
  return bytes > 0 ? flops / bytes : undefined;
}
