import { formatBytes, formatCount, formatShare } from "../base/units.js";
import type { Kernel } from "../lower/lowered.js";
import { adviceFor } from "./advice.js";
import { elementsOf, enginesOf, type Accelerator } from "./accelerator.js";
import type { ChosenTile } from "./map-contraction.js";
import type { KernelMapping } from "./map-kernel.js";

/** What a mapping's numbers rest on, one sentence each. */
export function explainMapping(
  kernel: Kernel,
  mapping: KernelMapping,
  whole: Accelerator | undefined,
): readonly string[] {
  const names = mapping.engine?.split(" + ") ?? [];
  const own = whole && enginesOf(whole).filter(({ name }) => names.includes(name));
  const accelerator = own?.length === 1 ? own[0]?.alone : whole;
  const reasons: string[] = [];
  if (mapping.macs > 0 && accelerator !== undefined) {
    const elements =
      own === undefined || own.length === 0
        ? elementsOf(accelerator)
        : own.reduce((sum, { alone }) => sum + elementsOf(alone), 0);
    reasons.push(
      `${formatCount(mapping.computeCycles)} cycles at ${formatShare(mapping.engineUtilization)} of ${formatCount(elements)} processing elements.`,
    );
  }
  // Who has what of it, before what each does.
  const isDealtOut = names.length > 1;
  if (isDealtOut) reasons.unshift(...mapping.notes.slice(0, 1));
  if (kernel.weightDensity !== undefined && mapping.macs > 0)
    reasons.push(
      `${formatShare(kernel.weightDensity)} of its weights are not zero, counted in the model's file.`,
    );
  if (mapping.rows !== undefined)
    reasons.push(
      `Rows: sets of ${mapping.rows.strip} output rows, ${mapping.rows.activeElements} elements active.`,
    );
  if (mapping.vectorCycles > 0)
    reasons.push(`${formatCount(mapping.vectorCycles)} cycles of the vector units.`);
  for (const tile of mapping.tiles) reasons.push(tileText(tile));
  for (const { memory, readBytes, writeBytes } of mapping.traffic)
    if (readBytes + writeBytes > 0)
      reasons.push(
        `${memory}: ${formatBytes(readBytes)} read, ${formatBytes(writeBytes)} written${memory === "DRAM" && mapping.leastDramBytes > 0 ? ` (${(mapping.dramBytes / mapping.leastDramBytes).toFixed(2)} × the least)` : ""}.`,
      );
  reasons.push(...mapping.notes.slice(isDealtOut ? 1 : 0));
  if (accelerator !== undefined && !isDealtOut)
    reasons.push(...adviceFor(accelerator, kernel, mapping));
  return kernel.shape.kind === "view" ? [] : reasons;
}

export function tileText({ buffers, tile, order, trips }: ChosenTile): string {
  const { batch, outputRows, outputColumns, outputChannels, inputChannels } = tile;
  const loops = order
    .filter((name) => trips[name] > 1)
    .map((name) => `${loopNames[name]} × ${trips[name]}`);
  const group = trips.groups > 1 ? [`groups × ${trips.groups}`] : [];
  const images = batch > 1 ? `${batch} × ` : "";
  return `${buffers.join(" and ")}: tiles of ${images}${outputRows} × ${outputColumns} positions, ${outputChannels} output and ${inputChannels} input channels; loops ${[...group, ...loops].join(", ") || "none"}.`;
}

const loopNames = {
  positions: "positions",
  outputs: "output channels",
  inputs: "input channels",
} as const;
