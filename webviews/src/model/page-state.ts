import type { Binding } from "../../../server/protocol/binding.js";
import { layerColumnIds, type LayerColumnId } from "./column-ids.js";

/** What the model page remembers while it is hidden, and between sessions. */
export interface ModelPageState extends Binding {
  readonly sortBy: LayerColumnId;
  readonly descending: boolean;
  readonly filter: string;
  /** Layers that are alike stand in one row. */
  readonly joinsAlike: boolean;
  readonly nodeId: number | null;
  readonly target: string | null;
  readonly paneBeside: number;
  readonly paneBelow: number;
  readonly isPaneOpen: boolean;
  /** Null until the user decides: open then while there are errors. */
  readonly areProblemsOpen: boolean | null;
  readonly isMemoryOpen: boolean;
}

export const stateVersion = 1;

export const initialState: ModelPageState = {
  sortBy: "seconds",
  descending: true,
  filter: "",
  joinsAlike: true,
  nodeId: null,
  target: null,
  paneBeside: 0.32,
  paneBelow: 0.42,
  isPaneOpen: true,
  areProblemsOpen: null,
  isMemoryOpen: false,
  batch: null,
  dims: {},
  devices: null,
};

/** Keeps what has the right kind; the rest falls back. */
export function decodeState(kept: Readonly<Record<string, unknown>>): Partial<ModelPageState> {
  const state: { -readonly [K in keyof ModelPageState]?: ModelPageState[K] } = {};
  const sortBy = layerColumnIds.find((id) => id === kept["sortBy"]);
  if (sortBy !== undefined) state.sortBy = sortBy;
  for (const key of [
    "descending",
    "joinsAlike",
    "isPaneOpen",
    "areProblemsOpen",
    "isMemoryOpen",
  ] as const) {
    const value = kept[key];
    if (typeof value === "boolean") state[key] = value;
  }
  for (const key of ["paneBeside", "paneBelow"] as const) {
    const value = kept[key];
    if (typeof value === "number" && 0.1 <= value && value <= 0.9) state[key] = value;
  }
  if (typeof kept["filter"] === "string") state.filter = kept["filter"];
  if (typeof kept["target"] === "string") state.target = kept["target"];
  if (isExtent(kept["nodeId"], 0)) state.nodeId = kept["nodeId"];
  for (const key of ["batch", "devices"] as const) {
    const value = kept[key];
    if (isExtent(value, 1)) state[key] = value;
  }
  const dims = kept["dims"];
  if (typeof dims === "object" && dims !== null)
    state.dims = Object.fromEntries(
      Object.entries(dims).filter((entry): entry is [string, number] => isExtent(entry[1], 0)),
    );
  return state;
}

/** What was fixed of the model before; undefined where nothing was. */
export function boundIn({ batch, dims, devices }: Binding): Binding | undefined {
  const isOpen = batch === null && devices === null && Object.keys(dims).length === 0;
  return isOpen ? undefined : { batch, dims, devices };
}

function isExtent(value: unknown, least: number): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && least <= value;
}
