import { formatNumber, formatSeconds, formatShare } from "../base/units.js";
import { boundText, languageNames } from "../views/kernels/kernel-words.js";
import type {
  ReportKernel,
  ReportKernelDevice,
  ReportKernelEstimate,
  ReportWork,
} from "../views/report-kernels.js";

/** What every format for people says of a kernel; how a table looks is the format's own. */
export interface KernelText {
  readonly title: string;
  readonly tables: readonly KernelTable[];
  /** Sentences below the tables. */
  readonly notes: readonly string[];
}

export interface KernelTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** `l` or `r` for each column. */
  readonly alignment: string;
}

const configLimit = 12;
const configDeviceLimit = 3;
const lineLimit = 12;
/** Lines below this part of a kernel's time are left to JSON. */
const leastShare = 0.005;

/** Each kernel on each device, its configurations by predicted time, and the lines that take it. */
export function kernelText(kernel: ReportKernel): KernelText {
  const [main] = kernel.devices;
  const isTuned = kernel.configurations.length > 1;
  const tuned = isTuned ? kernel.devices.slice(0, configDeviceLimit) : [];
  const lines = main === undefined ? [] : [lineTable(main)];
  return {
    title: titleOf(kernel),
    tables: [
      deviceTable(kernel, isTuned),
      ...tuned.map((device) => configTable(kernel, device)),
      ...lines.filter(({ rows }) => rows.length > 0),
    ],
    notes: notesOf(kernel),
  };
}

/** The grid where there is but one: every configuration has its own. */
function titleOf({
  name,
  variant,
  language,
  source,
  configurations,
  devices,
}: ReportKernel): string {
  const only = configurations.length > 1 ? undefined : devices[0]?.configurations[0];
  const grid = only?.grid.map(({ extent }) => extent ?? "?").join(" × ");
  const launch =
    only === undefined
      ? ""
      : `  grid ${grid ?? ""} · ${only.threadsPerBlock ?? "?"} threads a block`;
  return `${name}${variant}  (${languageNames[language]} kernel, line ${source.line + 1})${launch}`;
}

const estimateHeader = [
  "time",
  "interval",
  "bound",
  "occupancy",
  "waves",
  "FLOP/B",
  "shared B",
  "registers",
];
const estimateAlignment = "rlllrrrl";

function deviceTable({ devices, configurations }: ReportKernel, isTuned: boolean): KernelTable {
  return {
    header: ["GPU", ...estimateHeader, ...(isTuned ? ["best configuration"] : [])],
    alignment: `l${estimateAlignment}${isTuned ? "l" : ""}`,
    rows: devices.map((device) => {
      const { name, best } = device;
      const text = best === null ? "none fits or has a time" : (configurations[best]?.text ?? "");
      return [name, ...cellsOf(device.configurations[best ?? 0]), ...(isTuned ? [text] : [])];
    }),
  };
}

function configTable({ configurations }: ReportKernel, device: ReportKernelDevice): KernelTable {
  const secondsOf = (index: number): number => device.configurations[index]?.seconds ?? Infinity;
  const order = configurations.map((_, index) => index).sort((a, b) => secondsOf(a) - secondsOf(b));
  const left = order.length - configLimit;
  const rows = order
    .slice(0, configLimit)
    .map((index) => [configurations[index]?.text ?? "", ...cellsOf(device.configurations[index])]);
  return {
    header: [`configuration on ${device.name}`, ...estimateHeader],
    alignment: `l${estimateAlignment}`,
    rows: left > 0 ? [...rows, [`and ${left} more`, ...estimateHeader.map(() => "")]] : rows,
  };
}

function cellsOf(own: ReportKernelEstimate | undefined): readonly string[] {
  if (own === undefined) return estimateHeader.map(() => "");
  const { seconds, low, high, bound, occupancy, launch, intensity, sharedBytes, registers } = own;
  const misfit = occupancy?.doesNotFit;
  return [
    misfit === undefined ? (seconds === null ? "?" : formatSeconds(seconds, 2)) : "does not fit",
    low === null || high === null ? "" : `${formatSeconds(low, 2)} – ${formatSeconds(high, 2)}`,
    bound === null || misfit !== undefined ? "" : boundText(bound),
    occupancyCell(occupancy),
    launch === null ? "?" : formatNumber(launch.waves),
    intensity === null ? "" : formatNumber(intensity),
    sharedBytes === null ? "?" : sharedBytes.toLocaleString("en-US"),
    registersCell(registers),
  ];
}

/** Why a block does not fit is told below: it would widen every row. */
function occupancyCell(occupancy: ReportKernelEstimate["occupancy"]): string {
  if (occupancy === null) return "?";
  const limiters = occupancy.doesNotFit === undefined ? occupancy.limiters : [];
  return `${formatShare(occupancy.share)}${limiters.length > 0 ? ` (${limiters.join(", ")})` : ""}`;
}

function registersCell({ value, low, high }: ReportKernelEstimate["registers"]): string {
  const range = low === high ? "" : ` (${Math.round(low)}–${Math.round(high)})`;
  return `${Math.round(value)}${range}`;
}

/** The dearest lines; lines count from 1, as people do. */
function lineTable({ name, lines }: ReportKernelDevice): KernelTable {
  return {
    header: [`line on ${name}`, "time", "share", "what"],
    alignment: "rrrl",
    rows: [...lines]
      .sort((a, b) => b.share - a.share)
      .slice(0, lineLimit)
      .filter(({ share }) => share >= leastShare)
      .map(({ line, share, seconds, work }) => [
        String(line + 1),
        seconds === null ? "?" : formatSeconds(seconds, 2),
        formatShare(share),
        [...new Set(work.map(shortly))].join(", "),
      ]),
  };
}

function shortly(work: ReportWork): string {
  switch (work.kind) {
    case "arithmetic":
      return boundText(work.pipe);
    case "tensor":
      return `tensor ${work.shape === "" ? work.type : work.shape}`;
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

function notesOf({ language, devices, assumptions, unknowns }: ReportKernel): readonly string[] {
  const mark = language === "cuda" ? "//" : "#";
  const how = `by --dim NAME=N, or by a comment \`${mark} ridgepoint: NAME=VALUE\` above the kernel`;
  const open = unknowns.map(({ name, role }) => `${name} (${role})`).join(", ");
  const misfits = devices.flatMap(({ name, best, configurations }) => {
    const reason = configurations[best ?? 0]?.occupancy?.doesNotFit;
    return reason === undefined ? [] : [`Does not fit ${name}: ${reason}.`];
  });
  return [
    ...misfits,
    ...(assumptions.length === 0
      ? []
      : [`Assumed: ${assumptions.join(", ")}. Say otherwise ${how}.`]),
    ...(open === "" ? [] : [`Not known: ${open}. Give sizes ${how}.`]),
  ];
}
