import type { DesignFix, DesignProblem } from "../../design/design.js";
import { directiveOf, type Directive } from "../directives.js";
import type { KernelEstimate } from "../estimate-kernel.js";
import type { Loop } from "../ir.js";
import { changeText, count, reestimate, withLoop } from "./change.js";
import type { HlsRule, RuleContext } from "./check.js";

/** A factor that does not divide the trip count: the last copies are guarded, which lengthens every iteration. */
export const rule: HlsRule = {
  check: (estimate, context) =>
    estimate.timing.loops.flatMap((one): DesignProblem[] => {
      const { loop } = one;
      const trip = loop.trip.most;
      const own =
        directiveOf(loop.directives, "unroll") ?? directiveOf(loop.directives, "parallel");
      const factor = own?.factor;
      if (own === undefined || factor === undefined || trip === undefined || one.isUnrolled)
        return [];
      if (factor <= 1 || trip % factor === 0 || factor >= trip) return [];
      const fixes = dividersNear(trip, factor).flatMap((other) =>
        replaced(estimate, context, loop, own, other),
      );
      const near = dividersNear(trip, factor).map(count).join(" or ");
      return [
        {
          code: "RP5304",
          severity: "information",
          message:
            `${count(factor)} does not divide the ${count(trip)} iterations: the last copies are guarded. ${near === "" ? "" : `Use ${near}.`}`.trim(),
          place: { kind: "text", span: own.isElsewhere === true ? loop.headerSpan : own.span },
          ...(fixes.length > 0 && { fixes }),
        },
      ];
    }),
};

function dividersNear(trip: number, factor: number): readonly number[] {
  const down = range(factor - 1, 2, -1).find((one) => trip % one === 0);
  const up = range(factor + 1, Math.min(trip, 4 * factor), 1).find((one) => trip % one === 0);
  return [down, up].filter((one): one is number => one !== undefined);
}

function range(from: number, to: number, step: 1 | -1): readonly number[] {
  const list: number[] = [];
  for (let at = from; step > 0 ? at <= to : at >= to; at += step) list.push(at);
  return list;
}

function replaced(
  estimate: KernelEstimate,
  { file, text }: RuleContext,
  loop: Loop,
  own: Directive,
  factor: number,
): readonly DesignFix[] {
  const after = reestimate(
    estimate,
    withLoop(estimate.target, loop.id, (directives) =>
      directives.map((one) => (one === own ? { ...one, factor } : one)),
    ),
  );
  const found = /(factor\s*=\s*)(\d+)/i.exec(text.slice(own.span.start, own.span.end));
  if (found === null) return [];
  const start = own.span.start + found.index + (found[1] ?? "").length;
  return [
    {
      title: `Use a factor of ${factor}: ${changeText(estimate, after)}`,
      file,
      edits: [{ span: { start, end: start + (found[2] ?? "").length }, text: String(factor) }],
    },
  ];
}
