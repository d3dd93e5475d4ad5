import { endOfLineAt, lineAt, lineStartsOf } from "../../base/line-starts.js";
import type { TextSpan } from "../../base/text-span.js";
import { formatSeconds, formatShare } from "../../base/units.js";
import {
  type ConfigEstimate,
  type KernelFile,
  type KernelFix,
  type KernelOnDevice,
  type KernelResult,
  shownEstimate,
} from "../../gpu/triton/kernel-file.js";
import { readTritonFile } from "../../gpu/triton/read/triton-file.js";
import type { Hint } from "../text/hints.js";
import type { HoverText } from "../text/hover.js";
import type { LensText } from "../text/lens.js";
import { codeCell, codeSpan, plain } from "../text/markdown.js";
import type { TextProblem } from "../text/problems.js";
import {
  assumedText,
  boundText,
  boundTexts,
  launchText,
  occupancyText,
  rankText,
  ratesText,
  registersText,
  sharedText,
  timeText,
  workText,
} from "./triton-texts.js";

/** All that an editor shows of a file's kernels: plain data, made once for a text. */
export interface KernelViews {
  readonly hints: readonly Hint[];
  /** By the start of the kernel's name. */
  readonly lenses: readonly (LensText & { readonly name: string; readonly start: number })[];
  readonly hovers: readonly HoverText[];
  readonly problems: readonly TextProblem[];
  readonly fixes: readonly KernelFix[];
}

/** Where lenses about kernels stand: found in the text alone, so that their number never depends on an analysis. */
export function tritonAnchors(
  text: string,
): readonly { readonly name: string; readonly span: TextSpan }[] {
  return readTritonFile(text)
    .kernels.slice(0, anchorLimit)
    .map(({ function: { name, nameSpan: span } }) => ({ name, span }));
}

const anchorLimit = 60;

/** Lines that take less of their kernel are quiet. */
const leastShare = 0.002;
const shownDevices = 2;

export function kernelViews(text: string, file: KernelFile): KernelViews {
  const starts = lineStartsOf(text);
  const lineSpan = (offset: number): TextSpan => {
    const start = starts[lineAt(starts, offset)] ?? 0;
    return { start, end: endOfLineAt(text, offset) };
  };
  const hints: Hint[] = [];
  const hovers: HoverText[] = [];
  for (const kernel of file.kernels) {
    const [first] = kernel.devices;
    if (first === undefined) continue;
    for (const [line, costs] of linesOf(kernel, first, (offset) => lineSpan(offset).start)) {
      const span = lineSpan(line);
      const seconds = shownEstimate(first)?.estimate.seconds;
      const share = costs.reduce((sum, one) => sum + one.share, 0);
      const markdown = lineHover(kernel, first, costs, share);
      hovers.push({ span, markdown });
      if (share < leastShare) continue;
      const label =
        seconds === undefined
          ? formatShare(share)
          : `${formatSeconds(Number((seconds.value * share).toPrecision(2)))} · ${formatShare(share)}`;
      hints.push({ offset: span.end, label, tooltip: markdown });
    }
    for (const { span: place, indices } of configPlaces(kernel)) {
      const span = lineSpan(place.start);
      const markdown = configHover(kernel, indices);
      hovers.push({ span: place, markdown });
      hints.push({
        offset: span.end,
        label: configLabel(kernel, first, indices),
        tooltip: markdown,
      });
    }
    hovers.push({ span: kernel.place, markdown: kernelHover(kernel) });
  }
  return {
    hints: hints.sort((a, b) => a.offset - b.offset),
    lenses: file.kernels.map((kernel) => ({
      name: kernel.name,
      start: kernel.place.start,
      ...kernelLens(kernel),
    })),
    hovers,
    problems: file.problems.flatMap(({ code, severity, message, place }) =>
      place?.kind === "text" ? [{ code, severity, message, span: place.span }] : [],
    ),
    fixes: file.fixes,
  };
}

/** `H100 SXM 214 µs ~ · L2 · 13 % occupancy · best of 16`. */
export function kernelLens(kernel: KernelResult): LensText {
  const parts = kernel.devices.slice(0, shownDevices).map((device, index) => {
    const shown = shownEstimate(device);
    if (shown === undefined) return device.device.chip.name;
    const bound = boundText(shown);
    const more =
      index === 0 && shown.estimate.occupancy?.doesNotFit === undefined
        ? ` · ${bound} · occupancy ${formatShare(shown.estimate.occupancy?.share ?? 0)}`
        : "";
    return `${device.device.chip.name} ${timeText(shown)}${more}`;
  });
  const rest = kernel.devices.length - shownDevices;
  const [first] = kernel.devices;
  const best = first?.best === undefined ? undefined : kernel.configs[first.best];
  const assumed = kernel.parameters.filter(({ from }) => from === "assumed").length;
  const title = [
    ...parts,
    ...(rest > 0 ? [`+${rest}`] : []),
    ...(kernel.configs.length > 1 ? [`best of ${kernel.configs.length}`] : []),
    ...(assumed > 0 ? ["sizes assumed"] : []),
  ].join(" · ");
  const tooltip = [
    ...(best !== undefined && best.text !== "" ? [best.text] : []),
    ...(assumed > 0 ? [`Assumed: ${assumedText(kernel.parameters)}`] : []),
  ].join("\n");
  return { title, ...(tooltip !== "" && { tooltip }) };
}

export interface LineCost {
  readonly share: number;
  readonly text: string;
}

/** By line of the kernel's own text: what its parts take of the time. */
export function linesOf(
  kernel: KernelResult,
  device: KernelOnDevice,
  lineOf: (offset: number) => number,
): ReadonlyMap<number, readonly LineCost[]> {
  const shown = shownEstimate(device);
  const lines = new Map<number, Map<string, number>>();
  shown?.estimate.costs.forEach(({ work }, index) => {
    const share = shown.estimate.shares[index] ?? 0;
    const line = lineOf(work.place.start);
    const texts = lines.get(line) ?? new Map<string, number>();
    const text = workText(work);
    texts.set(text, (texts.get(text) ?? 0) + share);
    lines.set(line, texts);
  });
  return new Map(
    [...lines].map(([line, texts]) => [
      line,
      [...texts].map(([text, share]) => ({ text, share })).sort((a, b) => b.share - a.share),
    ]),
  );
}

function lineHover(
  kernel: KernelResult,
  { device, best }: KernelOnDevice,
  costs: readonly LineCost[],
  share: number,
): string {
  const config = kernel.configs[best ?? 0]?.text ?? "";
  const of = config === "" ? "" : `, ${codeSpan(config)}`;
  return [
    `**${formatShare(share)}** of ${codeSpan(kernel.name)} on ${plain(device.chip.name)}${of}`,
    costs.map((one) => `- ${formatShare(one.share)} ${one.text}`).join("\n"),
  ].join("\n\n");
}

interface ConfigPlace {
  readonly span: TextSpan;
  readonly indices: readonly number[];
}

/** Configurations of a comprehension stand in one place. */
function configPlaces({ configs }: KernelResult): readonly ConfigPlace[] {
  const places = new Map<number, { span: TextSpan; indices: number[] }>();
  configs.forEach(({ span }, index) => {
    if (span === undefined) return;
    const found = places.get(span.start) ?? { span, indices: [] };
    found.indices.push(index);
    places.set(span.start, found);
  });
  return [...places.values()];
}

function configLabel(
  kernel: KernelResult,
  device: KernelOnDevice,
  indices: readonly number[],
): string {
  const [only] = indices;
  const estimate = only === undefined ? undefined : device.estimates[only];
  if (indices.length === 1 && only !== undefined && estimate !== undefined) {
    const rank = kernel.configs.length > 1 ? rankText(device, only) : "";
    return [timeText(estimate).replace(" ~", ""), rank].filter((part) => part !== "").join(" · ");
  }
  const ranked = ordered(device, indices);
  const best = ranked[0] === undefined ? undefined : device.estimates[ranked[0]];
  return `${best === undefined ? "?" : timeText(best).replace(" ~", "")} · of ${indices.length}`;
}

function ordered(device: KernelOnDevice, indices: readonly number[]): readonly number[] {
  const secondsOf = (index: number): number =>
    device.estimates[index]?.estimate.seconds?.value ?? Infinity;
  return [...indices].sort((a, b) => secondsOf(a) - secondsOf(b));
}

const configRows = 10;

function configHover(kernel: KernelResult, indices: readonly number[]): string {
  const [first] = kernel.devices;
  if (first === undefined) return "";
  if (indices.length === 1) {
    const [index = 0] = indices;
    return [
      codeSpan(kernel.configs[index]?.text ?? ""),
      deviceTable(
        kernel,
        (device) => device.estimates[index],
        (device) => rankText(device, index),
      ),
    ].join("\n\n");
  }
  const shown = ordered(first, indices).slice(0, configRows);
  const rows = shown.map((index) => {
    const own = first.estimates[index];
    const cells =
      own === undefined
        ? ["?", "", "", ""]
        : [timeText(own), boundText(own), sharedText(own), occupancyText(own)];
    return `| ${codeCell(kernel.configs[index]?.text ?? "")} | ${cells.join(" | ")} | ${rankText(first, index)} |`;
  });
  return [
    `${indices.length} configurations, the fastest on ${plain(first.device.chip.name)}:`,
    [
      "| configuration | time | bound | shared memory | occupancy | |",
      "| :-- | --: | :-- | --: | :-- | :-- |",
      ...rows,
    ].join("\n"),
  ].join("\n\n");
}

function kernelHover(kernel: KernelResult): string {
  const shared = kernel.devices.map((device) => shownEstimate(device)?.sharedParts ?? []);
  const parts = shared.find((one) => one.length > 0) ?? [];
  const [first] = kernel.devices;
  const shown = first === undefined ? undefined : shownEstimate(first);
  const name = plain(first?.device.chip.name ?? "");
  const bounds = first === undefined ? [] : boundsOf(first);
  const said = kernel.parameters
    .filter(({ text }) => text !== "?")
    .map(({ name: parameter, text, from }) => `${codeSpan(`${parameter}=${text}`)} ${from}`);
  const launch =
    shown === undefined
      ? []
      : [[launchText(shown), ratesText(shown)].filter((part) => part !== "").join("; ")];
  return [
    `**${plain(kernel.name)}**, a Triton kernel`,
    deviceTable(kernel, shownEstimate),
    ...fastestTexts(kernel),
    ...(launch.length > 0 ? [`On ${name}: ${launch.join("")}. Bounds: ${bounds.join(", ")}.`] : []),
    ...(parts.length > 0 ? [`Shared memory: ${parts.map(plain).join("; ")}.`] : []),
    ...(said.length > 0 ? [`Taken to be: ${said.join(", ")}.`] : []),
    "No kernel was compiled or run: roofline of blocks with occupancy, from the tiles in the source.",
  ].join("\n\n");
}

/** The fastest configuration, once where devices agree. */
function fastestTexts({ configs, devices }: KernelResult): readonly string[] {
  const byText = new Map<string, string[]>();
  for (const { device, best } of devices) {
    const text = best === undefined ? "" : (configs[best]?.text ?? "");
    if (text !== "") byText.set(text, [...(byText.get(text) ?? []), device.chip.name]);
  }
  return [...byText].map(
    ([text, names]) => `Fastest on ${plain(names.join(", "))}: ${codeSpan(text)}`,
  );
}

function boundsOf(device: KernelOnDevice): readonly string[] {
  const shown = shownEstimate(device);
  return (shown?.estimate.bounds ?? [])
    .slice(0, 4)
    .map(
      ({ name, seconds }) => `${boundTexts[name]} ${formatSeconds(Number(seconds.toPrecision(2)))}`,
    );
}

function deviceTable(
  kernel: KernelResult,
  pick: (device: KernelOnDevice) => ConfigEstimate | undefined,
  rank?: (device: KernelOnDevice) => string,
): string {
  const rows = kernel.devices.map((device) => {
    const own = pick(device);
    const cells =
      own === undefined
        ? ["?", "", "", "", ""]
        : [timeText(own), boundText(own), occupancyText(own), sharedText(own), registersText(own)];
    const last = rank === undefined ? "" : ` ${rank(device)} |`;
    return `| ${plain(device.device.chip.name)} | ${cells.join(" | ")} |${last}`;
  });
  return [
    `| GPU | time | bound | occupancy | shared memory | registers |${rank === undefined ? "" : " |"}`,
    `| :-- | --: | :-- | :-- | --: | --: |${rank === undefined ? "" : " :-- |"}`,
    ...rows,
  ].join("\n");
}
