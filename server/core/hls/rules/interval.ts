import type { DesignFix, DesignProblem } from "../../design/design.js";
import { causeText } from "../cause-text.js";
import type { KernelEstimate } from "../estimate-kernel.js";
import type { LoopEstimate } from "../estimate/kernel.js";
import {
  changeText,
  count,
  directive,
  insertForVariable,
  reestimate,
  withFunctionDirective,
} from "./change.js";
import type { HlsRule, RuleContext } from "./check.js";

/** A pipelined loop that starts an iteration less often than it could. */
export const rule: HlsRule = {
  check: (estimate, context) =>
    estimate.timing.loops.flatMap((one): DesignProblem[] => {
      const { cause, loop } = one;
      if (!one.isPipelined || one.interval <= 1 || one.isUnrolled) return [];
      if (cause.kind !== "ports" && cause.kind !== "recurrence") return [];
      const why = causeText(cause) ?? "";
      const better = cause.kind === "ports" ? partitioned(estimate, one, context) : undefined;
      const advice =
        better?.text ??
        "Accumulate into several partial sums, or declare the reduction, to start an iteration every cycle.";
      return [
        {
          code: "RP5301",
          severity: better === undefined ? "information" : "warning",
          message: `II=${count(one.interval)}: ${why}. ${advice}`,
          place: { kind: "text", span: loop.headerSpan },
          ...(better?.fix !== undefined && { fixes: [better.fix] }),
        },
      ];
    }),
};

/** The smallest partitions of the arrays that are to blame, one after the other, with which the loop gets faster. */
function partitioned(
  estimate: KernelEstimate,
  one: LoopEstimate,
  context: RuleContext,
): { readonly text: string; readonly fix: DesignFix | undefined } | undefined {
  if (estimate.isMerlin) return undefined;
  let now = estimate;
  const chosen: { readonly name: string; readonly factor: number; readonly dim: number }[] = [];
  const loopIn = (found: KernelEstimate): LoopEstimate | undefined =>
    found.timing.loops.find(({ loop }) => loop.id === one.loop.id);
  for (let round = 0; round < 3; round += 1) {
    const at = loopIn(now);
    if (at?.cause.kind !== "ports" || at.interval <= 1) break;
    const step = smallestCut(now, at, loopIn);
    if (step === undefined) break;
    chosen.push(step);
    now = step.after;
  }
  const interval = loopIn(now)?.interval ?? one.interval;
  if (interval >= one.interval) return undefined;
  const gain = `II=${interval}, ${changeText(estimate, now)}`;
  const what = chosen.map(({ name, factor }) => `\`${name}\` by ${factor}`).join(" and ");
  const title = `Partition ${what}: ${gain}`;
  const fixes = chosen.flatMap(({ name, factor, dim }) => {
    const pragma = `HLS ARRAY_PARTITION variable=${name} cyclic factor=${factor} dim=${dim}`;
    return insertForVariable(context, estimate.target, name, pragma, title) ?? [];
  });
  const [first] = fixes;
  return {
    text: `${title}.`,
    fix: first && { ...first, edits: fixes.flatMap(({ edits }) => edits) },
  };
}

/** Of the dimensions and factors of the array to blame, the cheapest that leaves it blameless or the loop fastest. */
function smallestCut(
  estimate: KernelEstimate,
  at: LoopEstimate,
  loopIn: (found: KernelEstimate) => LoopEstimate | undefined,
): { name: string; factor: number; dim: number; after: KernelEstimate } | undefined {
  const name = at.cause.variable;
  const dims = estimate.target.variables.get(name)?.dims.length ?? 0;
  let best:
    { name: string; factor: number; dim: number; after: KernelEstimate; score: number } | undefined;
  for (let dim = 1; dim <= dims; dim += 1)
    for (const factor of [2, 4, 8, 16, 32]) {
      const added = directive({
        kind: "partition",
        variable: name,
        scheme: "cyclic",
        factor,
        dim,
        isReshape: false,
      });
      const after = reestimate(estimate, withFunctionDirective(estimate.target, added));
      const found = loopIn(after);
      if (found === undefined) continue;
      const own = found.cause.variable === name ? found.interval : 0;
      const score = 100 * own + factor + dim / 10;
      if (own >= at.interval || score >= (best?.score ?? Infinity)) continue;
      best = { name, factor, dim, after, score };
    }
  return best;
}
