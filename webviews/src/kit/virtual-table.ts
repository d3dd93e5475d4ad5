import { fitColumns, textWidth } from "./column-fit.js";
import { h, put } from "./dom.js";
import { RowStore } from "./row-store.js";
import { headerCells, type Sort, type TableColumn } from "./table-header.js";
import { keyCommand, moved, type KeyCommand, type Selection } from "./table-keys.js";

/**
 * An ARIA grid that holds only the rows on screen. The grid itself has the focus and names its active row or cell, so
 * rows may come and go while a screen reader stays where it is.
 */
export function createVirtualTable<Row>(options: TableOptions<Row>): VirtualTable<Row> {
  const header = h("div", { class: "grid-row grid-header", role: "row", "aria-rowindex": 1 });
  const body = h("div", { class: "grid-body", role: "rowgroup" });
  const probe = h("span", { class: "grid-probe", "aria-hidden": "true" }, "0000000000");
  const canvas = h(
    "div",
    { class: "grid-canvas" },
    h("div", { role: "rowgroup", class: "grid-head" }, header),
    body,
  );
  const element = h(
    "div",
    {
      class: "grid",
      role: "grid",
      tabindex: 0,
      "aria-label": options.label,
      "aria-multiselectable": "true",
      "aria-readonly": "true",
    },
    canvas,
    probe,
  );
  const store = new RowStore<Row>({
    fetch: options.fetch,
    onRows: () => render(true),
    onError: options.onError,
  });
  const drawn = new Map<number, HTMLElement>();
  const longest = new Map<string, number>();
  let shown = options.columns;
  let sort: Sort = { column: "", descending: false };
  let selection: Selection = { active: -1, anchor: -1, column: -1 };
  let rowHeight = 24;
  let isQueued = false;

  function render(isFresh: boolean): void {
    if (isFresh) {
      for (const row of drawn.values()) row.remove();
      drawn.clear();
    }
    const height = element.clientHeight;
    const top = Math.max(0, element.scrollTop);
    const start = Math.max(0, Math.floor(top / rowHeight) - overscan);
    const end = Math.min(store.count, Math.ceil((top + height) / rowHeight) + overscan);
    for (const [index, row] of drawn) {
      if ((start <= index && index < end) || index === selection.active) continue;
      row.remove();
      drawn.delete(index);
    }
    // The active row stays in the document though it is off screen: the grid names it to screen readers.
    if (0 <= selection.active && selection.active < store.count) drawRow(selection.active);
    for (let index = start; index < end; index++) drawRow(index);
    markSelection();
    if (start < end) store.want(start, end);
    if (widen()) fit();
  }

  function drawRow(index: number): void {
    if (drawn.has(index)) return;
    const row = store.row(index);
    const element = h("div", {
      class: `grid-row ${row === undefined ? "is-loading" : options.rowClass(row)}`.trimEnd(),
      role: "row",
      id: `row-${index}`,
      "aria-rowindex": index + 2,
      "data-index": index,
    });
    shown.forEach((column, at) => {
      const cell = h("div", {
        class: `grid-cell is-${column.align} column-${column.id}`,
        role: "gridcell",
        id: `cell-${index}-${at}`,
        "aria-colindex": options.columns.indexOf(column) + 1,
      });
      if (row === undefined) cell.append(h("span", { class: "skeleton" }));
      else {
        column.draw(cell, row);
        const width = textWidth(column, column.text(row));
        longest.set(column.id, Math.max(longest.get(column.id) ?? 0, width));
      }
      element.append(cell);
    });
    element.style.transform = `translateY(${index * rowHeight}px)`;
    drawn.set(index, element);
    body.append(element);
  }

  function drawHeader(): void {
    const { columns, orderColumn, onSort } = options;
    put(header, ...headerCells({ shown, columns, orderColumn, sort, onSort }));
    element.setAttribute("aria-colcount", String(columns.length));
  }

  let fittedLongest = "";
  function widen(): boolean {
    return fittedLongest !== [...longest.values()].join();
  }

  function fit(): void {
    fittedLongest = [...longest.values()].join();
    const digitWidth = probe.getBoundingClientRect().width / 10;
    const space = { width: element.clientWidth, digitWidth, padding: cellPadding };
    const fitted = fitColumns(options.columns, longest, space);
    canvas.style.setProperty("--columns", fitted.template);
    canvas.style.minWidth = `${fitted.minWidth}px`;
    if (fitted.shown.map((c) => c.id).join() === shown.map((c) => c.id).join()) return;
    shown = fitted.shown;
    drawHeader();
    render(true);
  }

  function measure(): void {
    const fontSize = Number.parseFloat(getComputedStyle(element).fontSize);
    rowHeight = Math.max(22, Math.round((Number.isFinite(fontSize) ? fontSize : 13) * 1.85));
    element.style.setProperty("--row-height", `${rowHeight}px`);
    body.style.height = `${store.count * rowHeight}px`;
    fit();
    render(false);
  }

  function markSelection(): void {
    const { active, anchor, column } = selection;
    const [low, high] = active < anchor ? [active, anchor] : [anchor, active];
    for (const [index, row] of drawn) {
      const isSelected = 0 <= low && low <= index && index <= high;
      row.classList.toggle("is-selected", isSelected);
      row.classList.toggle("is-active", index === active);
      row.setAttribute("aria-selected", String(isSelected));
      row.querySelector(".is-active-cell")?.classList.remove("is-active-cell");
      if (index === active && 0 <= column) row.children[column]?.classList.add("is-active-cell");
    }
    if (active < 0) element.removeAttribute("aria-activedescendant");
    else
      element.setAttribute(
        "aria-activedescendant",
        column < 0 ? `row-${active}` : `cell-${active}-${column}`,
      );
  }

  function scrollTo(index: number, block: "nearest" | "center"): void {
    const headerHeight = header.offsetHeight;
    const top = index * rowHeight;
    const visible = element.clientHeight - headerHeight;
    if (
      block === "center" &&
      (top < element.scrollTop || element.scrollTop + visible < top + rowHeight)
    )
      element.scrollTop = top - visible / 2;
    else if (top < element.scrollTop) element.scrollTop = top;
    else if (element.scrollTop + visible < top + rowHeight)
      element.scrollTop = top + rowHeight - visible;
  }

  function select(next: Selection): void {
    selection = next;
    if (0 <= next.active) scrollTo(next.active, "nearest");
    render(false);
    options.onSelect(store.row(next.active), next.active);
  }

  function obey(command: KeyCommand): void {
    const { active, anchor } = selection;
    switch (command.kind) {
      case "move": {
        const rowsOnScreen = Math.max(1, Math.floor(element.clientHeight / rowHeight) - 2);
        const size = { count: store.count, columnCount: shown.length, rowsOnScreen };
        select(moved(selection, command, size));
        break;
      }
      case "open": {
        const row = store.row(active);
        if (row !== undefined) options.onOpen(row);
        break;
      }
      case "copy":
        if (0 <= active) options.onCopy(Math.min(active, anchor), Math.max(active, anchor) + 1);
        break;
      case "all":
        selection = { active: store.count - 1, anchor: 0, column: -1 };
        render(false);
        break;
      case "leave":
        options.onLeave();
        break;
      case "type":
        options.onType();
        break;
    }
  }

  element.addEventListener("scroll", () => {
    if (isQueued) return;
    isQueued = true;
    requestAnimationFrame(() => {
      isQueued = false;
      render(false);
    });
  });
  body.addEventListener("click", (event) => {
    const index = indexOfEvent(event);
    if (index === undefined) return;
    select({
      active: index,
      anchor: event.shiftKey && 0 <= selection.anchor ? selection.anchor : index,
      column: -1,
    });
  });
  body.addEventListener("dblclick", (event) => {
    const row = store.row(indexOfEvent(event) ?? -1);
    if (row !== undefined) options.onOpen(row);
  });
  element.addEventListener("keydown", (event) => {
    const command = event.target === element ? keyCommand(event) : undefined;
    if (command === undefined) return;
    if (command.kind !== "type") event.preventDefault();
    obey(command);
  });
  new ResizeObserver(measure).observe(element);
  drawHeader();

  return {
    element,
    show(list) {
      store.replace(list.count, list.start, list.rows);
      sort = list.sort;
      longest.clear();
      selection = { active: list.selected, anchor: list.selected, column: -1 };
      element.setAttribute("aria-rowcount", String(list.count + 1));
      drawHeader();
      body.style.height = `${list.count * rowHeight}px`;
      if (list.scroll === "top") element.scrollTop = 0;
      else if (list.scroll === "selected" && 0 <= list.selected) scrollTo(list.selected, "center");
      measure();
      render(true);
    },
    visibleRange: () => {
      const first = Math.floor(Math.max(0, element.scrollTop) / rowHeight);
      return { start: first, end: first + Math.ceil((element.clientHeight || 800) / rowHeight) };
    },
    focus: () => element.focus(),
  };
}

const overscan = 6;
const cellPadding = 16;

function indexOfEvent(event: Event): number | undefined {
  const row = event.target instanceof Element ? event.target.closest("[data-index]") : null;
  return row === null ? undefined : Number(row.getAttribute("data-index"));
}

export interface TableOptions<Row> {
  readonly label: string;
  readonly columns: readonly TableColumn<Row>[];
  /** The column whose ascending order is the list's own. */
  readonly orderColumn: string;
  readonly fetch: (start: number, end: number) => Promise<readonly Row[] | undefined>;
  readonly rowClass: (row: Row) => string;
  readonly onSort: (sort: Sort) => void;
  readonly onSelect: (row: Row | undefined, index: number) => void;
  readonly onOpen: (row: Row) => void;
  /** Rows of a half-open range were asked for as text. */
  readonly onCopy: (start: number, end: number) => void;
  /** A character is being typed: whoever takes the focus now receives it. */
  readonly onType: () => void;
  /** Escape. */
  readonly onLeave: () => void;
  readonly onError: (error: unknown) => void;
}

export interface VirtualTable<Row> {
  readonly element: HTMLElement;
  show(list: TableList<Row>): void;
  visibleRange(): { readonly start: number; readonly end: number };
  focus(): void;
}

export interface TableList<Row> {
  readonly count: number;
  readonly start: number;
  readonly rows: readonly Row[];
  readonly sort: Sort;
  /** Index of the selected row; -1 for none. */
  readonly selected: number;
  readonly scroll: "keep" | "top" | "selected";
}
