import { h } from "./dom.js";

/**
 * A bar with a whisker for its interval; hatched when the number is not calibrated. Colour repeats what a word beside it
 * says and is never the only signal. It is a picture of numbers that stand as text in the same row, so screen readers
 * pass over it.
 */
export function costBar(bar: CostBar): HTMLElement {
  const fill = h("span", { class: "cost-bar-fill" });
  fill.style.width = percent(bar.value);
  const element = h(
    "span",
    {
      class: `cost-bar is-${bar.tone}${bar.isHatched ? " is-hatched" : ""}`,
      "aria-hidden": "true",
    },
    fill,
  );
  if (bar.low !== bar.high) {
    const whisker = h("span", { class: "cost-bar-whisker" });
    whisker.style.left = percent(bar.low);
    whisker.style.width = percent(Math.min(1, bar.high) - Math.min(1, bar.low));
    element.append(whisker);
  }
  return element;
}

/** Fractions of the bar's length. */
export interface CostBar {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly isHatched: boolean;
  readonly tone: "compute" | "memory" | "overhead" | "neutral" | "error";
}

function percent(fraction: number): string {
  return `${(Math.max(0, Math.min(1, fraction)) * 100).toFixed(2)}%`;
}
