import { blanked } from "../../design/blanked.js";
import type { TextSpan } from "../../base/text-span.js";
import { shownEstimate, type KernelOnDevice, type KernelResult } from "../../gpu/kernel-file.js";
import { readTritonFile } from "../../gpu/triton/read/triton-file.js";
import type { LensText } from "../text/lens.js";
import {
  assumedOf,
  boundText,
  intensityText,
  intervalText,
  launchText,
  occupancyText,
  timeText,
} from "./kernel-words.js";

/** Where a lens about a kernel stands: found in the text alone, so that the count of lenses never depends on an analysis. */
export interface KernelAnchor {
  readonly name: string;
  readonly span: TextSpan;
}

const anchorLimit = 200;

export function cudaAnchors(text: string): readonly KernelAnchor[] {
  const code = blanked(text);
  const pattern =
    /\b__global__\b[^;{}()]*?(?:__launch_bounds__\s*\([^()]*(?:\([^()]*\)[^()]*)*\)[^;{}()]*?)?([A-Za-z_]\w*)\s*\(/g;
  return [...code.matchAll(pattern)].slice(0, anchorLimit).flatMap((found): KernelAnchor[] => {
    const name = found[1] ?? "";
    const start = found.index + found[0].lastIndexOf(name);
    return [{ name, span: { start, end: start + name.length } }];
  });
}

export function tritonAnchors(text: string): readonly KernelAnchor[] {
  return readTritonFile(text)
    .kernels.slice(0, anchorLimit)
    .map(({ function: { name, nameSpan: span } }) => ({ name, span }));
}

export const noKernelLens: LensText = { title: "Not estimated; problems say why" };

/** `RTX 4090 5.2 ms ~ · 67 % occupancy (registers) · load/store-bound · 222 FLOP/B · H100 SXM 2.1 ms · +1 · best of 16`. */
export function kernelLens(kernel: KernelResult): LensText {
  const [main, second, ...rest] = kernel.devices;
  const estimate = (main && shownEstimate(main))?.estimate;
  if (main === undefined || estimate === undefined) return noKernelLens;
  const assumed = assumedOf(kernel);
  const unknown = estimate.kernel.unknowns.map(({ name }) => name).slice(0, 3);
  const parts = [
    timeOn(main),
    ...(estimate.occupancy?.doesNotFit === undefined ? [occupancyText(estimate)] : []),
    ...(estimate.bound === undefined ? [] : [`${boundText(estimate.bound)}-bound`]),
    intensityText(estimate),
    ...(unknown.length > 0 ? [`? ${unknown.join(", ")}`] : []),
    ...(second === undefined ? [] : [timeOn(second)]),
    ...(rest.length > 0 ? [`+${rest.length}`] : []),
    ...(kernel.configs.length > 1 ? [`best of ${kernel.configs.length}`] : []),
    ...(kernel.launchCount > 1 ? [`${kernel.launchCount} launches`] : []),
    ...(kernel.parameters.some(({ from }) => from === "assumed") ? ["sizes assumed"] : []),
  ].filter((part) => part !== undefined);
  const tooltip = [
    ...(kernel.variant === "" ? [] : [`${kernel.name}${kernel.variant}`]),
    launchText(estimate),
    ...kernel.devices.map((device) => deviceLine(kernel, device)),
    ...(assumed.length === 0 ? [] : [`Assumed: ${assumed.join(", ")}`]),
    ...(estimate.kernel.unknowns.length === 0
      ? []
      : [
          `Not known: ${estimate.kernel.unknowns.map(({ name, role }) => `${name} (${role})`).join(", ")}`,
        ]),
  ];
  return { title: parts.join(" · "), tooltip: tooltip.join("\n") };
}

function timeOn(device: KernelOnDevice): string {
  const estimate = shownEstimate(device)?.estimate;
  return `${device.device.chip.name} ${estimate === undefined ? "?" : timeText(estimate)}`;
}

function deviceLine({ configs }: KernelResult, on: KernelOnDevice): string {
  const estimate = shownEstimate(on)?.estimate;
  const text = on.best === undefined ? "" : (configs[on.best]?.text ?? "");
  const parts =
    estimate === undefined
      ? ["?"]
      : [intervalText(estimate), occupancyText(estimate), boundText(estimate.bound)];
  return `${on.device.chip.name}: ${[...parts, ...(text === "" ? [] : [text])].join(" · ")}`;
}
