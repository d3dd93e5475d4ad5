import type { LayerRow, LayersParams, LayersView } from "../../../server/core/views/layers.js";
import { h } from "../kit/dom.js";
import { createVirtualTable } from "../kit/virtual-table.js";
import { layerColumnIds } from "./column-ids.js";
import { layerColumns } from "./columns.js";
import { cover, skeletonRows, type Cover } from "./covers.js";
import { layerTsv } from "./layer-tsv.js";

/** The layer table with what stands in its place while there are no rows. */
export function createLayerList(options: LayerListOptions): LayerList {
  let maxSeconds: number | null = null;
  let shown: LayersView | undefined;
  const fetchRange = async (start: number, end: number): Promise<LayersView | undefined> => {
    const before = shown;
    const view = await options.fetch({ ...options.order(), start, end, locate: null });
    return before === shown ? view : undefined;
  };
  const table = createVirtualTable<LayerRow>({
    label: "Layers",
    columns: layerColumns({
      maxSeconds: () => maxSeconds,
      hasTarget: () => shown?.targetId !== null,
    }),
    orderColumn: "index",
    fetch: async (start, end) => (await fetchRange(start, end))?.rows,
    rowClass: (row) => `is-${row.state}`,
    onSort: (sort) => {
      const sortBy = layerColumnIds.find((id) => id === sort.column);
      if (sortBy !== undefined) options.onSort(sortBy, sort.descending);
    },
    onSelect: (row) => row !== undefined && options.onSelect(row.nodeId),
    onOpen: (row) => options.onOpen(row.nodeId),
    onCopy: (start, end) => {
      fetchRange(start, end)
        .then((view) => view && options.onCopy(layerTsv(view.rows, view.targetId)))
        .catch(options.onError);
    },
    onType: options.onType,
    onLeave: options.onLeave,
    onError: options.onError,
  });
  const over = h("div", { class: "cover-layer" }, skeletonRows());
  const element = h("div", { class: "layer-list is-covered" }, table.element, over);
  return {
    element,
    show(view, scroll) {
      shown = view;
      maxSeconds = view.maxSeconds;
      element.classList.remove("is-covered");
      over.replaceChildren();
      const { sortBy, descending } = options.order();
      table.show({
        count: view.matched,
        start: view.start,
        rows: view.rows,
        sort: { column: sortBy, descending },
        selected: view.located ?? -1,
        scroll,
      });
    },
    cover(state) {
      element.classList.add("is-covered");
      over.replaceChildren(cover(state));
    },
    range() {
      const { start, end } = table.visibleRange();
      const first = Math.max(0, Math.floor(start / rangeStep) * rangeStep);
      return {
        start: first,
        end: Math.max(first + rangeStep, Math.ceil(end / rangeStep) * rangeStep),
      };
    },
    focus: () => table.focus(),
  };
}

/** Ranges are whole pages of the row store, so that none of what arrives is thrown away. */
const rangeStep = 100;

export type LayerOrder = Pick<
  LayersParams,
  "sortBy" | "descending" | "filter" | "joinsAlike" | "target"
>;

export interface LayerListOptions {
  readonly order: () => LayerOrder;
  readonly fetch: (params: LayersParams) => Promise<LayersView | undefined>;
  readonly onSort: (sortBy: LayersParams["sortBy"], descending: boolean) => void;
  readonly onSelect: (nodeId: number) => void;
  readonly onOpen: (nodeId: number) => void;
  readonly onCopy: (text: string) => void;
  readonly onType: () => void;
  readonly onLeave: () => void;
  readonly onError: (error: unknown) => void;
}

export interface LayerList {
  readonly element: HTMLElement;
  show(view: LayersView, scroll: "keep" | "top" | "selected"): void;
  cover(state: Cover): void;
  /** Rows on screen, widened to whole pages. */
  range(): { readonly start: number; readonly end: number };
  focus(): void;
}
