import type { LayersView } from "../../../server/core/views/layers.js";
import { h, put } from "../kit/dom.js";
import { elidedMiddle } from "../kit/elided-middle.js";
import { plainText } from "../kit/canvas.js";

/** A search box with a list of what it finds, in execution order; the arrows choose, Enter goes there. */
export function createSearch(options: SearchOptions): Search {
  let found: LayersView["rows"] = [];
  let active = -1;
  let asked = 0;
  const list = h("ul", {
    class: "graph-found",
    id: "graph-found",
    role: "listbox",
    "aria-label": "Nodes found",
    hidden: true,
  });
  const input = h("input", {
    class: "frame-input",
    type: "search",
    placeholder: "Find nodes (op:Conv, >1%)",
    role: "combobox",
    "aria-label": "Find nodes",
    "aria-controls": "graph-found",
    "aria-expanded": "false",
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: "false",
  });
  const count = h("span", { class: "dim", role: "status" });
  const close = (): void => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (next: number): void => {
    active = next;
    for (const [at, row] of [...list.children].entries()) {
      row.setAttribute("aria-selected", String(at === active));
      if (at === active) row.scrollIntoView({ block: "nearest" });
    }
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `graph-found-${active}`);
  };
  const go = (at: number): void => {
    const row = found[at];
    if (row === undefined) return;
    mark(at);
    options.goTo(row.nodeId);
  };
  const show = (view: LayersView): void => {
    found = view.rows;
    count.textContent =
      view.matched === 0 ? "nothing found" : `${view.matched.toLocaleString("en-US")} found`;
    put(
      list,
      ...found.map((row, at) =>
        h(
          "li",
          {
            id: `graph-found-${at}`,
            role: "option",
            "aria-selected": "false",
            on: {
              pointerdown: (event) => event.preventDefault(),
              click: () => {
                go(at);
                close();
              },
            },
          },
          h("strong", {}, plainText(row.op)),
          " ",
          elidedMiddle(plainText(row.name), 60),
          h("span", { class: "dim" }, ` ${row.shape}`),
        ),
      ),
    );
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    mark(-1);
  };
  input.addEventListener("input", () => {
    const filter = input.value;
    asked += 1;
    const now = asked;
    if (filter.trim() === "") {
      found = [];
      count.textContent = "";
      close();
      return;
    }
    options.find(filter).then(
      (view) => {
        if (now === asked && view !== undefined) show(view);
      },
      () => undefined,
    );
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (found.length > 0) {
        list.hidden = false;
        mark((active + step + found.length) % found.length);
      }
    } else if (event.key === "Enter") {
      go(Math.max(0, active));
      if (!event.shiftKey) close();
      if (found.length > 0) options.leave();
    } else if (event.key === "Escape") {
      close();
      options.leave();
    }
  });
  input.addEventListener("blur", close);
  return {
    element: h("div", { class: "graph-search" }, input, count, list),
    focus: () => {
      input.focus();
      input.select();
    },
  };
}

export interface SearchOptions {
  readonly find: (filter: string) => Promise<LayersView | undefined>;
  readonly goTo: (nodeId: number) => void;
  readonly leave: () => void;
}

export interface Search {
  readonly element: HTMLElement;
  focus(): void;
}
