import { formatNumber } from "../../../server/core/base/units.js";
import type { ParetoResult } from "../../../server/core/search/compare-alternatives.js";
import { plainText, seriesColour, themeColours } from "../kit/canvas.js";
import { h } from "../kit/dom.js";
import { elidedMiddle } from "../kit/elided-middle.js";

/** More fronts than anyone tells apart. */
const shownGroups = 12;

/** The fronts with their colours; unless they are names alone, how many points are on each and what they dominate of the common box. */
export function frontItems(
  { groups }: ParetoResult,
  { isNames = false }: { readonly isNames?: boolean } = {},
): readonly HTMLElement[] {
  const palette = themeColours(document.body);
  return [
    ...groups.slice(0, shownGroups).map(({ label, count, frontCount, hypervolume }, group) => {
      const dot = h("span", { class: "plot-dot" });
      dot.style.background = seriesColour(palette, group);
      return h(
        "li",
        {},
        dot,
        " ",
        elidedMiddle(plainText(label === "" ? "not said" : label), 48),
        !isNames &&
          h(
            "span",
            { class: "dim" },
            ` ${frontCount} of ${count}${hypervolume === null ? "" : ` · hypervolume ${formatNumber(hypervolume)}`}`,
          ),
      );
    }),
    ...(groups.length > shownGroups
      ? [h("li", { class: "dim" }, `… and ${groups.length - shownGroups} more`)]
      : []),
  ];
}
