import { blanked } from "../../design/blanked.js";
import { formatNumber } from "../../base/units.js";
import type { KernelEstimate } from "../../gpu/gpu-report.js";
import type { KernelSheet } from "../../gpu/kernel-sheet.js";
import type { LensText } from "../text/lens.js";
import type { KernelAnchor } from "./kernel-hints.js";
import {
  boundText,
  intensityText,
  intervalText,
  occupancyText,
  timeText,
  unknownText,
} from "./kernel-text.js";

/** Kernels of CUDA C++ by the text alone, so that the count of lenses never depends on an analysis. */
export function kernelAnchors(text: string): readonly KernelAnchor[] {
  const code = blanked(text);
  const pattern =
    /\b__global__\b[^;{}()]*?(?:__launch_bounds__\s*\([^()]*(?:\([^()]*\)[^()]*)*\)[^;{}()]*?)?([A-Za-z_]\w*)\s*\(/g;
  return [...code.matchAll(pattern)].slice(0, anchorLimit).flatMap((found): KernelAnchor[] => {
    const name = found[1] ?? "";
    const start = found.index + found[0].lastIndexOf(name);
    return [{ name, span: { start, end: start + name.length } }];
  });
}

const anchorLimit = 200;

/** `5.2 ms ~ · 67 % occupancy (registers) · load/store-bound · 222 FLOP/B`. */
export function kernelLens(sheet: KernelSheet, name: string): LensText {
  const kernel = sheet.kernels.find((one) => one.name === name);
  const [main] = kernel?.estimates ?? [];
  if (kernel === undefined || main === undefined)
    return { title: "Not estimated; problems say why" };
  const parts = [
    timeText(main),
    occupancyText(main),
    main.bound === undefined ? undefined : `${boundText(main.bound)}-bound`,
    intensityText(main),
    unknownText(main),
    kernel.launchCount > 1 ? `${kernel.launchCount} launches` : undefined,
  ].filter((part) => part !== undefined);
  return { title: parts.join(" · "), tooltip: lensTooltip(kernel.variant, kernel.estimates) };
}

function lensTooltip(variant: string, estimates: readonly KernelEstimate[]): string {
  const [main] = estimates;
  if (main === undefined) return "";
  const { kernel } = main;
  const grid = kernel.axes.map(({ extent }) => extent ?? "?").join(" × ");
  return [
    ...(variant === "" ? [] : [`${kernel.name}${variant}`]),
    `grid ${grid} · ${kernel.threadsPerBlock ?? "?"} threads a block · about ${formatNumber(kernel.registers.value)} registers (${kernel.registers.low}–${kernel.registers.high}) · ${kernel.sharedBytes ?? "?"} B shared`,
    ...estimates.map(
      (estimate) =>
        `${estimate.device.chip.name}: ${intervalText(estimate)} · ${occupancyText(estimate)} · ${boundText(estimate.bound)}`,
    ),
    ...(kernel.assumptions ?? []).map((one) => `Assumed: ${one}.`),
    ...(kernel.unknowns.length === 0
      ? []
      : [
          `Not known: ${kernel.unknowns.map(({ name, role }) => `${name} (${role})`).join(", ")}. Pin sizes above the kernel: // ridgepoint: n=1<<20, grid=4096, block=256`,
        ]),
  ].join("\n");
}
