import { fileNameOf } from "../../base/file-name.js";
import type { MeasuredDesign, ResourceKind } from "../design.js";

/** One tool's report; a file each. What is not in a report is absent, never 0. */
export interface MeasuredFormat {
  readonly id: string;
  /** What it counts: the estimate of an HLS tool, or what logic synthesis and all after it have made. */
  readonly stage: "hls" | "logic";
  /** Names that such files usually have: where a workspace is searched. */
  readonly names: RegExp;
  readonly sniff: (text: string) => boolean;
  /** Undefined when there is nothing in it that can be compared. */
  readonly read: (text: string, file: string) => MeasuredDesign | undefined;
}

export type MeasuredCounts = Partial<Record<ResourceKind, number>>;

/** `1,234 / 22,320 ( 5 % )` is 1234; undefined for what is no number. */
export function leadingNumber(text: string | undefined): number | undefined {
  const match = /^\s*(\d[\d,]*(?:\.\d+)?)/.exec(text ?? "");
  return match === null ? undefined : Number((match[1] ?? "").replaceAll(",", ""));
}

/** Vivado's word for the part; its timing reports leave the `xc` out: `7a35t-cpg236`. */
export function vivadoDevice(text: string): string | undefined {
  const device = /^\|\s*Device\s*:\s*(\w[\w-]*)/m.exec(text)?.[1];
  return device === undefined || /^xc/i.test(device) ? device : `xc${device}`;
}

/** Whether Vivado had only synthesised when it wrote: newer timing reports say so, of older ones the file's name does. */
export function isBeforePlacement(text: string, file: string): boolean {
  const state = /^\|\s*Design State\s*:\s*(\S[^\n]*?)\s*$/m.exec(text)?.[1];
  if (state !== undefined) return state === "Synthesized";
  const called = /-file\s+(\S+)/.exec(text.slice(0, 4000))?.[1] ?? "";
  return /synth/i.test(`${called} ${fileNameOf(file)}`);
}

/** The clock of a debugger that the tool has put in beside the design: JTAG's, and that of Vivado's hub. */
export function isDebugClock(name: string): boolean {
  return name === "altera_reserved_tck" || /\bdbg_hub\b|\bxsdbm/.test(name);
}

/** Clocks with the speed of the slowest, which is that of the design; nothing of none. */
export function speedOf(
  clocks: NonNullable<MeasuredDesign["clocks"]>,
): Pick<MeasuredDesign, "clocks" | "fmaxHertz"> {
  if (clocks.length === 0) return {};
  return { clocks, fmaxHertz: Math.min(...clocks.map(({ hertz }) => hertz)) };
}

export function measuredDesign(
  tool: string,
  file: string,
  fields: Partial<MeasuredDesign>,
): MeasuredDesign {
  return { tool, file, top: undefined, counts: {}, modules: [], loops: [], ...fields };
}
