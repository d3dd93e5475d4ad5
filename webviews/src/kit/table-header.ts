import type { FitColumn } from "./column-fit.js";
import { h, icon } from "./dom.js";

/** Header cells of a table: buttons that sort, with the state that screen readers announce. */
export function headerCells<Row>(table: HeaderOptions<Row>): readonly HTMLElement[] {
  const { sort } = table;
  return table.shown.map((column) => {
    const isSorted = sort.column === column.id;
    return h(
      "div",
      {
        class: `grid-cell is-${column.align} column-${column.id}${isSorted ? " is-sorted" : ""}`,
        role: "columnheader",
        "aria-colindex": table.columns.indexOf(column) + 1,
        "aria-sort": isSorted ? (sort.descending ? "descending" : "ascending") : "none",
      },
      h(
        "button",
        {
          class: "grid-sort",
          type: "button",
          title: column.title,
          on: { click: () => table.onSort(nextSort(column, sort, table.orderColumn)) },
        },
        h("span", { class: "grid-sort-label" }, column.label),
        isSorted && icon(sort.descending ? "arrow-down" : "arrow-up"),
      ),
    );
  });
}

/** First the way that puts the interesting end on top, then the other, then back to the list's own order. */
export function nextSort(
  column: { readonly id: string; readonly descendsFirst?: boolean },
  sort: Sort,
  orderColumn: string,
): Sort {
  const first = column.descendsFirst === true;
  if (sort.column !== column.id) return { column: column.id, descending: first };
  if (sort.descending === first) return { column: column.id, descending: !first };
  return { column: orderColumn, descending: false };
}

export interface HeaderOptions<Row> {
  readonly shown: readonly TableColumn<Row>[];
  readonly columns: readonly TableColumn<Row>[];
  readonly orderColumn: string;
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
}

export interface TableColumn<Row> extends FitColumn {
  readonly label: string;
  /** Explains the column, in the header's tooltip. */
  readonly title: string;
  readonly align: "start" | "end";
  /** Its large end is the interesting one. */
  readonly descendsFirst?: boolean;
  readonly draw: (cell: HTMLElement, row: Row) => void;
  /** What the cell says, for copying and for its width. */
  readonly text: (row: Row) => string;
}

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}
