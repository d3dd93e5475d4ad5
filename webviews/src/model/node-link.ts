import type { NodeLink } from "../../../server/core/views/details.js";
import { h } from "../kit/dom.js";

/** A node's name that leads to it. */
export function nodeLink(link: NodeLink, openNode: (nodeId: number) => void): HTMLElement {
  return h(
    "button",
    { class: "link", type: "button", on: { click: () => openNode(link.nodeId) } },
    link.name,
  );
}
