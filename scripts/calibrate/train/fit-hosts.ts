import type { Host, Hosts } from "../../../server/core/cost/calibrated/hosts.js";
import { conformalInterval, type Unseen } from "./interval.js";
import { rounded } from "./matrix.js";

/** Aggregates (`aggregates.ts`) by which networks of one session are told from those of another. */
export const hostFeatures: readonly string[] = [
  "log-batch",
  "log-kernels",
  "log-macs",
  "log-activation-bytes",
  "log-weight-bytes",
  "log-reduction-bytes",
  "log-movement-bytes",
  "depthwise-mac-share",
];

interface HostRow {
  /** There where its blocks were waited for one by one. */
  readonly blocks?: readonly unknown[];
  /** What was measured together, on one host and day. */
  readonly session?: string;
  /** Values of `hostFeatures`. */
  readonly aggregates?: Float64Array;
}

/** `factors`: by session, parallel to `names`, what its launches take. */
export function hostsOf(
  rows: readonly HostRow[],
  names: readonly string[],
  factors: Float64Array,
): readonly Host[] {
  return names.map((name, at) => {
    const own = rows.filter(({ session = "" }) => session === name);
    const moments = hostFeatures.map((name, index) =>
      momentsOf(
        own.map(({ aggregates }) => aggregates?.[index] ?? 0),
        name === "log-batch" ? betweenBatches : leastDeviation,
      ),
    );
    const waits = own.some(({ blocks }) => blocks !== undefined);
    return {
      name,
      factor: rounded(factors[at] ?? 1, 4),
      ...(waits && { waits }),
      mean: moments.map(({ mean }) => rounded(mean, 4)),
      deviation: moments.map(({ deviation }) => rounded(deviation, 3)),
    };
  });
}

/** By each host's own networks, as cross-validation predicted them; else as a fit before said. */
export function withIntervals(
  hosts: readonly Host[],
  unseen: readonly (Unseen & { readonly session: string })[],
  before: Hosts | undefined,
): Hosts {
  return {
    features: hostFeatures,
    measured: hosts.map((host) => {
      const own = unseen.filter(({ session }) => session === host.name);
      const kept = before?.measured.find(({ name }) => name === host.name);
      if (own.length === 0 && kept !== undefined)
        return { ...host, low: kept.low, high: kept.high };
      const { low, high } = conformalInterval(own, { groups: 1 });
      return { ...host, low: low[0] ?? 0.5, high: high[0] ?? 2 };
    }),
  };
}

/** Networks of one space may agree altogether in something; others are still like them if they differ a little. */
const leastDeviation = 0.05;

/** A session has one batch size: half and twice as many images are of another where there is one, and like it else. */
const betweenBatches = 0.35;

function momentsOf(
  values: readonly number[],
  least: number,
): {
  readonly mean: number;
  readonly deviation: number;
} {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / Math.max(1, values.length - 1));
  return { mean, deviation: Math.max(deviation, least) };
}
