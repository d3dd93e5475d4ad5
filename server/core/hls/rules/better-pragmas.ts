import { neverCancelled } from "../../base/cancel.js";
import { pointFix } from "../search/edits.js";
import { searchPragmas, worthwhile } from "../search/search.js";
import type { HlsRule } from "./check.js";
import { loopsOf } from "../estimate-kernel.js";

/** Kernels with more loops than this are searched by the command line alone: hints come while one types. */
const mostLoops = 16;
const mostEvaluations = 60;

/** Pragmas that are predicted to be far better than those that stand there, as one change. */
export const rule: HlsRule = {
  check: (estimate, context) => {
    const count = loopsOf(estimate.target.body).length;
    // Of a whole that is not known nobody can say that it becomes far faster.
    if (count === 0 || count > mostLoops || estimate.uncounted.length > 0) return [];
    const result = searchPragmas(estimate.target, estimate.profile, {
      capacity: context.capacity,
      cancel: neverCancelled,
      mostEvaluations,
    });
    const point = worthwhile(result);
    const fix = pointFix(context, estimate.target, result, point);
    if (fix === undefined || point.cycles > 0.8 * result.now.cycles) return [];
    return [
      {
        code: "RP5306",
        severity: "hint",
        message: `${fix.title}. \`ridgepoint pragmas\` looks further.`,
        place: { kind: "text", span: estimate.target.nameSpan },
        fixes: [fix],
      },
    ];
  },
};
