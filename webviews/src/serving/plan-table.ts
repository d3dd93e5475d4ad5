import {
  formatBytes,
  formatCount,
  formatJoules,
  formatSeconds,
  formatShare,
} from "../../../server/core/base/units.js";
import type { ServedPlan, ServedPoint } from "../../../server/core/serving/served-plan.js";
import type { GroupedRefusal } from "../../../server/core/serving/grouped-refusals.js";
import { plainText } from "../kit/canvas.js";
import { h } from "../kit/dom.js";
import { secondsText } from "../kit/quantity-text.js";

/** The best of every way of serving, the most tokens a device first, and what cannot serve. */
export function planTable(
  plans: readonly ServedPlan[],
  refused: readonly GroupedRefusal[],
): HTMLElement {
  const titles = [
    ...["devices", "texts", "first token", "between tokens", "tokens/s", "a device"],
    ...["memory", "energy/token", "of the bound", "limit"],
  ];
  return h(
    "table",
    { class: "frame-table" },
    h("caption", { class: "visually-hidden" }, "Ways of serving, the most tokens a device first"),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "target"),
        ...titles.map((title) =>
          h("th", { scope: "col", class: title === "limit" ? undefined : "number" }, title),
        ),
      ),
    ),
    h(
      "tbody",
      {},
      ...plans.map((plan) =>
        plan.curve.best === undefined
          ? nothingRow(
              `${plan.devices} × ${plan.label}`,
              `not even one text keeps the limits${plan.mode === "apart" ? ", with prompts apart" : ""}`,
            )
          : planRow(plan, plan.curve.best),
      ),
      ...refused.map(({ name, reason }) => nothingRow(name, reason)),
    ),
  );
}

function planRow(plan: ServedPlan, point: ServedPoint): HTMLElement {
  const { joulesPerToken } = point;
  const number = (text: string): HTMLElement => h("td", { class: "number" }, text);
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, plainText(plan.label)),
    number(point.layout),
    number(String(point.texts)),
    number(formatSeconds(point.firstTokenSeconds.value)),
    number(secondsText({ ...point.tokenSeconds, method: plan.method })),
    number(formatCount(point.tokensPerSecond.value)),
    number(formatCount(point.tokensPerSecondPerDevice)),
    number(
      `${formatBytes(point.memoryBytes)}, ${formatShare(point.memoryBytes / plan.capacityBytes)}`,
    ),
    number(joulesPerToken === undefined ? "?" : formatJoules(joulesPerToken.value)),
    number(formatShare(point.shareOfBound)),
    h("td", {}, plan.curve.limit),
  );
}

function nothingRow(name: string, reason: string): HTMLElement {
  return h(
    "tr",
    { class: "dim" },
    h("th", { scope: "row" }, plainText(name)),
    h("td", { colspan: 10 }, plainText(reason)),
  );
}
