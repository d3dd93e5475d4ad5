import type { HlsProfile, Intervals } from "../../server/core/hls/estimate/profile.js";
import { table } from "../../server/core/reports/text-table.js";
import { familyOf } from "./hlsyn.js";

/** A published design, with what was estimated of each quantity beside what the tool said. */
export interface IntervalRow {
  readonly tool: string;
  readonly kernel: string;
  readonly profile: HlsProfile;
  readonly quantities: Readonly<Record<keyof Intervals, Pair>>;
}

export interface Pair {
  readonly truth: number;
  readonly ours: number;
}

/**
 * The intervals in `server/data/hls` are the only numbers there that are taken from errors: the 5 % and 95 % of true over
 * estimated, by tool; the share of designs inside the shipped ones; and the share that lies in the interval that all other
 * families of kernels give, which is what a kernel that nobody has seen may expect (90 % by right).
 */
export function intervalTable(rows: readonly IntervalRow[]): string {
  const lines = [...new Set(rows.map(({ tool }) => tool))].flatMap((tool) => {
    const own = rows.filter((row) => row.tool === tool);
    return (["cycles", "dsp", "lut", "ff", "bram"] as const).map((kind) => {
      const all = ratiosOf(own, kind);
      const shipped = own[0]?.profile.intervals.merlin[kind];
      const [low, high] = endsOf(all.map(({ ratio }) => ratio));
      const families = [...new Set(all.map(({ family }) => family))];
      const unseen = families.flatMap((family) => {
        const others = all.filter((one) => one.family !== family).map(({ ratio }) => ratio);
        const [least, most] = endsOf(others);
        return all
          .filter((one) => one.family === family)
          .map(({ ratio }) => least <= ratio && ratio <= most);
      });
      const inside = all.map(
        ({ ratio }) => shipped !== undefined && shipped[0] <= ratio && ratio <= shipped[1],
      );
      return [
        tool,
        kind,
        String(all.length),
        low.toPrecision(2),
        high.toPrecision(2),
        shareOf(inside),
        shareOf(unseen),
      ];
    });
  });
  return table(
    ["tool", "quantity", "designs", "5 %", "95 %", "inside shipped", "leaving families out"],
    lines,
    "llrrrrr",
  );
}

function ratiosOf(
  rows: readonly IntervalRow[],
  kind: keyof Intervals,
): readonly { readonly family: string; readonly ratio: number }[] {
  return rows.flatMap(({ kernel, quantities }) => {
    const { truth, ours } = quantities[kind];
    return truth > 0 && ours > 0 ? [{ family: familyOf(kernel), ratio: truth / ours }] : [];
  });
}

function endsOf(ratios: readonly number[]): readonly [number, number] {
  const sorted = [...ratios].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  return [at(0.05), at(0.95)];
}

function shareOf(flags: readonly boolean[]): string {
  return `${((100 * flags.filter(Boolean).length) / flags.length).toFixed(1)} %`;
}
