import type { DesignProblem } from "../../design/design.js";
import { causeText } from "../cause-text.js";
import { memoryOf } from "../estimate/area.js";
import type { KernelEstimate } from "../estimate-kernel.js";
import { wordsOf } from "../estimate/transfers.js";
import { sourceName } from "../source-name.js";
import { count } from "./change.js";
import type { HlsRule } from "./check.js";

/** More than this an interface cannot have under way (UG1399, `pragma HLS interface`). */
const mostOutstanding = 256;

/** A pipelined loop that waits for words of memory outside of the chip which no burst brings. */
export const rule: HlsRule = {
  check: (estimate) =>
    estimate.timing.loops.flatMap((one): DesignProblem[] => {
      const { cause, loop } = one;
      if (!one.isPipelined || one.interval <= 1 || cause.kind !== "requests") return [];
      return [
        {
          code: "RP5307",
          severity: "warning",
          message: `II=${count(one.interval)}: ${causeText(cause) ?? ""}. ${adviceOf(estimate, cause)}`,
          place: { kind: "text", span: cause.span ?? loop.headerSpan },
        },
      ];
    }),
};

function adviceOf(
  { target, profile }: KernelEstimate,
  {
    variable,
    latency = 0,
    accesses = 1,
    scatter,
  }: KernelEstimate["timing"]["loops"][number]["cause"],
): string {
  const name = sourceName(variable);
  const found = target.variables.get(variable);
  const words = found === undefined ? undefined : wordsOf(found);
  const needed = accesses * latency;
  const more =
    needed <= mostOutstanding
      ? `, or let more be under way (\`num_read_outstanding=${count(needed)}\`)`
      : "";
  const order = scatter === "data" ? "" : " or read it in the order of the memory";
  if (found === undefined || words === undefined)
    return `Copy what is needed of \`${name}\` into a local array first${order}${more}.`;
  const { bits, lanes = 1 } = found.type;
  const { bram18 } = memoryOf(variable, words, bits * lanes, 1, profile);
  return `Copy \`${name}\` into a local array first (${count(words)} words, ${count(bram18)} BRAM)${order}${more}.`;
}
