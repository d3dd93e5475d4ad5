import { formatSeconds } from "../../../server/core/base/units.js";
import type { RooflineView } from "../../../server/core/views/roofline.js";
import { plainText, seriesColour, themeColours } from "../kit/canvas.js";
import { h, icon, type Child } from "../kit/dom.js";
import { isWide } from "../kit/quantity-text.js";
import type { Series } from "./plot.js";
import type { OtherModel } from "./state.js";

/** Targets to show or hide, models that are drawn over, and what colours and sizes mean. */
export function legendItems(view: RooflineView, options: LegendOptions): readonly Child[] {
  const { shownIds, series, others } = options;
  const palette = themeColours(document.body);
  return [
    ...view.targets.map(({ id, label, latency }) => {
      const at = series.find((own) => own.roofline.id === id);
      const box = h("input", {
        type: "checkbox",
        checked: shownIds.includes(id),
        on: {
          change: () => {
            const hidden = view.targets
              .map((target) => target.id)
              .filter((other) =>
                other === id ? shownIds.includes(id) : !shownIds.includes(other),
              );
            if (hidden.length < view.targets.length) options.onToggle(hidden);
            else options.onRefused();
          },
        },
      });
      const dot = h("span", { class: "plot-dot" });
      if (series.length > 1 && at !== undefined)
        dot.style.background = seriesColour(palette, at.index);
      const time =
        latency === null ? "" : ` ${formatSeconds(latency.value, 2)}${isWide(latency) ? " ~" : ""}`;
      return h("li", {}, h("label", {}, box, dot, label, h("span", { class: "dim" }, time)));
    }),
    ...others.map(({ uri, fileName }, at) =>
      h(
        "li",
        {},
        h("span", { class: "dim" }, at === 0 ? "▲ " : "■ "),
        plainText(fileName),
        " ",
        h(
          "button",
          {
            class: "link",
            type: "button",
            "aria-label": `Remove ${fileName}`,
            on: { click: () => options.onRemove(uri) },
          },
          icon("close"),
        ),
      ),
    ),
    series.length === 1 &&
      h(
        "li",
        { class: "plot-bounds" },
        ...(["compute", "memory", "overhead"] as const).map((bound) =>
          h("span", { class: `bound is-${bound}` }, bound),
        ),
      ),
    h("li", { class: "dim" }, "size: time · hollow: not calibrated"),
  ];
}

export interface LegendOptions {
  readonly shownIds: readonly string[];
  readonly series: readonly Series[];
  readonly others: readonly OtherModel[];
  readonly onToggle: (hiddenTargets: readonly string[]) => void;
  /** The last one that is shown cannot be hidden. */
  readonly onRefused: () => void;
  readonly onRemove: (uri: string) => void;
}
