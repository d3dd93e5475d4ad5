import type { DesignFix, DesignProblem } from "../../design/design.js";
import { causeText } from "../cause-text.js";
import type { IntervalCause } from "../estimate/interval.js";
import type { KernelEstimate } from "../estimate-kernel.js";
import type { LoopEstimate } from "../estimate/timing.js";
import { sourceName } from "../source-name.js";
import {
  changeText,
  count,
  directive,
  distinct,
  partitionFix,
  reestimate,
  withFunctionDirective,
  type ArrayCut,
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
      const advice = better?.text ?? adviceOf(estimate, cause);
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

function adviceOf({ target }: KernelEstimate, { kind, variable }: IntervalCause): string {
  if (kind === "recurrence")
    return "Accumulate into several partial sums, or declare the reduction, to start an iteration every cycle.";
  return target.variables.get(variable)?.isStream === true
    ? "A stream hands over one element a cycle: make its element a wider word, or unroll less."
    : "Read it into a local array first, or unroll less.";
}

function withCut(estimate: KernelEstimate, { name, factor, dim }: ArrayCut): KernelEstimate {
  const added = directive({
    kind: "partition",
    variable: name,
    scheme: "cyclic",
    factor,
    dim,
    isReshape: false,
  });
  return reestimate(estimate, withFunctionDirective(estimate.target, added));
}

/** The smallest partitions of the arrays that are to blame, one after the other, with which the loop gets faster. */
function partitioned(
  estimate: KernelEstimate,
  one: LoopEstimate,
  context: RuleContext,
): { readonly text: string; readonly fix: DesignFix | undefined } | undefined {
  if (estimate.isMerlin) return undefined;
  let now = estimate;
  // A dimension is cut once: what a later round finds for it takes the place of what was found before.
  const chosen = new Map<string, ArrayCut>();
  const loopIn = (found: KernelEstimate): LoopEstimate | undefined =>
    found.timing.loops.find(({ loop }) => loop.id === one.loop.id);
  for (let round = 0; round < 3; round += 1) {
    const at = loopIn(now);
    if (at?.cause.kind !== "ports" || at.interval <= 1) break;
    const step = smallestCut(now, at, loopIn);
    if (step === undefined) break;
    chosen.set(`${step.name} ${step.dim}`, step);
    now = [...chosen.values()].reduce(withCut, estimate);
  }
  const interval = loopIn(now)?.interval ?? one.interval;
  if (interval >= one.interval) return undefined;
  const gain = `II=${interval}, ${changeText(estimate, now)}`;
  const what = [...chosen.values()]
    .map(({ name, factor, dim }) => {
      const hasMore = (estimate.target.variables.get(name)?.dims.length ?? 0) > 1;
      return `\`${sourceName(name)}\` by ${factor}${hasMore ? ` in dimension ${dim}` : ""}`;
    })
    .join(" and ");
  const title = `Partition ${what}: ${gain}`;
  const fixes = [...chosen.values()].flatMap(
    (cut) => partitionFix(context, estimate.target, cut, title) ?? [],
  );
  const [first] = fixes;
  return {
    text: `${title}.`,
    fix: first && { ...first, edits: distinct(fixes.flatMap(({ edits }) => edits)) },
  };
}

/** Of the dimensions and factors of the array to blame, the cheapest that leaves it blameless or the loop fastest. */
function smallestCut(
  estimate: KernelEstimate,
  at: LoopEstimate,
  loopIn: (found: KernelEstimate) => LoopEstimate | undefined,
): ArrayCut | undefined {
  const name = at.cause.variable;
  const dims = estimate.target.variables.get(name)?.dims.length ?? 0;
  let best: (ArrayCut & { readonly score: number }) | undefined;
  for (let dim = 1; dim <= dims; dim += 1)
    for (const factor of [2, 4, 8, 16, 32]) {
      const cut = { name, factor, dim };
      const found = loopIn(withCut(estimate, cut));
      if (found === undefined) continue;
      const own = found.cause.variable === name ? found.interval : 0;
      const score = 100 * own + factor + dim / 10;
      if (own >= at.interval || score >= (best?.score ?? Infinity)) continue;
      best = { ...cut, score };
    }
  return best;
}
