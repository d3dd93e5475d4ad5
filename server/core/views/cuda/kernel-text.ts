import { formatBytes, formatNumber, formatSeconds, formatShare } from "../../base/units.js";
import { isWide } from "../../design/amount.js";
import { warpLanes, type GpuDevice } from "../../gpu/gpu-device.js";
import type { GpuWork } from "../../gpu/gpu-kernel.js";
import type { BoundName, KernelEstimate } from "../../gpu/gpu-report.js";
import { codeSpan } from "../text/markdown.js";

const boundTexts: Readonly<Record<BoundName, string>> = {
  dram: "DRAM",
  l2: "L2",
  "load-store": "load/store",
  tensor: "tensor cores",
  float32: "FP32",
  float16: "FP16",
  float64: "FP64",
  int32: "INT32",
  special: "special functions",
  convert: "conversions",
  shuffle: "shuffles",
  issue: "issue slots",
  atomics: "atomics",
  latency: "latency",
};

export function boundText(bound: BoundName | undefined): string {
  return bound === undefined ? "nothing" : boundTexts[bound];
}

/** `5.2 ms ~`; undefined where it is not known. */
export function timeText({ seconds }: KernelEstimate): string | undefined {
  if (seconds === undefined) return undefined;
  return `${formatSeconds(seconds.value, digitsOf(seconds))}${isWide(seconds) ? " ~" : ""}`;
}

export function intervalText({ seconds }: KernelEstimate): string {
  if (seconds === undefined) return "?";
  return `${formatSeconds(seconds.value, digitsOf(seconds))} (${formatSeconds(seconds.low, 2)}–${formatSeconds(seconds.high, 2)})`;
}

/** Never more digits than the interval justifies. */
function digitsOf(seconds: NonNullable<KernelEstimate["seconds"]>): number {
  return isWide(seconds) ? 2 : 3;
}

/** `67 % occupancy (registers)`; with the interval of the registers where that changes it. */
export function occupancyText({ occupancy, occupancyRange, kernel }: KernelEstimate): string {
  if (occupancy === undefined) return "occupancy ?";
  if (occupancy.doesNotFit !== undefined) return "does not fit";
  if (kernel.sharedBytes === undefined) return "occupancy ?: shared memory is not known";
  const low = occupancyRange?.low.share ?? occupancy.share;
  const high = occupancyRange?.high.share ?? occupancy.share;
  const isSure = low === high;
  return `${formatShare(occupancy.share)}${isSure ? "" : " ~"} occupancy (${occupancy.limiters.join(", ")})`;
}

/** Where it stands on the roofline: operations per byte of DRAM, and those from which on the arithmetic limits. */
export function intensityText(estimate: KernelEstimate): string | undefined {
  const { intensity } = estimate;
  if (intensity === undefined || intensity === 0) return undefined;
  return `${formatNumber(intensity, 2)} FLOP/B`;
}

/** Operations per byte at which DRAM and the pipe that the kernel uses most take as long. */
export function ridgeOf({ kernel, device }: KernelEstimate): {
  readonly type: string;
  readonly value: number;
} {
  const tensor = kernel.work.find((work) => work.kind === "tensor");
  const type = tensor?.kind === "tensor" ? tensor.type : "float32";
  const peak =
    (tensor === undefined ? device.chip.vectorPeaks[type] : device.chip.peaks[type])?.value ?? 0;
  return { type, value: peak / device.dramBandwidth };
}

/** What nobody has said, and how to say it. */
export function unknownText({ kernel }: KernelEstimate): string | undefined {
  if (kernel.unknowns.length === 0) return undefined;
  const names = kernel.unknowns.map(({ name }) => name).slice(0, 3);
  return `? ${names.join(", ")}`;
}

/** One item of work, as a hover says it. */
export function workText(work: GpuWork, device: GpuDevice): string {
  const count = (value: number): string => formatNumber(value, 3);
  switch (work.kind) {
    case "arithmetic":
      return `${boundText(work.pipe)}: ${count(work.executions)} warp instructions${work.flops > 0 ? `, ${count(work.executions * work.flops)} FLOP` : ""}`;
    case "tensor":
      return tensorText(work, device);
    case "global": {
      const verb = work.direction === "read" ? "reads" : "writes";
      const moved = work.sectors === undefined ? undefined : work.sectors * 32;
      const ideal = Math.max(1, Math.ceil(work.usefulBytes / 32));
      const access =
        work.sectors === undefined || moved === undefined
          ? "an index that depends on data: taken as one sector a thread"
          : `${formatNumber(work.sectors, 3)} sectors a request, ${ideal} would do (${formatShare(Math.min(1, work.usefulBytes / moved))} used)`;
      const reuse =
        work.blockBytes === undefined || work.unknownTurns.length > 0
          ? ""
          : `; ${formatBytes(work.blockBytes)} of it different`;
      return `${verb} ${codeSpan(work.array)} in global memory${work.isAsynchronous ? ", past the registers" : ""}: ${access}; ${formatBytes(work.executions * work.usefulBytes)} a block asked for${reuse}`;
    }
    case "shared":
      return `${work.direction === "read" ? "reads" : "writes"} ${codeSpan(work.array)} in shared memory: ${work.ways === undefined ? "banks not known" : work.ways < 1.05 ? "no bank conflict" : `${formatNumber(work.ways, 2)}-way bank conflict`}, ${formatNumber(work.wavefronts, 2)} ${work.wavefronts === 1 ? "wavefront" : "wavefronts"} a request; ${formatBytes(work.executions * work.usefulBytes)} a block`;
    case "atomic":
      return `atomics on ${codeSpan(work.array)} in ${work.space} memory: ${work.addresses === undefined ? "addresses depend on data" : `${formatNumber(work.addresses, 2)} addresses a warp`}${work.isContended ? ", the same for all blocks" : ""}`;
    case "barrier":
      return `barrier: each warp ${count(work.waits)} times`;
  }
}

/** What the tensor cores of the device do with an instruction of this shape, and what it takes to keep them busy. */
function tensorText(work: Extract<GpuWork, { kind: "tensor" }>, device: GpuDevice): string {
  const peak = device.chip.peaks[work.type]?.value;
  const latency = device.capability.latency.tensor.value;
  const shape = `${work.shape === "" ? "tensor cores" : codeSpan(work.shape)}, ${work.type}`;
  const total = `${formatNumber(work.executions, 3)} instructions of ${formatNumber(work.flops, 3)} FLOP a block`;
  if (peak === undefined) return `${shape}: ${device.chip.name} has none for this type; ${total}`;
  const share = work.isAsynchronous ? 1 : device.capability.mmaShare.value;
  const perClock = (share * peak) / (device.smCount * device.clock);
  const cycles = work.flops / perClock;
  const needed = Math.max(1, Math.ceil(latency / Math.max(1, cycles)));
  const reach = share < 1 ? `; \`mma.sync\` reaches ${formatShare(share)} of the peak there` : "";
  return `${shape}: one in ${formatNumber(cycles, 2)} cycles an SM, result after about ${formatNumber(latency, 2)}, so that ${needed} independent ones an SM keep it busy${reach}; ${total}`;
}

/** Executions are per block, in instructions of a warp of 32. */
export const warpNote = `Counts are of one block, in instructions of a warp of ${warpLanes}.`;
