import type { NodeLink } from "../../../server/core/views/details.js";
import { h } from "../kit/dom.js";
import { elidedMiddle } from "../kit/elided-middle.js";

/** A node's name that leads to it; a long one is cut in its middle. */
export function nodeLink(link: NodeLink, openNode: (nodeId: number) => void): HTMLElement {
  return h(
    "button",
    {
      class: "link",
      type: "button",
      title: link.name,
      on: { click: () => openNode(link.nodeId) },
    },
    elidedMiddle(link.name, longestName),
  );
}

/** Characters: about two lines of the details pane. */
const longestName = 64;
