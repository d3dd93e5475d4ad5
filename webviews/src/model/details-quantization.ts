import { formatBytes, formatNumber, formatSeconds } from "../../../server/core/base/units.js";
import type {
  QuantizationFormat,
  QuantizationView,
} from "../../../server/core/views/quantization.js";
import { h, put, type Child } from "../kit/dom.js";
import { svg } from "../kit/svg.js";

/** What a question about a layer's number formats is answered with; a text says why there is nothing. */
export type AskQuantization = (
  nodeId: number,
  format: string | undefined,
) => Promise<QuantizationView | string>;

/**
 * Section of the details pane: the layer's weights in every number format, and their histogram with the values of the
 * chosen format. The weights are read when the section is opened, not before.
 */
export function quantizationSection(nodeId: number, ask: AskQuantization): HTMLElement {
  const content = h("div", { class: "formats" });
  const section = h("section", {}, h("h3", {}, "Number formats"), content);
  const show = (format: string | undefined): void => {
    content.setAttribute("aria-busy", "true");
    ask(nodeId, format)
      .then((found) => {
        content.removeAttribute("aria-busy");
        if (typeof found === "string") put(content, h("p", { class: "notice" }, found));
        else put(content, ...drawing(found, show));
      })
      .catch(() => {
        content.removeAttribute("aria-busy");
        put(content, h("p", { class: "notice" }, "The weights could not be read."));
      });
  };
  put(
    content,
    h(
      "button",
      {
        class: "link-button",
        type: "button",
        on: {
          click: () => {
            put(content, h("p", { class: "dim" }, "Reading the weights…"));
            show(undefined);
          },
        },
      },
      "Measure the weights in every format",
    ),
  );
  return section;
}

function drawing(view: QuantizationView, choose: (format: string) => void): readonly Child[] {
  const facts = [
    view.risk === null ? "risk unknown" : `${view.risk} risk`,
    view.best === null ? "no narrow format within a 40 dB budget" : `best: ${view.best}`,
    ...(view.histogram?.rank === undefined
      ? []
      : [
          `effective rank ${view.histogram.rank.value.toFixed(0)} of ${view.histogram.rank.rows} channels`,
        ]),
    ...(view.outlierRowCount > 0
      ? [`${view.outlierRowCount} of ${view.rowCount} channels are outliers`]
      : []),
    ...(view.excludedCount > 0 ? [`${view.excludedCount} elements are no numbers`] : []),
  ];
  return [
    h("p", {}, facts.join(" · ")),
    histogram(view),
    h(
      "table",
      { class: "format-table" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ...["format", "weights, dB", "outputs, dB", "time", "bytes"].map((title) =>
            h("th", { scope: "col" }, title),
          ),
        ),
      ),
      h("tbody", {}, ...view.formats.map((format) => row(format, view, choose))),
    ),
    h("p", { class: "dim" }, `Outputs: ${view.sensitivitySource}.`),
  ];
}

function row(
  format: QuantizationFormat,
  view: QuantizationView,
  choose: (format: string) => void,
): HTMLElement {
  const isChosen = view.histogram?.format === format.id;
  const time =
    format.seconds === null
      ? format.execution === "unsupported"
        ? "not taken"
        : "?"
      : formatSeconds(format.seconds);
  return h(
    "tr",
    { title: format.reason },
    h(
      "th",
      { scope: "row" },
      h(
        "button",
        {
          class: "link-button",
          type: "button",
          "aria-pressed": isChosen ? "true" : "false",
          title: `Draw the values of ${format.name} into the histogram`,
          on: { click: () => choose(format.id) },
        },
        format.id,
      ),
    ),
    h("td", {}, format.isExact ? "exact" : decibels(format.sqnrDb)),
    h(
      "td",
      {},
      format.sensitivity === null
        ? "?"
        : format.sensitivity === 0
          ? "exact"
          : decibels(-10 * Math.log10(format.sensitivity)),
    ),
    h("td", {}, time, format.execution === "stored" && h("div", { class: "dim" }, "stored")),
    h("td", {}, formatBytes(format.bytes)),
  );
}

function decibels(value: number | null): string {
  return value === null ? "?" : formatNumber(value, 3);
}

const width = 320;
const height = 80;

/** Bars by the logarithm of their counts, so that tails show; thin lines are values of the chosen format. */
function histogram({ histogram: found }: QuantizationView): Child {
  if (found === null) return null;
  const most = Math.log1p(Math.max(...found.counts, 1));
  const step = width / found.counts.length;
  const range = found.high - found.low || 1;
  const label = `Histogram of ${found.counted} weights from ${formatNumber(found.low)} to ${formatNumber(found.high)}, with ${found.grid.length} values of ${found.format}`;
  return h(
    "figure",
    { class: "weight-histogram" },
    svg(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
      ...found.counts.map((count, index) => {
        const tall = (Math.log1p(count) / most) * (height - 4);
        return svg("rect", {
          class: "weight-bar",
          x: index * step,
          y: height - tall,
          width: Math.max(1, step - 1),
          height: tall,
        });
      }),
      ...found.grid.map((value) => {
        const x = ((value - found.low) / range) * width;
        return svg("line", { class: "weight-grid", x1: x, x2: x, y1: 0, y2: height });
      }),
    ),
    h(
      "figcaption",
      { class: "dim" },
      found.grid.length > 0
        ? `${formatNumber(found.low)} … ${formatNumber(found.high)}; lines: values of ${found.format} with one scale`
        : `${formatNumber(found.low)} … ${formatNumber(found.high)}; ${found.format} has too many values to draw`,
    ),
  );
}
