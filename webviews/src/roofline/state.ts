/** What the roofline panel remembers. */
export interface RooflineState {
  readonly batch: number | null;
  readonly dims: Readonly<Record<string, number>>;
  /** Takes the first target's place. */
  readonly precisionTarget: string | null;
  readonly isWeighted: boolean;
  readonly alpha: number;
  readonly hasTable: boolean;
  /** Null until the user decides: then the first target alone is drawn. */
  readonly hiddenTargets: readonly string[] | null;
  readonly others: readonly OtherModel[];
}

export interface OtherModel {
  readonly uri: string;
  readonly fileName: string;
}

export const initialRooflineState: RooflineState = {
  batch: null,
  dims: {},
  precisionTarget: null,
  isWeighted: false,
  alpha: 0.8,
  hasTable: false,
  hiddenTargets: null,
  others: [],
};

export function decodeRooflineState(
  kept: Readonly<Record<string, unknown>>,
): Partial<RooflineState> {
  const state: { -readonly [K in keyof RooflineState]?: RooflineState[K] } = {};
  const { batch, dims, precisionTarget, alpha, hiddenTargets, others } = kept;
  if (isExtent(batch)) state.batch = batch;
  if (typeof dims === "object" && dims !== null)
    state.dims = Object.fromEntries(
      Object.entries(dims).filter((entry): entry is [string, number] => isExtent(entry[1])),
    );
  if (typeof precisionTarget === "string") state.precisionTarget = precisionTarget;
  for (const key of ["isWeighted", "hasTable"] as const) {
    const value = kept[key];
    if (typeof value === "boolean") state[key] = value;
  }
  if (typeof alpha === "number" && 0 < alpha && alpha < 1) state.alpha = alpha;
  if (Array.isArray(hiddenTargets))
    state.hiddenTargets = hiddenTargets.filter((id) => typeof id === "string");
  if (Array.isArray(others)) state.others = others.filter(isOther);
  return state;
}

export function isOther(value: unknown): value is OtherModel {
  return (
    typeof value === "object" &&
    value !== null &&
    "uri" in value &&
    "fileName" in value &&
    typeof value.uri === "string" &&
    typeof value.fileName === "string"
  );
}

function isExtent(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && 1 <= value;
}
