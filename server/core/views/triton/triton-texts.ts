import { formatBytes, formatNumber, formatRate, formatShare } from "../../base/units.js";
import type { BoundName } from "../../gpu/gpu-report.js";
import type { GpuWork } from "../../gpu/gpu-kernel.js";
import type {
  ConfigEstimate,
  KernelOnDevice,
  KernelParameter,
} from "../../gpu/triton/kernel-file.js";
import { secondsText } from "../text/estimate-text.js";

/** As people call what holds a kernel up. */
export const boundTexts: Readonly<Record<BoundName, string>> = {
  dram: "memory",
  l2: "L2",
  "load-store": "load/store",
  tensor: "tensor cores",
  float32: "float32",
  float16: "float16",
  float64: "float64",
  int32: "int32",
  special: "special functions",
  convert: "conversions",
  shuffle: "shuffles",
  issue: "issue slots",
  atomics: "atomics",
  latency: "latency",
};

/** `534 µs ~`, `does not fit`, `?`. */
export function timeText({ estimate }: ConfigEstimate): string {
  if (estimate.occupancy?.doesNotFit !== undefined) return "does not fit";
  return estimate.seconds === undefined ? "?" : secondsText(estimate.seconds);
}

export function boundText({ estimate }: ConfigEstimate): string {
  return estimate.bound === undefined ? "" : boundTexts[estimate.bound];
}

/** `13 % (registers)`. */
export function occupancyText({ estimate }: ConfigEstimate): string {
  const { occupancy } = estimate;
  if (occupancy === undefined) return "?";
  if (occupancy.doesNotFit !== undefined) return "0 %";
  return `${formatShare(occupancy.share)} (${occupancy.limiters.join(", ")})`;
}

/** `206 (150–255)`; what is needed beyond them where they spill. */
export function registersText({ estimate, neededRegisters }: ConfigEstimate): string {
  const { value, low, high } = estimate.kernel.registers;
  const range = low === high ? "" : ` (${Math.round(low)}–${Math.round(high)})`;
  const spilled =
    neededRegisters > value + 1 ? `, ${Math.round(neededRegisters)} needed: spills` : "";
  return `${Math.round(value)}${range}${spilled}`;
}

export function sharedText({ estimate }: ConfigEstimate): string {
  const bytes = estimate.kernel.sharedBytes;
  if (bytes === undefined) return "?";
  const limit = estimate.device.capability.limits.sharedPerBlock.value;
  return bytes > limit
    ? `${bytes.toLocaleString("en-US")} of ${limit.toLocaleString("en-US")} B`
    : formatBytes(bytes);
}

/** `4,096 blocks in 4.7 waves`. */
export function launchText({ estimate }: ConfigEstimate): string {
  const { launch } = estimate;
  if (launch === undefined) return "grid not known";
  const blocks = launch.blocks.toLocaleString("en-US");
  return `${blocks} ${launch.blocks === 1 ? "block" : "blocks"} in ${formatNumber(launch.waves)} waves`;
}

/** What the whole launch does a second: `245 TFLOP/s`, `1.62 TB/s`. */
export function ratesText({ estimate }: ConfigEstimate): string {
  const { seconds, launch, flopsPerBlock, dramBytesPerBlock } = estimate;
  if (seconds === undefined || launch === undefined) return "";
  const parts: string[] = [];
  if (flopsPerBlock !== undefined && flopsPerBlock > 0)
    parts.push(formatRate((flopsPerBlock * launch.blocks) / seconds.value, "FLOP/s"));
  if (dramBytesPerBlock !== undefined && dramBytesPerBlock > 0)
    parts.push(formatRate((dramBytesPerBlock * launch.blocks) / seconds.value, "B/s"));
  return parts.join(", ");
}

/** `best`, `+11 %`, or why it has no place. */
export function rankText(device: KernelOnDevice, index: number): string {
  const own = device.estimates[index];
  const best = device.best === undefined ? undefined : device.estimates[device.best];
  if (own?.estimate.seconds === undefined || best?.estimate.seconds === undefined) return "";
  if (index === device.best) return "best";
  const ratio = own.estimate.seconds.value / best.estimate.seconds.value;
  return ratio >= 1.995 ? `${formatNumber(ratio, 2)}×` : `+${formatShare(ratio - 1)}`;
}

/** `M = 4096, N = 4096`: sizes that nobody says. */
export function assumedText(parameters: readonly KernelParameter[]): string {
  return parameters
    .filter(({ from }) => from === "assumed")
    .map(({ name, text }) => `${name} = ${text}`)
    .join(", ");
}

/** One item of a kernel's work, as a hover names it. */
export function workText(work: GpuWork): string {
  switch (work.kind) {
    case "arithmetic":
      return work.pipe === "special" ? "special functions" : `${work.pipe} arithmetic`;
    case "tensor":
      return `tensor cores, ${work.type}${work.shape === "" ? "" : ` ${work.shape}`}${work.isAsynchronous ? ", asynchronous" : ""}`;
    case "global": {
      const verb = work.direction === "read" ? "reads" : "writes";
      const sectors =
        work.sectors === undefined
          ? "a gather"
          : `${formatNumber(work.sectors)} sectors of 32 B a warp`;
      const how = work.isAsynchronous ? ", asynchronous copy" : "";
      return `${verb} \`${work.array}\`: ${sectors} for ${formatNumber(work.usefulBytes)} B${how}`;
    }
    case "shared": {
      const verb = work.direction === "read" ? "reads" : "writes";
      const ways =
        work.ways === undefined || work.ways <= 1 ? "" : `, ${work.ways}-way bank conflict`;
      return `${verb} shared memory${ways}`;
    }
    case "atomic":
      return `atomics on \`${work.array}\`${work.isContended ? ", all blocks on one address" : ""}`;
    case "barrier":
      return "barriers";
  }
}
