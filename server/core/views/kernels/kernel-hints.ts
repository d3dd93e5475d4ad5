import { endOfLineAt, lineAt } from "../../base/line-starts.js";
import { formatNumber, formatSeconds, formatShare } from "../../base/units.js";
import type { GpuWork } from "../../gpu/gpu-kernel.js";
import type { KernelEstimate } from "../../gpu/gpu-report.js";
import { shownEstimate, type KernelOnDevice, type KernelResult } from "../../gpu/kernel-file.js";
import type { Hint } from "../text/hints.js";
import { configHover, configPlaces, fastestFirst, lineHover } from "./kernel-hover.js";
import { type KernelLine, linesOf } from "./kernel-lines.js";
import { rankText, timeText } from "./kernel-words.js";

/** Lines below this part of a kernel's time say nothing. */
const leastShare = 0.01;
const labelLimit = 20;

/** What each line of a kernel takes of it on the main device, each launch in whole, and each configuration of a tuned one. */
export function kernelHints(
  kernels: readonly KernelResult[],
  text: string,
  starts: readonly number[],
): readonly Hint[] {
  const hints = new Map<number, Hint>();
  const add = (line: number, label: string, tooltip: string): void => {
    if (label === "" || hints.has(line)) return;
    hints.set(line, { offset: endOfLineAt(text, starts[line] ?? 0), label, tooltip });
  };
  for (const kernel of kernels) {
    const [main] = kernel.devices;
    const estimate = (main && shownEstimate(main))?.estimate;
    if (main === undefined || estimate === undefined) continue;
    for (const line of linesOf(main, starts))
      if (line.share >= leastShare)
        add(line.line, lineLabel(line, estimate), lineHover(kernel, line));
    for (const { span, indices } of configPlaces(kernel))
      add(lineAt(starts, span.start), configLabel(main, indices), configHover(kernel, indices));
    if (kernel.launch !== undefined && estimate.seconds !== undefined)
      add(
        lineAt(starts, kernel.launch.start),
        timeText(estimate),
        `One launch of \`${kernel.name}\` on ${main.device.chip.name}.`,
      );
  }
  return [...hints.values()].sort((a, b) => a.offset - b.offset);
}

function lineLabel({ share, items }: KernelLine, { kernel, seconds }: KernelEstimate): string {
  const time = seconds === undefined ? undefined : formatSeconds(share * seconds.value, 2);
  const cause = items.map((index) => causeOf(kernel.work[index])).find((one) => one !== undefined);
  const parts = [
    ...(time === undefined ? [] : [time]),
    cause ?? formatShare(share),
    ...(time === undefined && cause !== undefined ? [formatShare(share)] : []),
  ];
  const label = parts.join(" · ");
  return label.length <= labelLimit ? label : (parts[0] ?? "");
}

/** `13 % used`, `4-way`: what makes the line dearer than it has to be. */
function causeOf(work: GpuWork | undefined): string | undefined {
  if (work?.kind === "global" && work.sectors !== undefined) {
    const used = work.usefulBytes / (work.sectors * 32);
    return used < 0.45 ? `${formatShare(used)} used` : undefined;
  }
  return work?.kind === "shared" && (work.ways ?? 1) >= 1.9
    ? `${formatNumber(work.ways ?? 1, 2)}-way`
    : undefined;
}

/** `214 µs · best`, `240 µs · +12 %`; of several in one place the fastest and how many. */
function configLabel(device: KernelOnDevice, indices: readonly number[]): string {
  const [first] = fastestFirst(device, indices);
  const own = first === undefined ? undefined : device.estimates[first];
  if (first === undefined || own === undefined) return "";
  const isOnly = indices.length === 1;
  const isTuned = device.estimates.length > 1;
  const more = isOnly ? (isTuned ? rankText(device, first) : "") : `of ${indices.length}`;
  // The tilde is the tooltip's: a label has twenty characters.
  const parts = [timeText(own.estimate).replace(" ~", ""), more];
  return parts.filter((part) => part !== "").join(" · ");
}
