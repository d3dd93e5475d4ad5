import { lineStartsOf } from "../../base/line-starts.js";
import type { TextSpan } from "../../base/text-span.js";
import type { GpuWork } from "../../gpu/gpu-kernel.js";
import {
  shownEstimate,
  type ConfigEstimate,
  type KernelFile,
  type KernelLanguage,
  type KernelOnDevice,
  type KernelResult,
} from "../../gpu/kernel-file.js";
import { Lines } from "../../hls/hls-design.js";
import { emptyReport } from "../empty-report.js";
import type { ReportDocument, ReportSource } from "../report-document.js";
import type {
  ReportKernel,
  ReportKernelDevice,
  ReportKernelEstimate,
  ReportWork,
} from "../report-kernels.js";
import { linesOf } from "./kernel-lines.js";
import { assumedOf } from "./kernel-words.js";

/** The document of a file that has kernels and no model. */
export function kernelDocument(
  file: string | null,
  text: string,
  kernels: KernelFile,
): ReportDocument {
  return { ...withKernels(emptyReport(file, []), file, text, kernels), kind: kernels.language };
}

/** A document with the kernels of the same file, and what is wrong with them. */
export function withKernels(
  document: ReportDocument,
  file: string | null,
  text: string,
  { language, kernels, problems }: KernelFile,
): ReportDocument {
  const starts = lineStartsOf(text);
  const ranges = new Lines(text);
  const placed = (span: TextSpan): ReportSource => ({ file: file ?? "", ...ranges.range(span) });
  const found = problems.map(({ code, severity, message, place }) => ({
    code,
    severity,
    message,
    source: place?.kind === "text" ? placed(place.span) : null,
  }));
  return {
    ...document,
    problems: [...document.problems, ...found],
    kernels: kernels.map((kernel) => kernelOf(kernel, language, starts, placed)),
  };
}

function kernelOf(
  kernel: KernelResult,
  language: KernelLanguage,
  starts: readonly number[],
  placed: (span: TextSpan) => ReportSource,
): ReportKernel {
  const [main] = kernel.devices;
  const read = (main && shownEstimate(main))?.estimate.kernel;
  return {
    name: kernel.name,
    language,
    variant: kernel.variant,
    source: placed(kernel.place),
    launch: kernel.launch === undefined ? null : placed(kernel.launch),
    parameters: kernel.parameters.map(({ name, text: value, from }) => ({ name, value, from })),
    assumptions: assumedOf(kernel),
    unknowns: read?.unknowns ?? [],
    configurations: kernel.configs.map(({ text, span }) => ({
      text,
      source: span === undefined ? null : placed(span),
    })),
    devices: kernel.devices.map((device) => deviceOf(device, starts)),
  };
}

function deviceOf(on: KernelOnDevice, starts: readonly number[]): ReportKernelDevice {
  const { chip, capability } = on.device;
  const shown = shownEstimate(on)?.estimate;
  const seconds = shown?.seconds?.value;
  return {
    id: chip.id,
    name: chip.name,
    computeCapability: capability.computeCapability,
    best: on.best ?? null,
    configurations: on.estimates.map(estimateOf),
    lines: linesOf(on, starts).map(({ line, share, items }) => ({
      line,
      share,
      seconds: seconds === undefined ? null : share * seconds,
      work: items.flatMap((index) => shown?.kernel.work[index] ?? []).map(withoutPlace),
    })),
  };
}

function estimateOf({ estimate, neededRegisters }: ConfigEstimate): ReportKernelEstimate {
  const { seconds, kernel, device, occupancy, occupancyRange } = estimate;
  return {
    seconds: seconds?.value ?? null,
    low: seconds?.low ?? null,
    high: seconds?.high ?? null,
    method: "roofline",
    bound: estimate.bound ?? null,
    bounds: estimate.bounds.map(({ name, seconds: each }) => ({ name, seconds: each })),
    threadsPerBlock: kernel.threadsPerBlock ?? null,
    registers: kernel.registers,
    neededRegisters: neededRegisters ?? null,
    sharedBytes: kernel.sharedBytes ?? null,
    sharedLimitBytes: device.capability.limits.sharedPerBlock.value,
    occupancy:
      occupancy === undefined
        ? null
        : {
            share: occupancy.share,
            low: occupancyRange?.low.share ?? occupancy.share,
            high: occupancyRange?.high.share ?? occupancy.share,
            blocksPerSm: occupancy.blocksPerSm,
            warpsPerSm: occupancy.warpsPerSm,
            limiters: occupancy.limiters,
            ...(occupancy.doesNotFit === undefined ? {} : { doesNotFit: occupancy.doesNotFit }),
            ...(occupancy.nextStep === undefined ? {} : { nextStep: occupancy.nextStep }),
          },
    grid: kernel.axes.map(({ name, extent }) => ({ name, extent: extent ?? null })),
    launch: estimate.launch ?? null,
    flopsPerBlock: estimate.flopsPerBlock ?? null,
    dramBytesPerBlock: estimate.dramBytesPerBlock ?? null,
    l2BytesPerBlock: estimate.l2BytesPerBlock ?? null,
    outputsPerBlock: kernel.outputsPerBlock ?? null,
    intensity: estimate.intensity ?? null,
  };
}

function withoutPlace(work: GpuWork): ReportWork {
  return Object.fromEntries(
    Object.entries(work).filter(([name]) => name !== "place"),
  ) as ReportWork;
}
