import type { Design } from "../design.js";
import type { Counted } from "./counted.js";

/** What design a number is of, however it is written down. */
export interface PairSubject {
  readonly kind: Design["kind"];
  readonly top: string;
  /** Counts are compared within a family of parts, speeds on one part alone. */
  readonly family: string;
  readonly part: string;
}

/** A report, and what we had counted of the sources that it speaks of. */
export interface ReportPair {
  readonly subject: PairSubject;
  /** A hash of what our counts follow from beside the sources: another engine counts otherwise. */
  readonly by: string;
  /** A hash of the sources. */
  readonly sources: string;
  readonly report: {
    readonly format: string;
    readonly tool: string;
    /** Relative to the folder of the project. */
    readonly file: string;
    /** When it was written, ISO 8601. */
    readonly time: string;
    readonly hash: string;
  };
  readonly ours: Counted;
  readonly theirs: Counted;
}

/** A state of the sources that was analysed. */
export interface SourceState {
  readonly sources: string;
  /** When its newest file was written, ISO 8601; it holds until the next one's. */
  readonly since: string;
  readonly ours: Counted;
}

/** Of a design and a kind of report one pair is kept: the newest. */
export function isSameSlot(a: ReportPair, b: ReportPair): boolean {
  return a.report.format === b.report.format && isSameSubject(a.subject, b.subject);
}

export function isSameSubject(a: PairSubject, b: PairSubject): boolean {
  return a.kind === b.kind && a.top === b.top && a.family === b.family;
}
