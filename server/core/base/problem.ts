import type { Place } from "./text-span.js";

export type Severity = "error" | "warning" | "information" | "hint";

/**
 * Something a person should know about their input. The sentence says what is wrong, where, and what to do.
 *
 * Codes are stable and grouped by stage: RP10xx reading a file, RP11xx shapes and types, RP12xx operator
 * support and rules, RP20xx targets and cost, RP21xx what would take less, RP24xx memory, RP90xx our own mistakes.
 */
export interface Problem {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly place?: Place;
  /** Index of the node in its graph that the problem speaks of, where there is one. */
  readonly nodeId?: number;
  /** What the plan had better take instead, where that answers it. */
  readonly answer?: FormatAnswer;
}

/** Layers with the format that they had better take. */
export interface FormatAnswer {
  readonly nodeIds: readonly number[];
  /** Scheme id that the problem speaks of. */
  readonly before: string;
  /** Scheme id that they had better take, "" for the target's own precision. */
  readonly format: string;
  /** What that is predicted to change, as in `+18 dB, +1.2 KiB`; "" where nothing is known. */
  readonly change: string;
}

/** Receives problems in the order in which they are found. */
export type Report = (problem: Problem) => void;

export interface Outcome<T> {
  readonly value: T;
  readonly problems: readonly Problem[];
}
