import type { HlsFunction } from "../ir.js";
import { directiveOf, type Directive } from "../directives.js";

export function isDataflow({ directives }: { readonly directives: readonly Directive[] }): boolean {
  return directiveOf(directives, "dataflow") !== undefined;
}

export interface Overlapped {
  readonly latency: number;
  /** Between two starts: what the slowest process takes. */
  readonly interval: number;
}

/** Cycles until a process has what it needs of the one before, where a stream joins them. */
const handOver = 4;

/**
 * Processes of a dataflow region run at the same time: joined by streams they overlap but for their depths, joined by
 * arrays each waits for the one before, and a new start waits for the slowest (UG1399, "Dataflow").
 */
export function overlapped(processes: readonly number[], hasStreams: boolean): Overlapped {
  const sum = processes.reduce((total, one) => total + one, 0);
  const interval = Math.max(1, ...processes);
  const latency = hasStreams ? Math.min(sum, interval + processes.length * handOver) : sum;
  return { latency, interval };
}

/** Whether local streams join processes. */
export function hasStreams({ variables }: HlsFunction): boolean {
  return [...variables.values()].some(({ kind, isStream }) => kind === "local" && isStream);
}
