import { endOfLineAt, lineAt } from "../../base/line-starts.js";
import type { TextSpan } from "../../base/text-span.js";
import { formatBytes, formatNumber, formatSeconds, formatShare } from "../../base/units.js";
import type { KernelEstimate } from "../../gpu/gpu-report.js";
import {
  shownEstimate,
  type ConfigEstimate,
  type KernelLanguage,
  type KernelOnDevice,
  type KernelResult,
} from "../../gpu/kernel-file.js";
import type { HoverText } from "../text/hover.js";
import { codeCell, codeSpan, plain } from "../text/markdown.js";
import { type KernelLine, linesOf } from "./kernel-lines.js";
import {
  assumedOf,
  boundText,
  intensityText,
  intervalText,
  languageNames,
  launchText,
  occupancyText,
  rankText,
  ratesText,
  registersText,
  ridgeOf,
  sharedText,
  timeText,
  warpNote,
  workText,
} from "./kernel-words.js";

/** A line of a header may belong to many kernels. */
const mostOnLine = 4;
const configRows = 10;

/** On a kernel's name and on its launch the kernel; on a configuration its ranks; elsewhere what stands on the line. */
export function kernelHovers(
  kernels: readonly KernelResult[],
  language: KernelLanguage,
  text: string,
  starts: readonly number[],
): readonly HoverText[] {
  const ofLines = new Map<number, string[]>();
  const add = (line: number, markdown: string): void => {
    const known = ofLines.get(line) ?? [];
    if (known.length < mostOnLine) ofLines.set(line, [...known, markdown]);
  };
  for (const kernel of kernels) {
    const places = [kernel.place, ...(kernel.launch === undefined ? [] : [kernel.launch])];
    for (const line of new Set(places.map(({ start }) => lineAt(starts, start))))
      add(line, kernelHover(kernel, language));
  }
  const ofKernels = new Set(ofLines.keys());
  for (const kernel of kernels)
    for (const line of linesOf(kernel.devices[0], starts))
      if (!ofKernels.has(line.line)) add(line.line, lineHover(kernel, line));
  const hovers = [...ofLines].map(([line, parts]) => ({
    span: codeOf(text, starts[line] ?? 0),
    markdown: parts.join("\n\n"),
  }));
  const ofConfigs = kernels.flatMap((kernel) =>
    configPlaces(kernel).map(({ span, indices }) => ({
      span,
      markdown: configHover(kernel, indices),
    })),
  );
  return [...hovers, ...ofConfigs];
}

/** A line without its indent. */
function codeOf(text: string, start: number): TextSpan {
  const end = endOfLineAt(text, start);
  return { start: start + Math.max(0, text.slice(start, end).search(/\S/)), end };
}

/** What a kernel takes on every device, and what limits it there. */
function kernelHover(kernel: KernelResult, language: KernelLanguage): string {
  const [main] = kernel.devices;
  const estimate = (main && shownEstimate(main))?.estimate;
  const title = `**${codeSpan(`${kernel.name}${kernel.variant}`)}** · ${languageNames[language]} kernel`;
  if (main === undefined || estimate === undefined) return title;
  const parts = kernel.devices.flatMap((device) => {
    const { sharedParts = [] } = shownEstimate(device) ?? {};
    return sharedParts.length > 0 ? [sharedParts] : [];
  });
  const said = kernel.parameters
    .filter(({ text }) => text !== "?")
    .map(({ name, text, from }) => `${codeSpan(`${name}=${text}`)} ${from}`);
  return [
    title,
    deviceTable(kernel, shownEstimate),
    ...fastestTexts(kernel),
    ...(parts[0] === undefined ? [] : [`Shared memory: ${parts[0].map(plain).join("; ")}.`]),
    ...limitTexts(estimate),
    ...(said.length > 0 ? [`Taken to be: ${said.join(", ")}.`] : []),
    ...openTexts(kernel, estimate, language),
    "Estimated from the source; no compiler has run.",
  ].join("\n\n");
}

function limitTexts(estimate: KernelEstimate): readonly string[] {
  const name = plain(estimate.device.chip.name);
  const launch = [launchText(estimate), ratesText(estimate)].filter((part) => part !== "");
  const bounds = estimate.bounds
    .slice(0, 4)
    .map(({ name: bound, seconds }) => `${boundText(bound)} ${formatSeconds(seconds, 2)}`);
  const of = estimate.launch === undefined ? " (of one block)" : "";
  const intensity = intensityText(estimate);
  const ridge = ridgeOf(estimate);
  return [
    `On ${name}: ${launch.join("; ")}. Bounds${of}, longest first: ${bounds.join(", ")}.`,
    ...(intensity === undefined
      ? []
      : [
          `${intensity}; the ridge point of ${name} is ${formatNumber(ridge.value, 2)} (${ridge.type}).`,
        ]),
    blockText(estimate),
  ];
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

/** What is assumed or not known, and the comment that would say it. Triton's parameters tell who says them. */
function openTexts(
  kernel: KernelResult,
  { kernel: { unknowns } }: KernelEstimate,
  language: KernelLanguage,
): readonly string[] {
  const mark = language === "cuda" ? "//" : "#";
  const assumed = kernel.parameters.length > 0 ? [] : assumedOf(kernel);
  const pin = unknowns.map(({ name }) => (/^\w+$/.test(name) ? name : "n"))[0];
  const open = unknowns.map(({ name, role }) => `${codeSpan(name)} (${role})`).join(", ");
  return [
    ...assumed.map(
      (one) => `Assumed: ${one}. Pin it above the kernel: \`${mark} ridgepoint: block=…\`.`,
    ),
    ...(pin === undefined
      ? []
      : [`Not known: ${open}; pin them above the kernel: \`${mark} ridgepoint: ${pin}=4096\`.`]),
  ];
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
        : [
            intervalText(own.estimate),
            boundText(own.estimate.bound),
            occupancyCell(own.estimate),
            sharedText(own.estimate),
            registersText(own),
          ];
    const last = rank === undefined ? "" : ` ${rank(device)} |`;
    return `| ${plain(device.device.chip.name)} | ${cells.join(" | ")} |${last}`;
  });
  return [
    `| GPU | time | bound | occupancy | shared memory | registers |${rank === undefined ? "" : " |"}`,
    `| :-- | --: | :-- | :-- | --: | --: |${rank === undefined ? "" : " :-- |"}`,
    ...rows,
  ].join("\n");
}

function occupancyCell({ occupancy }: KernelEstimate): string {
  if (occupancy === undefined) return "?";
  if (occupancy.doesNotFit !== undefined) return occupancy.doesNotFit;
  return `${formatShare(occupancy.share)}, ${occupancy.blocksPerSm} ${occupancy.blocksPerSm === 1 ? "block" : "blocks"} an SM by ${occupancy.limiters.join(", ")}`;
}

/** Each device's time of the line, and what stands on it, dearest first. */
export function lineHover(kernel: KernelResult, line: KernelLine): string {
  const [main] = kernel.devices;
  const shown = (main && shownEstimate(main))?.estimate;
  if (main === undefined || shown === undefined) return "";
  const config = kernel.configs[main.best ?? 0]?.text ?? "";
  const rows = kernel.devices.flatMap((device) => {
    const own = shownEstimate(device)?.estimate;
    if (own === undefined) return [];
    const share = line.items.reduce((sum, index) => sum + (own.shares[index] ?? 0), 0);
    const time = own.seconds === undefined ? "?" : formatSeconds(share * own.seconds.value, 2);
    return [`| ${plain(device.device.chip.name)} | ${time} | ${formatShare(share)} |`];
  });
  const works = new Map<string, number>();
  for (const index of line.items) {
    const work = shown.kernel.work[index];
    if (work === undefined) continue;
    const text = workText(work, shown.device);
    works.set(text, (works.get(text) ?? 0) + (shown.shares[index] ?? 0));
  }
  const open = new Set(line.items.flatMap((index) => shown.kernel.work[index]?.unknownTurns ?? []));
  const turns = [...open].map((one) => codeSpan(one)).join(" × ");
  return [
    `${codeSpan(`${kernel.name}${kernel.variant}`)}${config === "" ? "" : `, ${codeSpan(config)}`}`,
    ["| GPU | time | share |", "| :-- | --: | --: |", ...rows].join("\n"),
    [...works]
      .sort(([, a], [, b]) => b - a)
      .map(([text, share]) => `- ${formatShare(share)} ${text}`)
      .join("\n"),
    warpNote,
    ...(open.size === 0 ? [] : [`Of one turn each; turns not known: ${turns}.`]),
  ].join("\n\n");
}

export interface ConfigPlace {
  readonly span: TextSpan;
  readonly indices: readonly number[];
}

/** Configurations of a comprehension stand in one place. */
export function configPlaces({ configs }: KernelResult): readonly ConfigPlace[] {
  const places = new Map<number, { span: TextSpan; indices: number[] }>();
  configs.forEach(({ span }, index) => {
    if (span === undefined) return;
    const found = places.get(span.start) ?? { span, indices: [] };
    found.indices.push(index);
    places.set(span.start, found);
  });
  return [...places.values()];
}

/** What has no time comes last. */
export function fastestFirst(
  device: KernelOnDevice,
  indices: readonly number[],
): readonly number[] {
  const secondsOf = (index: number): number =>
    device.estimates[index]?.estimate.seconds?.value ?? Infinity;
  return [...indices].sort((a, b) => secondsOf(a) - secondsOf(b));
}

export function configHover(kernel: KernelResult, indices: readonly number[]): string {
  const [main] = kernel.devices;
  if (main === undefined) return "";
  const [only] = indices;
  if (only !== undefined && indices.length === 1)
    return [
      codeSpan(kernel.configs[only]?.text ?? ""),
      deviceTable(
        kernel,
        (device) => device.estimates[only],
        (device) => rankText(device, only),
      ),
    ].join("\n\n");
  const rows = fastestFirst(main, indices)
    .slice(0, configRows)
    .map((index) => {
      const own = main.estimates[index]?.estimate;
      const cells =
        own === undefined
          ? ["?", "", "", ""]
          : [timeText(own), boundText(own.bound), sharedText(own), occupancyText(own)];
      return `| ${codeCell(kernel.configs[index]?.text ?? "")} | ${cells.join(" | ")} | ${rankText(main, index)} |`;
    });
  return [
    `${indices.length} configurations, the fastest on ${plain(main.device.chip.name)}:`,
    [
      "| configuration | time | bound | shared memory | occupancy | |",
      "| :-- | --: | :-- | --: | :-- | :-- |",
      ...rows,
    ].join("\n"),
  ].join("\n\n");
}
