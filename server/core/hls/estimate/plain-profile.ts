import type { HlsProfile, OperatorCost } from "./profile.js";

/** What plain C++ is built for, where the profile's numbers are of another clock and family. */
export interface PlainTarget {
  readonly clockNs: number;
  /** How much slower than UltraScale+ the family's logic is. */
  readonly slowdown: number;
  /** Cycles of an AXI interface that does not say its latency. */
  readonly busLatency: number;
}

export const defaultBusLatency = 64;

/** Of a clock of the profile, what one addition of integers takes: two of 32 bits follow one another in 4 ns on UltraScale+. */
const shareOfAddition = 0.45;

/**
 * The profile of plain C++ at its clock: pipelined operators have as many stages as the clock needs, all but the first of them
 * in proportion to it. Names of operators in public reports give the stages: at 10 ns on UltraScale+ `fadd` 4 and `fmul` 3, on
 * 7 series 5 and 4, `fdiv` 16; at 4 ns the profile's own.
 */
export function plainProfile(profile: HlsProfile): HlsProfile {
  const known = made.get(profile);
  if (known !== undefined) return known;
  const plain = stretch(profile);
  made.set(profile, plain);
  return plain;
}

/** A search estimates the same kernel thousands of times, and plans are kept by profile. */
const made = new WeakMap<HlsProfile, HlsProfile>();

function stretch(profile: HlsProfile): HlsProfile {
  const { clockNs, slowdown } = profile.plain ?? { clockNs: profile.clockNs, slowdown: 1 };
  const scale = (profile.clockNs * slowdown) / clockNs;
  const stretched = (cost: OperatorCost): OperatorCost => ({
    ...cost,
    latency: Math.max(1, Math.round(1 + (cost.latency - 1) * scale)),
  });
  return {
    ...profile,
    clockNs,
    additionLatency: Math.min(1, shareOfAddition * scale),
    operators:
      scale === 1
        ? profile.operators
        : Object.fromEntries(
            Object.entries(profile.operators).map(([name, cost]) => [name, stretched(cost)]),
          ),
  };
}

/** How much slower each family's logic is than UltraScale+: a float's addition at 10 ns has 5 stages on 7 series and 4 there. */
export function slowdownOf(family: string): number {
  if (/^xilinx-7/.test(family)) return 1.8;
  return family === "xilinx-ultrascale" ? 1.3 : 1;
}
