import { h } from "./dom.js";

/**
 * Text of which the end stays in sight when there is no room: names of nodes are paths, and their last part tells them
 * apart. The row runs from right to left, so that what overflows, and the ellipsis, are on the left.
 */
export function elidedLeft(text: string, className = ""): HTMLElement {
  const end = text.length <= mostShown ? text : `…${text.slice(-mostShown)}`;
  return h("span", { class: `elided-left ${className}`.trimEnd() }, h("bdi", {}, end));
}

/** No column is wider than this many characters. */
const mostShown = 400;
