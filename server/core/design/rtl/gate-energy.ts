import type { Amount, DesignEnergy, Resources } from "../design.js";
import type { GateEnergy } from "../part.js";

/** Share of the cycles in which a bit changes, where nothing else is said: assumed, as tools do for logic that nobody has simulated. */
export const defaultActivity = 0.1;

/** Of random operands, which the published energies per operation are assumed to be of. */
const randomActivity = 0.5;

/**
 * Two inverters of a flip-flop follow the clock and change twice a cycle, whatever its data do: in gates that change as those of random
 * operands do, 2 × 0.67 × 2 / 0.5. Assumed of the usual master and slave, not measured: the clock's share of the energy rests on it.
 */
const clockGates = 5.4;

/** In two-input NAND gates: between our library's flip-flops without and with a reset (5.33, 6.33), and a majority of three of four NANDs. */
const flipFlopGates = 6;
const voterGates = 4.3;

/**
 * Joules of a cycle from the mapped gates: each takes what a gate of published operations takes, by how much more or less its data change,
 * and flip-flops their clock. Registers in triplicate with a voter each, as in radiation-hardened designs, cost what their construction
 * takes. Memories that are no flip-flops are not in it.
 */
export function designEnergy(
  { counts }: Resources,
  gate: GateEnergy,
  activity: number,
): DesignEnergy | undefined {
  const gates = counts.gate?.value;
  if (gates === undefined) return undefined;
  const registers = counts.ff?.value ?? 0;
  const cycle = (all: number, clocked: number): Amount => {
    const switching = (all * activity) / randomActivity + clocked * clockGates;
    return {
      value: switching * gate.joules,
      low: switching * gate.low,
      high: switching * gate.high,
    };
  };
  const hardGates = gates + registers * (2 * flipFlopGates + voterGates);
  return {
    node: gate.node,
    activity,
    joulesPerCycle: cycle(gates, registers),
    ...(gate.leakageWatts !== undefined && { leakageWatts: gates * gate.leakageWatts }),
    triplicated: { gates: hardGates, joulesPerCycle: cycle(hardGates, 3 * registers) },
  };
}
