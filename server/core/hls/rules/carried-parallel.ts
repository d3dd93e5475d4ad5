import type { DesignProblem } from "../../design/design.js";
import { directiveOf } from "../directives.js";
import { Legality } from "../estimate/legality.js";
import { planDirectives } from "../estimate/plan.js";
import { count } from "./change.js";
import type { HlsRule } from "./check.js";

/** Parallel copies of a loop whose iterations need one another: the compiler leaves the loop as it is. */
export const rule: HlsRule = {
  check: ({ target, timing, profile, isMerlin }) => {
    if (!isMerlin) return [];
    const plan = planDirectives(target);
    const legality = new Legality(target, profile, plan);
    return timing.loops.flatMap((one): DesignProblem[] => {
      const own = directiveOf(one.loop.directives, "parallel");
      const factor = own?.factor ?? 1;
      if (own === undefined || factor <= 1 || one.factor > 1 || one.isUnrolled) return [];
      if (own.reduction !== undefined || legality.isIndependent(one.loop)) return [];
      return [
        {
          code: "RP5305",
          severity: "information",
          message: `Iterations of this loop need one another: PARALLEL FACTOR=${count(factor)} changes nothing. Declare a reduction, or make another loop parallel.`,
          place: { kind: "text", span: own.span },
        },
      ];
    });
  },
};
