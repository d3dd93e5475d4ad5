import type { Alternative, MetricKind } from "../../../server/core/search/alternatives.js";
import type { ParetoResult } from "../../../server/core/search/compare-alternatives.js";
import { plainText } from "../kit/canvas.js";
import { h } from "../kit/dom.js";
import { metricText } from "./plot.js";

/** More rows than anyone reads. */
const rowLimit = 300;

/** Points as a table: the front first, with every metric that is known. */
export function pointTable(
  { alternatives, result, isPicked }: PointRows,
  pick: (id: string) => void,
): HTMLElement {
  const order = ["front", "dominated", "outside", "unknown"];
  const [first] = result.axes;
  const rows = alternatives
    .map((alternative, at) => ({ alternative, state: result.states[at] ?? "unknown" }))
    .sort(
      (a, b) =>
        order.indexOf(a.state) - order.indexOf(b.state) ||
        (a.alternative.metrics[first?.id ?? ""]?.value ?? 0) -
          (b.alternative.metrics[first?.id ?? ""]?.value ?? 0),
    );
  const kinds = [
    ...result.axes,
    ...result.metrics.filter(({ id }) => !result.axes.some((axis) => axis.id === id)),
  ];
  return h(
    "table",
    { class: "frame-table" },
    h("caption", { class: "visually-hidden" }, "Alternatives, the front first"),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "alternative"),
        h("th", { scope: "col" }, "state"),
        ...kinds.map(({ label }) => h("th", { scope: "col", class: "number" }, label)),
      ),
    ),
    h(
      "tbody",
      {},
      ...rows
        .slice(0, rowLimit)
        .map(({ alternative, state }) =>
          h(
            "tr",
            {},
            h(
              "th",
              { scope: "row" },
              h(
                "label",
                {},
                pickBox(alternative, isPicked, pick),
                " ",
                plainText(alternative.label),
              ),
            ),
            h("td", {}, stateText(state, alternative)),
            ...kinds.map((kind) => h("td", { class: "number" }, cellText(alternative, kind))),
          ),
        ),
      rows.length > rowLimit &&
        h("tr", {}, h("td", { colspan: kinds.length + 2 }, `… and ${rows.length - rowLimit} more`)),
    ),
  );
}

export interface PointRows {
  readonly alternatives: readonly Alternative[];
  readonly result: ParetoResult;
  readonly isPicked: (id: string) => boolean;
}

export function stateText(state: string, { fits }: Alternative): string {
  if (state === "outside") return fits === false ? "does not fit" : "beyond a limit";
  return state === "front" ? "on the front" : state === "unknown" ? "not known" : state;
}

function pickBox(
  { id }: Alternative,
  isPicked: (id: string) => boolean,
  pick: (id: string) => void,
): HTMLElement {
  return h("input", { type: "checkbox", checked: isPicked(id), on: { change: () => pick(id) } });
}

function cellText(alternative: Alternative, kind: MetricKind): string {
  const metric = alternative.metrics[kind.id];
  if (metric === undefined) return "?";
  const text = metricText(metric.value, kind);
  return metric.low === metric.high
    ? text
    : `${text} (${metricText(metric.low, kind)}–${metricText(metric.high, kind)})`;
}
