import type { Camera } from "./camera.js";

/** What the graph panel remembers while it is hidden, and between sessions. */
export interface GraphState {
  readonly target: string | null;
  readonly measure: string;
  readonly isSized: boolean;
  readonly hasCriticalPath: boolean;
  readonly hasTable: boolean;
  readonly fold: "auto" | "open" | "closed";
  readonly toggled: readonly string[];
  readonly unrolled: readonly string[];
  readonly focus: { readonly nodeId: number; readonly radius: number } | null;
  readonly camera: Camera | null;
}

export const initialGraphState: GraphState = {
  target: null,
  measure: "latency",
  isSized: false,
  hasCriticalPath: false,
  hasTable: false,
  fold: "auto",
  toggled: [],
  unrolled: [],
  focus: null,
  camera: null,
};

export function decodeGraphState(kept: Readonly<Record<string, unknown>>): Partial<GraphState> {
  const state: { -readonly [K in keyof GraphState]?: GraphState[K] } = {};
  if (typeof kept["target"] === "string") state.target = kept["target"];
  if (typeof kept["measure"] === "string") state.measure = kept["measure"];
  for (const key of ["isSized", "hasCriticalPath", "hasTable"] as const) {
    const value = kept[key];
    if (typeof value === "boolean") state[key] = value;
  }
  const fold = (["auto", "open", "closed"] as const).find((word) => word === kept["fold"]);
  if (fold !== undefined) state.fold = fold;
  for (const key of ["toggled", "unrolled"] as const) {
    const value = kept[key];
    if (Array.isArray(value)) state[key] = value.filter((item) => typeof item === "string");
  }
  const focus = numbersOf(kept["focus"], ["nodeId", "radius"]);
  if (focus !== undefined) state.focus = { nodeId: focus[0] ?? 0, radius: focus[1] ?? 2 };
  const camera = numbersOf(kept["camera"], ["x", "y", "scale"]);
  if (camera !== undefined && (camera[2] ?? 0) > 0)
    state.camera = { x: camera[0] ?? 0, y: camera[1] ?? 0, scale: camera[2] ?? 1 };
  return state;
}

function numbersOf(value: unknown, keys: readonly string[]): readonly number[] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const numbers = keys.map((key) => fields[key]);
  return numbers.every((item) => typeof item === "number" && Number.isFinite(item))
    ? (numbers as number[])
    : undefined;
}
