import { formatBytes, formatNumber, formatSeconds, formatShare } from "../base/units.js";
import { boundText } from "../views/cuda/kernel-text.js";
import type { ReportCudaKernel, ReportCudaTarget, ReportWork } from "../views/report-cuda.js";

export const kernelHeader = ["target", "time", "interval", "bound", "occupancy", "waves", "FLOP/B"];
export const kernelAlignment = "lrlllrr";

export function kernelTitle({
  name,
  variant,
  threadsPerBlock,
  registers,
  sharedBytes,
  grid,
}: ReportCudaKernel): string {
  const blocks = grid.map(({ extent }) => extent ?? "?").join(" × ");
  const shared =
    sharedBytes === null ? "? shared memory" : `${formatBytes(sharedBytes)} shared memory`;
  return `${name}${variant}  grid ${blocks} · ${threadsPerBlock ?? "?"} threads a block · about ${registers.value} registers (${registers.low}–${registers.high}) · ${shared}`;
}

/** Sentences below a kernel's table. */
export function kernelNotes({ assumptions, unknowns }: ReportCudaKernel): readonly string[] {
  const open = unknowns.map(({ name, role }) => `${name} (${role})`).join(", ");
  return [
    ...assumptions.map((one) => `Assumed: ${one}.`),
    ...(open === ""
      ? []
      : [`Not known: ${open}; give sizes by --dim NAME=N, or pin them in the source.`]),
  ];
}

export function kernelRow(target: ReportCudaTarget, label: string): readonly string[] {
  const { seconds, low, high, occupancy, launch, intensity, bound } = target;
  return [
    label,
    seconds === null ? "?" : formatSeconds(seconds, 2),
    low === null || high === null ? "" : `${formatSeconds(low, 2)} – ${formatSeconds(high, 2)}`,
    boundText(bound ?? undefined),
    occupancy === null
      ? "?"
      : (occupancy.doesNotFit ??
        `${formatShare(occupancy.share)} (${occupancy.limiters.join(", ")})`),
    launch === null ? "?" : formatNumber(launch.waves),
    intensity === null ? "" : formatNumber(intensity),
  ];
}

export const lineHeader = ["line", "time", "share", "what"];
const lineLimit = 12;

/** The dearest lines on the first target; lines count from 1, as people do. */
export function lineRows({ targets }: ReportCudaKernel): readonly (readonly string[])[] {
  const [main] = targets;
  if (main === undefined) return [];
  return [...main.lines]
    .sort((a, b) => b.share - a.share)
    .slice(0, lineLimit)
    .filter(({ share }) => share >= 0.005)
    .map(({ line, share, seconds, work }) => [
      String(line + 1),
      seconds === null ? "?" : formatSeconds(seconds, 2),
      formatShare(share),
      [...new Set(work.map(shortly))].join(", "),
    ]);
}

function shortly(work: ReportWork): string {
  switch (work.kind) {
    case "arithmetic":
      return boundText(work.pipe);
    case "tensor":
      return `tensor ${work.shape}`.trim();
    case "global":
      return `${work.direction} ${work.array}${work.sectors === undefined ? " (gather)" : `: ${formatNumber(work.sectors)} sectors a request`}`;
    case "shared":
      return `${work.direction} shared ${work.array}${work.ways !== undefined && work.ways >= 1.5 ? `: ${formatNumber(work.ways, 2)}-way conflict` : ""}`;
    case "atomic":
      return `atomic ${work.array}`;
    case "barrier":
      return "barrier";
  }
}
