import { formatBytes, formatSeconds, formatShare } from "../../../server/core/base/units.js";
import type { NodeName } from "../../../server/core/views/memory.js";
import type {
  MemoryWhatIf,
  MemoryWhatIfsView,
} from "../../../server/core/views/memory-what-ifs.js";
import { plainText } from "../kit/canvas.js";
import { h, type Child } from "../kit/dom.js";
import { elidedMiddle } from "../kit/elided-middle.js";

/** What would take less, each change by itself, what it saves, and whether it then fits. */
export function whatIfsTable(
  { arenaBytes, roomBytes, changes }: MemoryWhatIfsView,
  openNode: (nodeId: number) => void,
): HTMLElement {
  if (changes.length === 0)
    return h(
      "p",
      { class: "dim memory-none", role: "status" },
      "No other order, writing in place, recomputing or patches was found that takes less.",
    );
  const fits = (bytes: number): string =>
    roomBytes === null ? "" : bytes <= roomBytes ? "fits" : "too much";
  return h(
    "table",
    { class: "frame-table" },
    h("caption", {}, "What would take less"),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "change"),
        h("th", { scope: "col", class: "number" }, "activations"),
        h("th", { scope: "col", class: "number" }, "saved"),
        h("th", { scope: "col" }, "room"),
        h("th", { scope: "col" }, "how"),
      ),
    ),
    h(
      "tbody",
      {},
      row("as it is", arenaBytes, arenaBytes, fits(arenaBytes), []),
      ...changes.map((change) =>
        row(
          names[change.kind],
          change.bytes,
          arenaBytes,
          fits(change.bytes),
          how(change, openNode),
        ),
      ),
    ),
  );
}

const names: Readonly<Record<MemoryWhatIf["kind"], string>> = {
  order: "another order",
  "in-place": "in place",
  recomputation: "recompute",
  patches: "by patches",
};

function row(
  name: string,
  bytes: number,
  arenaBytes: number,
  fits: string,
  words: readonly Child[],
): HTMLElement {
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, name),
    h("td", { class: "number" }, formatBytes(bytes)),
    h(
      "td",
      { class: "number" },
      bytes === arenaBytes ? "" : formatShare(1 - bytes / Math.max(1, arenaBytes)),
    ),
    h("td", {}, fits),
    h("td", {}, ...words),
  );
}

function how(change: MemoryWhatIf, openNode: (nodeId: number) => void): readonly Child[] {
  const link = (node: NodeName): HTMLElement => {
    const name = plainText(`${node.op} ${node.name === "" ? `#${node.id}` : node.name}`.trim());
    return h(
      "button",
      {
        class: "link",
        type: "button",
        title: name.slice(0, 300),
        on: { click: () => openNode(Number(node.id)) },
      },
      elidedMiddle(name, 40),
    );
  };
  switch (change.kind) {
    case "order":
      return [link(change.moved), " before ", link(change.before)];
    case "in-place":
      return [`${change.kernelCount} element-wise kernels write over what they read`];
    case "recomputation":
      return [
        ...change.repeated.flatMap((node, at): Child[] => {
          const before = change.before[at];
          return [
            at === 0 ? "" : ", ",
            link(node),
            ...(before === undefined ? [] : [" again before ", link(before)]),
          ];
        }),
        change.extraSeconds === null ? "" : ` · +${formatSeconds(change.extraSeconds, 2)}`,
      ];
    case "patches":
      return [
        `${change.patches} × ${change.patches} patches up to `,
        link(change.last),
        ` · +${formatShare(change.extraMacShare)} MACs · what is alive at most, before it is placed`,
      ];
  }
}
