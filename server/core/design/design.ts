import type { Problem } from "../base/problem.js";
import type { SourceRange, TextSpan } from "../base/text-span.js";

/**
 * What a hardware description costs, whichever language it is written in: the plain data that the analysts of RTL and HLS
 * make and that reports, hints, hovers, lenses and problems show. Places are lines of files, zero-based.
 */
export interface Design {
  readonly kind: "rtl" | "hls";
  /** Undefined when nothing could be elaborated. */
  readonly top: string | undefined;
  /** Id of a part in `server/data/parts`; undefined for a family without a part, such as generic LUTs. */
  readonly part: string | undefined;
  /** Id of the part's family. */
  readonly family: string;
  /** What the part has. */
  readonly capacity: Readonly<Partial<Record<ResourceKind, number>>>;
  /** What the family calls a DSP and its smallest block of memory: "DSP48E1", "RAMB18". */
  readonly names: Readonly<Partial<Record<ResourceKind, string>>>;
  /** How the numbers were found, for people: "Yosys 0.55, synth_xilinx -family xc7". */
  readonly tool: string;
  /** Whole design; undefined when it was not synthesised. */
  readonly total: Resources | undefined;
  /** Modules or functions that are used and that no source defines. No number counts them: counts that hold them have no upper end. */
  readonly without?: readonly string[];
  /** HLS: what logic synthesis is expected to leave of what the HLS tool reports in `total`. */
  readonly afterSynthesis?: Resources | undefined;
  readonly fmaxHertz: Amount | undefined;
  /** Of standard cells of a node. */
  readonly energy?: DesignEnergy;
  /** Cycles from start to end, and between two starts; HLS. */
  readonly latencyCycles?: Amount | undefined;
  readonly intervalCycles?: Amount | undefined;
  readonly modules: readonly DesignModule[];
  /** Lines with resources of their own, sorted by file and line. */
  readonly lines: readonly DesignLine[];
  /** Longest first. */
  readonly paths: readonly DesignPath[];
  readonly loops: readonly DesignLoop[];
  /** What other tools have measured of the same design. */
  readonly measured: readonly MeasuredDesign[];
  /** The reports that have set the numbers right; absent where none has. */
  readonly calibration?: DesignCalibration;
  readonly problems: readonly DesignProblem[];
  /** Absolute paths of the files that it was read from; it is out of date when one changes. */
  readonly files: readonly string[];
}

export interface DesignEnergy {
  /** Nanometres. */
  readonly node: number;
  /** Share of the cycles in which a bit changes. */
  readonly activity: number;
  readonly joulesPerCycle: Amount;
  /** Absent: not known for the node. */
  readonly leakageWatts?: number;
  /** With each register three times and a voter behind it. */
  readonly triplicated: { readonly gates: number; readonly joulesPerCycle: Amount };
}

/**
 * A number with the interval that nine of ten true values fall into. Where a part of it could not be counted, `high` is infinite
 * (`null` in JSON), and `value` is what was.
 */
export interface Amount {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * `lutram` are the LUTs among `lut` that are memories or shift registers; `latch` is not among `ff`; `gate` is area in
 * two-input NAND gates.
 */
export const resourceKinds = [
  "lut",
  "lutram",
  "ff",
  "dsp",
  "bram",
  "uram",
  "carry",
  "latch",
  "gate",
] as const;
export type ResourceKind = (typeof resourceKinds)[number];

/**
 * `synthesised`: counted in a netlist that was mapped to the family, and set right for the vendor's tool. `estimated`: from
 * operators and a table. `attributed`: a share of a synthesised total. `measured`: the vendor's tool has said so. `calibrated`: as
 * much more or less as a report of this project was than what we had counted of the sources that it speaks of.
 */
export type DesignMethod = "synthesised" | "attributed" | "estimated" | "calibrated" | "measured";

/** What is absent is unknown; a resource that is not used is there with 0. `bram` counts the family's smallest block. */
export interface Resources {
  readonly method: DesignMethod;
  readonly counts: Readonly<Partial<Record<ResourceKind, Amount>>>;
}

/** A module of RTL, or a function of HLS. */
export interface DesignModule {
  readonly name: string;
  /** With its parameters, where they make several of one module. */
  readonly variant: string;
  readonly place: SourceRange | undefined;
  readonly instanceCount: number;
  /** Of one instance, without the modules in it. */
  readonly own: Resources;
  /** Of one instance, with them. */
  readonly whole: Resources;
  readonly latencyCycles?: Amount | undefined;
  readonly intervalCycles?: Amount | undefined;
}

export interface DesignLine {
  readonly file: string;
  /** Zero-based. */
  readonly line: number;
  /** An `always` block or a function counts all lines in it, which have entries of their own. */
  readonly kind: "line" | "block";
  /** All instances together. */
  readonly resources: Resources;
  readonly instanceCount: number;
  /** Of the whole design's first resource that it uses at all: LUTs, else flip-flops, DSPs, block RAMs. */
  readonly share: number;
  /** What was inferred there: "$mul 16×16 → DSP48E1"; at most a few. */
  readonly notes: readonly string[];
}

export interface DesignPath {
  readonly start: string;
  readonly end: string;
  readonly nanoseconds: Amount;
  /** Levels of logic on it. */
  readonly levels: number;
  /** In the order in which a signal passes them. */
  readonly places: readonly SourceRange[];
  /** Where most of the time is spent. */
  readonly worst: SourceRange | undefined;
}

export interface DesignLoop {
  readonly file: string;
  /** Of the `for`. */
  readonly line: number;
  /** Of the pragma that it obeys, where there is one. */
  readonly pragmaLine?: number | undefined;
  readonly label: string;
  readonly tripCount: Amount | undefined;
  readonly isPipelined: boolean;
  readonly unrollFactor: number;
  /** Initiation interval, when it is pipelined. */
  readonly initiationInterval: number | undefined;
  /** What was asked for. */
  readonly targetInterval?: number | undefined;
  /** "2 reads of `buf` a cycle, 1 port"; undefined when nothing holds it back. */
  readonly cause: string | undefined;
  /** Cycles of one iteration. */
  readonly depthCycles: number | undefined;
  /** Of the whole loop. */
  readonly latencyCycles: Amount | undefined;
  readonly resources: Resources | undefined;
}

/** Numbers of another tool's report, beside ours. */
export interface MeasuredDesign {
  /** "Vivado 2022.2 utilization". */
  readonly tool: string;
  /** Of the report. */
  readonly file: string;
  readonly top: string | undefined;
  /** The part that it was made for, in the tool's words. */
  readonly device?: string | undefined;
  /** What it does to our numbers, and if nothing, why. */
  readonly standing?: string;
  /** Names of signals and instances in its top, where it does not name that. */
  readonly signals?: readonly string[];
  /** Of synthesis alone: what comes after it changes the numbers. */
  readonly isBeforePlacement?: boolean;
  /** Why its numbers are not those of the whole design as it will be. */
  readonly caveat?: string;
  readonly counts: Readonly<Partial<Record<ResourceKind, number>>>;
  readonly fmaxHertz?: number | undefined;
  /** Where the report tells clocks apart. */
  readonly clocks?: readonly { readonly name: string; readonly hertz: number }[];
  /** Longest first. */
  readonly paths?: readonly MeasuredPath[];
  /** The part's own cells: "ICESTORM_LC", 208 of 1,280. */
  readonly cells?: readonly MeasuredCells[];
  readonly latencyCycles?: number | undefined;
  readonly modules: readonly MeasuredModule[];
  readonly loops: readonly MeasuredLoop[];
}

export interface MeasuredPath {
  readonly start: string;
  readonly end: string;
  readonly nanoseconds: number;
  readonly levels: number;
}

export interface MeasuredCells {
  readonly name: string;
  readonly used: number;
  readonly available: number;
}

export interface MeasuredModule {
  readonly name: string;
  readonly counts: Readonly<Partial<Record<ResourceKind, number>>>;
  readonly latencyCycles?: number | undefined;
}

export interface MeasuredLoop {
  readonly label: string;
  readonly tripCount: number | undefined;
  readonly initiationInterval: number | undefined;
  readonly depthCycles: number | undefined;
  readonly latencyCycles: number | undefined;
}

export interface DesignCalibration {
  /** One for each report, the newest first. */
  readonly reports: readonly CalibratingReport[];
}

export interface CalibratingReport {
  readonly tool: string;
  /** Relative to the folder of the project. */
  readonly file: string;
  /** When it was written, ISO 8601. */
  readonly time: string;
  readonly values: readonly CalibratedValue[];
  /** The power of its ratios that is taken: 1 for the sources that it speaks of, less the further the design is from them. */
  readonly trust: number;
  readonly isOfTheseSources: boolean;
}

export interface CalibratedValue {
  readonly what: CalibratedQuantity;
  /** Absent for loops, which have one each. */
  readonly said: number | undefined;
  /** What we count of the sources that the report is of. */
  readonly counted: number | undefined;
}

/** Frequencies in hertz, latencies in cycles. */
export type CalibratedQuantity = ResourceKind | "fmax" | "latency" | "loops";

/** Its `place`, where it has one, is of kind `source` with the absolute path of a file. */
export interface DesignProblem extends Problem {
  readonly fixes?: readonly DesignFix[];
}

/** A change that is safe to offer, with what it is predicted to do: "Register `p`: +32 FF, −2.1 ns". */
export interface DesignFix {
  readonly title: string;
  /** Of one file. */
  readonly file: string;
  readonly edits: readonly { readonly span: TextSpan; readonly text: string }[];
  /** What it adds by resource, as far as that is predicted; negative numbers are saved. */
  readonly change?: Readonly<Partial<Record<ResourceKind, number>>>;
}
