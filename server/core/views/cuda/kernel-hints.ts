import { endOfLineAt, lineAt, lineStartsOf } from "../../base/line-starts.js";
import type { TextSpan } from "../../base/text-span.js";
import { formatNumber, formatSeconds, formatShare } from "../../base/units.js";
import type { GpuWork } from "../../gpu/gpu-kernel.js";
import type { KernelEstimate } from "../../gpu/gpu-report.js";
import type { KernelSheet, SheetKernel } from "../../gpu/kernel-sheet.js";
import type { Hint } from "../text/hints.js";
import { timeText, warpNote, workText } from "./kernel-text.js";

/** Lines below this part of a kernel's time say nothing. */
const leastShare = 0.01;
const labelLimit = 20;

/** What each line of a kernel takes of it on the main device, and each launch in whole. */
export function kernelHints(sheet: KernelSheet, text: string): readonly Hint[] {
  const starts = lineStartsOf(text);
  const hints = new Map<number, Hint>();
  for (const kernel of sheet.kernels) {
    for (const line of linesOf(kernel, starts)) {
      const label = lineLabel(line, kernel);
      if (line.share < leastShare || label === "" || hints.has(line.line)) continue;
      const offset = endOfLineAt(text, starts[line.line] ?? 0);
      hints.set(line.line, { offset, label, tooltip: lineTable(line, kernel) });
    }
    const { launch } = kernel;
    const [main] = kernel.estimates;
    const time = main === undefined ? undefined : timeText(main);
    if (launch === undefined || time === undefined) continue;
    const line = lineAt(starts, launch.start);
    if (!hints.has(line))
      hints.set(line, {
        offset: endOfLineAt(text, starts[line] ?? 0),
        label: time,
        tooltip: `One launch of \`${kernel.name}\` on ${main?.device.chip.name ?? ""}.`,
      });
  }
  return [...hints.values()].sort((a, b) => a.offset - b.offset);
}

export interface KernelLine {
  readonly line: number;
  /** Of the kernel's time. */
  readonly share: number;
  /** Indices of `GpuKernel.work`. */
  readonly items: readonly number[];
}

/** Lines on which something costs, the source's first line first. */
export function linesOf(kernel: SheetKernel, starts: readonly number[]): readonly KernelLine[] {
  const [main] = kernel.estimates;
  if (main === undefined) return [];
  const lines = new Map<number, { share: number; items: number[] }>();
  for (const [index, work] of main.kernel.work.entries()) {
    const line = lineAt(starts, work.place.start);
    const entry = lines.get(line) ?? { share: 0, items: [] };
    entry.share += main.shares[index] ?? 0;
    entry.items.push(index);
    lines.set(line, entry);
  }
  return [...lines].map(([line, entry]) => ({ line, ...entry })).sort((a, b) => a.line - b.line);
}

function lineLabel({ share, items }: KernelLine, { estimates }: SheetKernel): string {
  const [main] = estimates;
  if (main === undefined) return "";
  const time =
    main.seconds === undefined ? undefined : formatSeconds(share * main.seconds.value, 2);
  const cause = items
    .map((index) => causeOf(main.kernel.work[index]))
    .find((one) => one !== undefined);
  const parts = [
    time,
    cause ?? formatShare(share),
    ...(time === undefined && cause !== undefined ? [formatShare(share)] : []),
  ].filter((one) => one !== undefined);
  const label = parts.join(" · ");
  return label.length <= labelLimit ? label : (parts[0] ?? "");
}

/** `1/8 used`, `4-way`: what makes the line dearer than it has to be. */
function causeOf(work: GpuWork | undefined): string | undefined {
  if (work?.kind === "global" && work.sectors !== undefined) {
    const used = work.usefulBytes / (work.sectors * 32);
    return used < 0.45 ? `${formatShare(used)} used` : undefined;
  }
  return work?.kind === "shared" && (work.ways ?? 1) >= 1.9
    ? `${formatNumber(work.ways ?? 1, 2)}-way`
    : undefined;
}

/** Each target's time of the line, and what stands on it. */
export function lineTable(line: KernelLine, { estimates }: SheetKernel): string {
  const [main] = estimates;
  if (main === undefined) return "";
  const rows = estimates.map((estimate) => {
    const share = line.items.reduce((sum, index) => sum + (estimate.shares[index] ?? 0), 0);
    const time =
      estimate.seconds === undefined ? "?" : formatSeconds(share * estimate.seconds.value, 2);
    return `| ${estimate.device.chip.name} | ${time} | ${formatShare(share)} |`;
  });
  const works = line.items.map((index) => worded(main, index));
  const open = [
    ...new Set(line.items.flatMap((index) => main.kernel.work[index]?.unknownTurns ?? [])),
  ];
  const perTurn =
    open.length === 0
      ? ""
      : `\n\nOf one turn each; turns not known: ${open.map((one) => `\`${one}\``).join(" × ")}.`;
  return (
    ["| target | time | share |\n|---|--:|--:|", ...rows].join("\n") +
    `\n\n${works.map((one) => `- ${one}`).join("\n")}\n\n${warpNote}${perTurn}`
  );
}

function worded(estimate: KernelEstimate, index: number): string {
  const work = estimate.kernel.work[index];
  return work === undefined ? "" : workText(work, estimate.device);
}

/** Where a lens about a kernel stands: found in the text alone. */
export interface KernelAnchor {
  readonly name: string;
  readonly span: TextSpan;
}
