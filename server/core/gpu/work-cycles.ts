import type { BoundName } from "./gpu-report.js";
import type { GpuDevice } from "./gpu-device.js";
import { warpLanes } from "./gpu-device.js";
import type { ArithmeticWork, GpuWork, TensorWork } from "./gpu-kernel.js";
import { sectorsOf, type Moved } from "./traffic.js";

type Cycles = Partial<Record<BoundName, number>>;

/** Cycles for which one block's executions of an item occupy each part of its SM. */
export function cyclesOf(work: GpuWork, device: GpuDevice): Cycles {
  const { perClock } = device.capability;
  const issue = work.executions / perClock.instructions.value;
  const slots = warpLanes / perClock.loadStore.value;
  switch (work.kind) {
    case "arithmetic":
      return { issue: issue * passes(work), ...pipeCycles(work, device) };
    case "tensor":
      return { issue, tensor: work.executions * tensorCycles(work, device) };
    case "global":
      return { issue, "load-store": work.executions * Math.max(slots, linesOf(work)) };
    case "shared":
      return { issue, "load-store": work.executions * Math.max(slots, work.wavefronts) };
    case "atomic":
      return { issue, ...atomicCycles(work, device, slots) };
    case "barrier":
      return { issue };
  }
}

/** Cycles that a warp waits for an item from the kernel's start to its end. */
export function latencyOf(work: GpuWork, moved: Moved | undefined, device: GpuDevice): number {
  const { latency } = device.capability;
  const each = ((): number => {
    switch (work.kind) {
      case "arithmetic":
        return latency.arithmetic.value;
      case "tensor":
        return latency.tensor.value;
      case "global": {
        if (moved === undefined) return latency.dram.value;
        const beyond =
          moved.dramShare * latency.dram.value + (1 - moved.dramShare) * latency.l2.value;
        return moved.l1HitShare * latency.l1.value + (1 - moved.l1HitShare) * beyond;
      }
      case "shared":
        return latency.shared.value + work.wavefronts - 1;
      case "atomic":
        return work.space === "global" ? latency.l2.value : latency.shared.value;
      case "barrier":
        return latency.shared.value;
    }
  })();
  return work.waits * each;
}

/** One warp instruction, on tensor cores that are the SM's part of the chip's peak. */
function tensorCycles(work: TensorWork, device: GpuDevice): number {
  const { chip, capability, smCount, clock } = device;
  const peak = (chip.peaks[work.type] ?? chip.peaks["float16"])?.value;
  if (peak === undefined) return work.flops / (2 * (capability.perClock.float32?.value ?? 64));
  const share = work.isAsynchronous ? 1 : capability.mmaShare.value;
  return work.flops / ((share * peak) / (smCount * clock));
}

/** A type without a pipe of its own runs on float32's, as float16 does where there is no half2. */
function pipeCycles(work: ArithmeticWork, { capability: { perClock } }: GpuDevice): Cycles {
  const own = perClock[work.pipe];
  const pipe = own === undefined ? "float32" : work.pipe;
  const rate = own?.value ?? perClock.float32?.value ?? 64;
  return { [pipe]: (work.executions * work.results) / rate };
}

/** A half2 is one instruction for 64 results. */
function passes(work: ArithmeticWork): number {
  return work.pipe === "float16" ? Math.max(1, work.results / 64) : work.results / warpLanes;
}

/** A line is looked up in one cycle, and a cycle brings 128 bytes. */
function linesOf(work: Extract<GpuWork, { kind: "global" }>): number {
  return Math.max(work.lines ?? 32, sectorsOf(work) / 4);
}

/**
 * An update of one address by all blocks is done one after the other in L2, a clock each; others are spread, an address a clock and SM
 * (both assumed). In shared memory lanes on one address take turns.
 */
function atomicCycles(
  work: Extract<GpuWork, { kind: "atomic" }>,
  device: GpuDevice,
  slots: number,
): Cycles {
  if (work.space === "shared") {
    const turns = work.addresses === undefined ? 4 : warpLanes / Math.max(1, work.addresses);
    return { "load-store": work.executions * Math.max(slots, turns) };
  }
  const addresses = work.addresses ?? warpLanes;
  const each = work.isContended ? device.smCount : addresses;
  return { "load-store": work.executions * slots, atomics: work.executions * each };
}
