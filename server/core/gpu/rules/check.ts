import type { KernelProblem } from "../kernel-file.js";
import { rule as aliasing } from "./aliasing.js";
import { rule as bankConflict } from "./bank-conflict.js";
import { rule as contendedAtomic } from "./contended-atomic.js";
import { rule as divergentBarrier } from "./divergent-barrier.js";
import { rule as doesNotFit } from "./does-not-fit.js";
import { rule as doubleArithmetic } from "./double-arithmetic.js";
import { rule as occupancyStep } from "./occupancy-step.js";
import { rule as partialWarp } from "./partial-warp.js";
import { rule as registerArray } from "./register-array.js";
import type { KernelRule, RuleSubject } from "./rule.js";
import { rule as tailWave } from "./tail-wave.js";
import { rule as tensorCores } from "./tensor-cores.js";
import { rule as uncoalesced } from "./uncoalesced.js";

const rules: readonly KernelRule[] = [
  doesNotFit,
  divergentBarrier,
  uncoalesced,
  bankConflict,
  doubleArithmetic,
  registerArray,
  contendedAtomic,
  tensorCores,
  aliasing,
  occupancyStep,
  partialWarp,
  tailWave,
];

/** What every rule says of a kernel; one line is told one thing of a kind. */
export function checkKernel(subject: RuleSubject): readonly KernelProblem[] {
  const seen = new Set<string>();
  return rules
    .flatMap((rule) => rule(subject))
    .filter(({ code, message, place }) => {
      const start = place?.kind === "text" ? place.span.start : -1;
      const key = `${code} ${start} ${code === "RP5620" || code === "RP5621" ? "" : message}`;
      return !seen.has(key) && seen.add(key);
    });
}
