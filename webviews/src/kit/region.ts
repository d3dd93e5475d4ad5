import { h, type Child } from "./dom.js";

/** A part of a page that scrolls by itself: named for screen readers, and reached by the keyboard. */
export function region(
  className: string,
  label: string,
  ...children: readonly Child[]
): HTMLElement {
  const attributes = { class: className, role: "region", tabindex: "0", "aria-label": label };
  return h("div", attributes, ...children);
}
