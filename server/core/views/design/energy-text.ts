import { formatCount, formatJoules, formatNumber } from "../../base/units.js";
import type { Design } from "../../design/design.js";

/** What a cycle of standard cells takes, in lines; none where the node is not known. */
export function energyLines({
  energy,
  total,
}: Pick<Design, "energy" | "total">): readonly string[] {
  if (energy === undefined) return [];
  const { value, low, high } = energy.joulesPerCycle;
  const { triplicated, leakageWatts, node, activity } = energy;
  const gates = total?.counts.gate?.value ?? 0;
  const leakage =
    leakageWatts === undefined
      ? ", leakage not known"
      : `, leakage ${formatNumber(leakageWatts * 1e6)} µW`;
  return [
    `Energy ${joulesText(value)} a cycle (${joulesText(low)}–${joulesText(high)}) at ${node} nm, activity ${formatNumber(activity)}${leakage}`,
    `With registers in triplicate and voters ${formatCount(Math.round(triplicated.gates))} gates (${formatNumber(triplicated.gates / Math.max(gates, 1))} times), ${joulesText(triplicated.joulesPerCycle.value)} a cycle`,
  ];
}

/** A cycle of a module is less than what layers take. */
function joulesText(joules: number): string {
  return joules < 1e-9 ? `${formatNumber(joules * 1e12)} pJ` : formatJoules(joules);
}
