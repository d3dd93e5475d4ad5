import type { MeasuredDesign, MeasuredPath } from "../design.js";
import {
  type MeasuredCounts,
  type MeasuredFormat,
  measuredDesign,
  speedOf,
} from "./measured-format.js";

/** `nextpnr-… --report report.json`: what was placed, the speed of each clock, and the critical path of each. */
export const measuredFormat: MeasuredFormat = {
  id: "nextpnr-report",
  stage: "logic",
  names: /(?:report|nextpnr).*\.json$/i,
  sniff: (text) => /"utilization"\s*:/.test(text) && /"fmax"\s*:/.test(text),
  read: (text, file) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // Cut off: nothing to compare.
      return undefined;
    }
    const report = fieldsOf(value);
    const used = Object.entries(fieldsOf(report["utilization"])).flatMap(([name, entry]) => {
      const { used: count, available } = fieldsOf(entry);
      return isCount(count)
        ? [{ name, used: count, available: isCount(available) ? available : undefined }]
        : [];
    });
    const counts: MeasuredCounts = {};
    for (const { name, used: count } of used) {
      const kind = kindOfCell[name];
      if (kind !== undefined) counts[kind] = count + (counts[kind] ?? 0);
    }
    const clocks = Object.entries(fieldsOf(report["fmax"])).flatMap(([net, entry]) => {
      const { achieved } = fieldsOf(entry);
      return isCount(achieved) && achieved > 0
        ? [{ name: signalOf(net), hertz: achieved * 1e6 }]
        : [];
    });
    const cells = used.flatMap(({ available, ...rest }) =>
      available === undefined || available === 0 ? [] : [{ ...rest, available }],
    );
    return measuredDesign("nextpnr", file, {
      device: used.map(({ name }) => deviceOfCell(name)).find((device) => device !== undefined),
      counts,
      ...speedOf(clocks),
      ...pathsOf(report["critical_paths"]),
      signals: signalsIn(text.matchAll(/"net"\s*:\s*"((?:[^"\\]|\\.)*)"/g)),
      ...(cells.length > 0 && { cells }),
    });
  },
};

/** A logic cell of iCE40 is a LUT, a flip-flop, a carry or all of them, so that its count is none of theirs; `cells` has it. */
export const kindOfCell: Readonly<Record<string, keyof MeasuredCounts | undefined>> = {
  ICESTORM_RAM: "bram",
  ICESTORM_DSP: "dsp",
  ICESTORM_SPRAM: "uram",
  TRELLIS_COMB: "lut",
  TRELLIS_FF: "ff",
  DP16KD: "bram",
  MULT18X18D: "dsp",
};

/** The report names no part; its cells say the family. */
export function deviceOfCell(name: string): string | undefined {
  if (name.startsWith("ICESTORM_")) return "ice40";
  return name.startsWith("TRELLIS_") ? "ecp5" : undefined;
}

function pathsOf(value: unknown): Pick<MeasuredDesign, "paths"> {
  const paths = listOf(value).flatMap((entry) => pathOf(fieldsOf(entry)) ?? []);
  return paths.length === 0 ? {} : { paths: paths.sort((a, b) => b.nanoseconds - a.nanoseconds) };
}

/** Between flip-flops alone, as ours are; a path from or to a pin is called `<async>`. */
function pathOf({ from, to, path }: Fields): MeasuredPath | undefined {
  const isAsynchronous = [from, to].some((end) => typeof end !== "string" || end === "<async>");
  const steps = listOf(path).map(fieldsOf);
  if (isAsynchronous || steps.length === 0) return undefined;
  let nanoseconds = 0;
  for (const { delay } of steps) if (isCount(delay)) nanoseconds += delay;
  const cell = fieldsOf(steps.at(-1)?.["to"])["cell"];
  const net = steps.find(({ type }) => type === "routing")?.["net"];
  if (typeof cell !== "string" || typeof net !== "string") return undefined;
  const levels = steps.filter(({ type }) => type === "logic").length;
  return { start: signalOf(net), end: signalOf(cell), nanoseconds, levels };
}

/** Yosys names a cell after the signal that it drives, and what it makes up after the way to it: `q_SB_LUT4_I1_7_LC`. */
export function signalOf(name: string): string {
  const signal = name.replace(/(?:_SB_[A-Z]|\$).*$/, "").replace(/_(?:DFF)?LC$/, "");
  return signal === "" ? name : signal;
}

/** Signals of the top by which a report that names nothing is recognised, and its instances: the first part of the names of nets. */
export function signalsIn(nets: Iterable<RegExpMatchArray>): readonly string[] {
  const signals = new Set<string>();
  for (const [, net = ""] of nets) {
    const first = /^[A-Za-z]\w*/.exec(signalOf(net))?.[0];
    if (first !== undefined) signals.add(first);
    if (signals.size >= signalLimit) break;
  }
  return [...signals];
}

const signalLimit = 100;

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
