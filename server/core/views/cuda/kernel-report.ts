import { lineStartsOf } from "../../base/line-starts.js";
import type { TextSpan } from "../../base/text-span.js";
import type { GpuWork } from "../../gpu/gpu-kernel.js";
import type { KernelEstimate } from "../../gpu/gpu-report.js";
import type { KernelSheet, SheetKernel } from "../../gpu/kernel-sheet.js";
import { Lines } from "../../hls/hls-design.js";
import { emptyReport } from "../empty-report.js";
import type { ReportDocument, ReportSource } from "../report-document.js";
import type { ReportCudaKernel, ReportCudaTarget, ReportWork } from "../report-cuda.js";
import { linesOf } from "./kernel-hints.js";

/** The command line's document of a source with kernels written by hand. */
export function kernelReport(file: string, text: string, sheet: KernelSheet): ReportDocument {
  const starts = lineStartsOf(text);
  const ranges = new Lines(text);
  const placed = (span: TextSpan): ReportSource => ({ file, ...ranges.range(span) });
  const problems = sheet.problems.map(({ code, severity, message, place }) => ({
    code,
    severity,
    message,
    source: place?.kind === "text" ? placed(place.span) : null,
  }));
  const kernels = sheet.kernels.flatMap((kernel) => reported(kernel, starts, placed));
  return { ...emptyReport(file, []), kind: sheet.language, problems, cudaKernels: kernels };
}

function reported(
  sheet: SheetKernel,
  starts: readonly number[],
  placed: (span: TextSpan) => ReportSource,
): readonly ReportCudaKernel[] {
  const [main] = sheet.estimates;
  if (main === undefined) return [];
  const { kernel } = main;
  const lines = linesOf(sheet, starts);
  return [
    {
      name: sheet.name,
      variant: sheet.variant,
      source: placed(sheet.place),
      launch: sheet.launch === undefined ? null : placed(sheet.launch),
      threadsPerBlock: kernel.threadsPerBlock ?? null,
      registers: kernel.registers,
      sharedBytes: kernel.sharedBytes ?? null,
      grid: kernel.axes.map(({ name, extent }) => ({ name, extent: extent ?? null })),
      assumptions: kernel.assumptions ?? [],
      unknowns: kernel.unknowns,
      outputsPerBlock: kernel.outputsPerBlock ?? null,
      targets: sheet.estimates.map((estimate) => targetOf(estimate, lines)),
    },
  ];
}

function targetOf(estimate: KernelEstimate, lines: ReturnType<typeof linesOf>): ReportCudaTarget {
  const { device, occupancy, occupancyRange, launch, seconds } = estimate;
  return {
    id: device.chip.id,
    computeCapability: device.capability.computeCapability,
    seconds: seconds?.value ?? null,
    low: seconds?.low ?? null,
    high: seconds?.high ?? null,
    method: "roofline",
    bound: estimate.bound ?? null,
    bounds: estimate.bounds.map(({ name, seconds: each }) => ({ name, seconds: each })),
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
    launch: launch ?? null,
    flopsPerBlock: estimate.flopsPerBlock ?? null,
    dramBytesPerBlock: estimate.dramBytesPerBlock ?? null,
    l2BytesPerBlock: estimate.l2BytesPerBlock ?? null,
    intensity: estimate.intensity ?? null,
    lines: lines.map(({ line, items }) => {
      const share = items.reduce((sum, index) => sum + (estimate.shares[index] ?? 0), 0);
      const each = items.flatMap((index) => estimate.kernel.work[index] ?? []);
      return {
        line,
        share,
        seconds: seconds === undefined ? null : share * seconds.value,
        work: each.map(withoutPlace),
      };
    }),
  };
}

function withoutPlace(work: GpuWork): ReportWork {
  return Object.fromEntries(
    Object.entries(work).filter(([name]) => name !== "place"),
  ) as ReportWork;
}
