import type { DesignProblem } from "../../design/design.js";
import { directiveOf } from "../directives.js";
import { changeText, directive, insertInLoop, reestimate, withLoop } from "./change.js";
import type { HlsRule } from "./check.js";

/** An innermost loop that runs one iteration after the other, and would gain from a pipeline. */
export const rule: HlsRule = {
  check: (estimate, context) =>
    estimate.timing.loops.flatMap((one): DesignProblem[] => {
      const { loop } = one;
      const isInnermost = one.operators.length > 0;
      if (one.isPipelined || one.isUnrolled || !isInnermost || one.iterations <= 1) return [];
      const asked = directive({ kind: "pipeline", grain: "fine", isOff: false, interval: 1 });
      const after = reestimate(
        estimate,
        withLoop(estimate.target, loop.id, (own) => [
          ...own.filter(({ kind }) => kind !== "pipeline"),
          asked,
        ]),
      );
      if (after.assumedCycles >= 0.98 * estimate.assumedCycles) return [];
      const gain = changeText(estimate, after);
      const isForbidden = loop.directives.some((own) => own.kind === "pipeline" && own.isOff);
      const isElsewhere = directiveOf(loop.directives, "pipeline")?.isElsewhere === true;
      const fix =
        isForbidden || isElsewhere
          ? undefined
          : insertInLoop(context, loop, ["HLS PIPELINE II=1"], `Pipeline this loop: ${gain}`);
      return [
        {
          code: "RP5303",
          severity: "information",
          message: `This loop is not pipelined. PIPELINE: ${gain}.`,
          place: { kind: "text", span: loop.headerSpan },
          ...(fix !== undefined && { fixes: [fix] }),
        },
      ];
    }),
};
