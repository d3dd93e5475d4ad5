import { endOfLineAt, lineAt, lineStartsOf } from "../../base/line-starts.js";
import { formatBytes, formatNumber, formatShare } from "../../base/units.js";
import type { KernelEstimate } from "../../gpu/gpu-report.js";
import type { KernelSheet, SheetKernel } from "../../gpu/kernel-sheet.js";
import type { HoverText } from "../text/hover.js";
import { codeSpan } from "../text/markdown.js";
import { lineTable, linesOf } from "./kernel-hints.js";
import { boundText, intensityText, intervalText, ridgeOf } from "./kernel-text.js";

/** On a kernel's name and on its launch the kernel; elsewhere what stands on the line. */
export function kernelHover(sheet: KernelSheet, text: string, offset: number): HoverText | null {
  const starts = lineStartsOf(text);
  const line = lineAt(starts, offset);
  const isOn = (start: number): boolean => lineAt(starts, start) === line;
  const start = starts[line] ?? 0;
  const end = endOfLineAt(text, start);
  const indent = text.slice(start, end).search(/\S/);
  const span = { start: start + Math.max(0, indent), end };
  const parts = sheet.kernels.flatMap((kernel): readonly string[] => {
    if (isOn(kernel.place.start) || (kernel.launch !== undefined && isOn(kernel.launch.start)))
      return [kernelTable(kernel)];
    const found = linesOf(kernel, starts).find((one) => one.line === line);
    return found === undefined ? [] : [lineTable(found, kernel)];
  });
  return parts.length === 0 ? null : { span, markdown: parts.slice(0, 4).join("\n\n") };
}

/** What a kernel takes on every device, and what limits it there. */
export function kernelTable({ variant, estimates }: SheetKernel): string {
  const [main] = estimates;
  if (main === undefined) return "";
  const { kernel } = main;
  const rows = estimates.map(
    (one) =>
      `| ${one.device.chip.name} | ${intervalText(one)} | ${boundText(one.bound)} | ${occupancyCell(one)} | ${wavesCell(one)} |`,
  );
  const ridge = ridgeOf(main);
  const intensity = intensityText(main);
  const shared =
    kernel.sharedBytes === undefined
      ? "? shared memory"
      : `${formatBytes(kernel.sharedBytes)} shared memory`;
  return [
    `**${codeSpan(`${kernel.name}${variant}`)}** · ${kernel.threadsPerBlock ?? "?"} threads a block · about ${kernel.registers.value} registers (${kernel.registers.low}–${kernel.registers.high}) · ${shared}`,
    ["| target | time | bound | occupancy | waves |", "|---|--:|---|---|--:|", ...rows].join("\n"),
    ...(intensity === undefined
      ? []
      : [
          `${intensity}; the ridge point of ${main.device.chip.name} is ${formatNumber(ridge.value, 2)} (${ridge.type}).`,
        ]),
    blockText(main),
    `Parts of the machine on ${main.device.chip.name}, longest first: ${main.bounds
      .slice(0, 4)
      .map(
        ({ name, seconds }) =>
          `${boundText(name)} ${formatShare(seconds / (main.bounds[0]?.seconds ?? 1))}`,
      )
      .join(", ")}.`,
    ...(kernel.assumptions ?? []).map(
      (one) => `Assumed: ${one}. Pin it above the kernel: \`// ridgepoint: block=…\`.`,
    ),
    ...(kernel.unknowns.length === 0
      ? []
      : [
          `Not known: ${kernel.unknowns.map(({ name, role }) => `${codeSpan(name)} (${role})`).join(", ")}; pin them above the kernel: \`// ridgepoint: ${kernel.unknowns
            .map(({ name }) => (/^\w+$/.test(name) ? name : "n"))
            .slice(0, 1)
            .join("")}=4096\`.`,
        ]),
    "Estimated from the source; no compiler has run.",
  ].join("\n\n");
}

function blockText({ flopsPerBlock, dramBytesPerBlock, kernel }: KernelEstimate): string {
  if (flopsPerBlock === undefined || dramBytesPerBlock === undefined)
    return "A block's work depends on trip counts that are not known.";
  const per =
    kernel.outputsPerBlock === undefined || kernel.outputsPerBlock === 0
      ? ""
      : ` · per element written ${formatNumber(flopsPerBlock / kernel.outputsPerBlock)} FLOP, ${formatBytes(dramBytesPerBlock / kernel.outputsPerBlock)}`;
  return `A block: ${formatNumber(flopsPerBlock)} FLOP, ${formatBytes(dramBytesPerBlock)} of DRAM${per}.`;
}

function occupancyCell({ occupancy }: KernelEstimate): string {
  if (occupancy === undefined) return "?";
  if (occupancy.doesNotFit !== undefined) return `does not fit: ${occupancy.doesNotFit}`;
  return `${formatShare(occupancy.share)}, ${occupancy.blocksPerSm} ${occupancy.blocksPerSm === 1 ? "block" : "blocks"} an SM by ${occupancy.limiters.join(", ")}`;
}

function wavesCell({ launch }: KernelEstimate): string {
  return launch === undefined ? "?" : formatNumber(launch.waves);
}
