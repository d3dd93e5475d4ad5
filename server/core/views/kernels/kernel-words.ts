import { formatBytes, formatNumber, formatRate, formatShare } from "../../base/units.js";
import { warpLanes, type GpuDevice } from "../../gpu/gpu-device.js";
import type { GpuWork } from "../../gpu/gpu-kernel.js";
import type { BoundName, KernelEstimate } from "../../gpu/gpu-report.js";
import {
  shownEstimate,
  type ConfigEstimate,
  type KernelLanguage,
  type KernelOnDevice,
  type KernelResult,
} from "../../gpu/kernel-file.js";
import { secondsText, secondsWithInterval } from "../text/estimate-text.js";
import { codeSpan } from "../text/markdown.js";

export const languageNames: Readonly<Record<KernelLanguage, string>> = {
  cuda: "CUDA C++",
  triton: "Triton",
};

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

/** `5.2 ms ~`, `does not fit`, `?`. */
export function timeText({ seconds, occupancy }: KernelEstimate): string {
  if (occupancy?.doesNotFit !== undefined) return "does not fit";
  return seconds === undefined ? "?" : secondsText(seconds);
}

/** The same with its interval. */
export function intervalText(estimate: KernelEstimate): string {
  const { seconds } = estimate;
  return seconds === undefined ? timeText(estimate) : secondsWithInterval(seconds);
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

/** `206 (150–255)`; what is needed beyond them where they spill. */
export function registersText({ estimate, neededRegisters = 0 }: ConfigEstimate): string {
  const { value, low, high } = estimate.kernel.registers;
  const range = low === high ? "" : ` (${Math.round(low)}–${Math.round(high)})`;
  const spilled =
    neededRegisters > value + 1 ? `, ${Math.round(neededRegisters)} needed: spills` : "";
  return `${Math.round(value)}${range}${spilled}`;
}

/** To the byte where it is too much. */
export function sharedText({ kernel, device }: KernelEstimate): string {
  const bytes = kernel.sharedBytes;
  if (bytes === undefined) return "?";
  const limit = device.capability.limits.sharedPerBlock.value;
  return bytes > limit
    ? `${bytes.toLocaleString("en-US")} of ${limit.toLocaleString("en-US")} B`
    : formatBytes(bytes);
}

/** `4,096 blocks of 256 threads in 4.7 waves`. */
export function launchText({ launch, kernel }: KernelEstimate): string {
  const threads = `${kernel.threadsPerBlock ?? "?"} threads`;
  if (launch === undefined) {
    const grid = kernel.axes.map(({ extent }) => extent ?? "?").join(" × ");
    return `grid ${grid}, blocks of ${threads}`;
  }
  const blocks = launch.blocks.toLocaleString("en-US");
  return `${blocks} ${launch.blocks === 1 ? "block" : "blocks"} of ${threads} in ${formatNumber(launch.waves)} waves`;
}

/** What the whole launch does a second: `245 TFLOP/s`, `1.62 TB/s`. */
export function ratesText(estimate: KernelEstimate): string {
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
  const own = device.estimates[index]?.estimate.seconds;
  const best = device.best === undefined ? undefined : shownEstimate(device)?.estimate.seconds;
  if (own === undefined || best === undefined) return "";
  if (index === device.best) return "best";
  const ratio = own.value / best.value;
  return ratio >= 1.995 ? `${formatNumber(ratio, 2)}×` : `+${formatShare(ratio - 1)}`;
}

/** What nobody says, in both languages: `n = 4096`, `a block of 256 threads`. */
export function assumedOf(kernel: KernelResult): readonly string[] {
  const [main] = kernel.devices;
  return [
    ...((main && shownEstimate(main))?.estimate.kernel.assumptions ?? []),
    ...kernel.parameters
      .filter(({ from }) => from === "assumed")
      .map(({ name, text }) => `${name} = ${text}`),
  ];
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
      return `${work.direction === "read" ? "reads" : "writes"} ${work.array === "" ? "" : `${codeSpan(work.array)} in `}shared memory: ${work.ways === undefined ? "banks not known" : work.ways < 1.05 ? "no bank conflict" : `${formatNumber(work.ways, 2)}-way bank conflict`}, ${formatNumber(work.wavefronts, 2)} ${work.wavefronts === 1 ? "wavefront" : "wavefronts"} a request; ${formatBytes(work.executions * work.usefulBytes)} a block`;
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

/** Executions are per block, whatever the language. */
export const warpNote = `Counts are of one block, in instructions of a warp of ${warpLanes}.`;
