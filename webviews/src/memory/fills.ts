import { formatBytes, formatShare } from "../../../server/core/base/units.js";
import type { MemoryFill, MemoryUseView } from "../../../server/core/views/memory-use.js";
import { plainText } from "../kit/canvas.js";
import { h } from "../kit/dom.js";
import { elidedMiddle } from "../kit/elided-middle.js";

/** What lies in each memory, as a bar up to where the memory ends, and the same in words. */
export function memoryFills(use: MemoryUseView, openNode: (nodeId: number) => void): HTMLElement {
  return h(
    "section",
    { class: "memory-fills", "aria-label": "What lies where" },
    ...use.memories.map((memory) => fill(memory, use.runtime)),
    h("ul", { class: "memory-facts" }, ...facts(use, openNode)),
  );
}

function fill({ name, capacityBytes, parts }: MemoryFill, runtime: string): HTMLElement {
  const used = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const whole = Math.max(used, capacityBytes, 1);
  const bar = h("div", { class: "memory-fill", "aria-hidden": "true" });
  for (const { kind, bytes } of parts) {
    const part = h("span", { class: `memory-part is-${kind}` });
    part.style.width = `${(bytes / whole) * 100}%`;
    bar.append(part);
  }
  const end = h("span", { class: "memory-end" });
  end.style.insetInlineStart = `${(capacityBytes / whole) * 100}%`;
  bar.append(end);
  const words = parts
    .filter(({ bytes }) => bytes > 0)
    .map(({ kind, bytes }) =>
      h(
        "span",
        { class: `memory-word is-${kind}` },
        `${kind === "runtime" ? runtime : kind} ${formatBytes(bytes)}`,
      ),
    );
  const share = capacityBytes > 0 ? used / capacityBytes : 1;
  return h(
    "div",
    { class: `memory-where${used > capacityBytes ? " is-over" : ""}` },
    h("strong", {}, plainText(name)),
    h(
      "span",
      {},
      `${formatBytes(used)} of ${formatBytes(capacityBytes)}`,
      h(
        "span",
        { class: used > capacityBytes ? "memory-over" : "dim" },
        used > capacityBytes
          ? ` · ${formatBytes(used - capacityBytes)} too much`
          : ` · ${formatShare(share)}`,
      ),
    ),
    bar,
    h("span", { class: "memory-words" }, ...words),
  );
}

function facts(
  { workspace, fragmentationBytes, kvCache }: MemoryUseView,
  openNode: (nodeId: number) => void,
): readonly HTMLElement[] {
  const found = [
    h(
      "li",
      {},
      "fragmentation ",
      h("strong", {}, fragmentationBytes === 0 ? "none" : formatBytes(fragmentationBytes)),
    ),
  ];
  found.push(
    workspace === null
      ? h("li", {}, "workspace ", h("strong", {}, "none known"))
      : h(
          "li",
          {},
          "workspace ",
          h("strong", {}, formatBytes(workspace.bytes)),
          " for ",
          h(
            "button",
            {
              class: "link",
              type: "button",
              on: { click: () => openNode(Number(workspace.node.id)) },
            },
            elidedMiddle(plainText(`${workspace.node.op} ${workspace.node.name}`.trim()), 40),
          ),
        ),
  );
  if (kvCache !== null)
    found.push(
      h(
        "li",
        {
          title:
            kvCache.source === "graph"
              ? "The model takes it and returns it: it is among the activations."
              : "What a decoder that goes on from here keeps beside the rest.",
        },
        "KV cache ",
        h("strong", {}, formatBytes(kvCache.bytes)),
        ` in ${kvCache.layerCount} layers`,
        kvCache.bytesPerToken === null || kvCache.tokens === null
          ? ", among the activations"
          : ` at ${kvCache.tokens.toLocaleString("en-US")} tokens, ${formatBytes(kvCache.bytesPerToken)} a token, beside the rest`,
      ),
    );
  return found;
}
