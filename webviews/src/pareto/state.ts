import type { Grouping } from "../../../server/core/search/compare-alternatives.js";

/** What the Pareto panel remembers; the points are gathered anew. */
export interface ParetoPageState {
  readonly axes: readonly string[];
  readonly limits: readonly (number | null)[];
  readonly picked: readonly string[];
  readonly hasTable: boolean;
  readonly groupBy: Grouping;
}

export const initialParetoState: ParetoPageState = {
  axes: ["latency", "memory"],
  limits: [null, null, null],
  picked: [],
  hasTable: false,
  groupBy: "none",
};

export function decodeParetoState(
  kept: Readonly<Record<string, unknown>>,
): Partial<ParetoPageState> {
  const state: { -readonly [K in keyof ParetoPageState]?: ParetoPageState[K] } = {};
  const { axes, limits, picked, hasTable } = kept;
  if (Array.isArray(axes) && (axes.length === 2 || axes.length === 3) && axes.every(isText))
    state.axes = axes;
  if (Array.isArray(limits) && limits.length === 3)
    state.limits = limits.map((limit) =>
      typeof limit === "number" && Number.isFinite(limit) ? limit : null,
    );
  if (Array.isArray(picked)) state.picked = picked.filter(isText);
  if (typeof hasTable === "boolean") state.hasTable = hasTable;
  const groupBy = paretoGroupings.find(({ id }) => id === kept["groupBy"])?.id;
  if (groupBy !== undefined) state.groupBy = groupBy;
  return state;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

export const paretoGroupings: readonly { readonly id: Grouping; readonly label: string }[] = [
  { id: "none", label: "all points" },
  { id: "target", label: "each target" },
  { id: "model", label: "each model" },
  { id: "batch", label: "each batch" },
  { id: "series", label: "each series" },
];
