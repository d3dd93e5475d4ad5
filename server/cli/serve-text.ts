import {
  formatBytes,
  formatJoules,
  formatNumber,
  formatSeconds,
  formatShare,
} from "../core/base/units.js";
import { table } from "../core/reports/text-table.js";
import type { ServingLimits } from "../core/serving/workload.js";
import { planName, type ServedPlan, type ServedPoint } from "../core/serving/served-plan.js";
import type { ServingView } from "../core/views/serving.js";
import { rateText } from "../core/views/config/config-lens.js";
import { secondsWithInterval } from "../core/views/text/estimate-text.js";

/** What `ridgepoint serve` prints for people: a row for every way of serving, or for every number of texts. */
export function servingText(
  found: ServingView,
  { hasPoints }: { readonly hasPoints: boolean },
): string {
  const { model, workload, limits, warning, plans, refused } = found;
  const { inputTokens, outputTokens } = workload;
  const head = `${model} · prompts of ${inputTokens} ${inputTokens === 1 ? "token" : "tokens"}, answers of ${outputTokens}${limitsText(limits)}\n`;
  const rows = plans.flatMap((plan) => {
    const { best, points } = plan.curve;
    if (hasPoints) return points.map((point) => rowOf(plan, point));
    return best === undefined ? [] : [rowOf(plan, best)];
  });
  const lost = plans.filter(({ curve }) => curve.best === undefined);
  const notes = [
    ...lost.map(
      (plan) => `${planName(plan)}: not even one text keeps the limits${closestText(plan)}.`,
    ),
    ...refused.map(({ name, reason }) => `${name}: ${reason}.`),
    ...(warning === null ? [] : [warning]),
  ];
  const hasPrice = plans.some(({ curve }) => curve.points.some(({ price }) => price !== null));
  const header = [
    ...[
      "target",
      "devices",
      "texts",
      "first token",
      "between tokens",
      "tokens a second",
      "a device",
    ],
    ...[
      "memory",
      "energy a token",
      "of the bound",
      ...(hasPrice ? ["a million tokens"] : []),
      "limit",
    ],
  ];
  const body =
    rows.length === 0
      ? ""
      : `\n${table(
          header,
          rows.map((row) => [...row.cells, ...(hasPrice ? [row.price] : []), row.limit]),
          `lrrrrrrrrr${hasPrice ? "r" : ""}l`,
        )}`;
  return `${head}${body}${notes.length > 0 ? "\n" : ""}${notes.map((note) => `${note}\n`).join("")}`;
}

function rowOf(
  plan: ServedPlan,
  point: ServedPoint,
): { readonly cells: readonly string[]; readonly price: string; readonly limit: string } {
  return {
    cells: [
      plan.label,
      point.layout,
      String(point.texts),
      formatSeconds(point.firstTokenSeconds.value),
      secondsWithInterval(point.tokenSeconds),
      rateText(point.tokensPerSecond.value),
      rateText(point.tokensPerSecondPerDevice),
      `${formatBytes(point.memoryBytes)}, ${formatShare(point.memoryBytes / plan.capacityBytes)}`,
      point.joulesPerToken === undefined ? "?" : formatJoules(point.joulesPerToken.value),
      formatShare(point.shareOfBound),
    ],
    price: point.price === null ? "?" : `$${formatNumber(point.price)}`,
    limit: point === plan.curve.best ? plan.curve.limit : "",
  };
}

function closestText({ curve }: ServedPlan): string {
  const [first] = curve.points;
  return first === undefined
    ? ""
    : `: ${formatSeconds(first.firstTokenSeconds.value)} to the first token, ${formatSeconds(first.tokenSeconds.value)} between tokens`;
}

function limitsText({ firstTokenSeconds, tokenSeconds }: ServingLimits): string {
  const parts = [
    ...(firstTokenSeconds === undefined
      ? []
      : [`first token within ${formatSeconds(firstTokenSeconds)}`]),
    ...(tokenSeconds === undefined ? [] : [`${formatSeconds(tokenSeconds)} between tokens`]),
  ];
  return parts.length === 0 ? "" : ` · ${parts.join(", ")}`;
}
