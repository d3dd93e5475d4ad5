import type { DesignProblem, ResourceKind } from "../../design/design.js";
import type { KernelEstimate } from "../estimate-kernel.js";
import { rule as betterPragmas } from "./better-pragmas.js";
import { rule as irregularAccess } from "./irregular-access.js";
import { rule as interval } from "./interval.js";
import { rule as notPipelined } from "./not-pipelined.js";
import { rule as unevenFactor } from "./uneven-factor.js";
import { rule as carriedParallel } from "./carried-parallel.js";

export interface RuleContext {
  readonly file: string;
  readonly text: string;
  readonly capacity: Readonly<Partial<Record<ResourceKind, number>>>;
}

/** One thing to say of a kernel, with what another choice is predicted to change. */
export interface HlsRule {
  readonly check: (estimate: KernelEstimate, context: RuleContext) => readonly DesignProblem[];
}

const rules: readonly HlsRule[] = [
  interval,
  irregularAccess,
  notPipelined,
  unevenFactor,
  carriedParallel,
  betterPragmas,
];

export function checkRules(
  estimate: KernelEstimate,
  context: RuleContext,
): readonly DesignProblem[] {
  const { length } = context.text;
  const found = rules.flatMap((rule) => rule.check(estimate, context));
  // A function that is called in several places is told of once, where all calls are alike.
  const told = new Map(found.map((one) => [`${JSON.stringify(one.place)} ${one.message}`, one]));
  return [...told.values()]
    .filter(({ place }) => place?.kind !== "text" || place.span.start < length)
    .map((problem) => {
      // A change of a header is none of this file's.
      const fixes = problem.fixes?.filter(({ edits }) =>
        edits.every(({ span }) => span.end <= length),
      );
      return fixes === undefined ? problem : { ...problem, fixes };
    });
}
