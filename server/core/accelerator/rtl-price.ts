import { resourceKinds, type ResourceKind, type Resources } from "../design/design.js";
import { resourceLabels } from "../views/design/resource-text.js";
import { frontOf } from "../search/pareto.js";
import { type Accelerator, type RtlOrigin } from "./accelerator.js";
import type { SweepPoint } from "./sweep.js";

/** What the array's own RTL takes at each point of a sweep. */
export interface RtlPrices {
  readonly file: string;
  /** The accelerator's own: "16×16", by the extents that the RTL has parameters for. */
  readonly size: string;
  /** Id of the family, and of the part where one was chosen. */
  readonly family: string;
  readonly part: string | null;
  readonly tool: string;
  /** Sizes that were synthesised: all others follow from them. */
  readonly sizes: readonly string[];
  /** Resources that the RTL uses at all, as people call them. */
  readonly kinds: readonly { readonly kind: ResourceKind; readonly label: string }[];
  /** What one resource stands for all: gates on silicon, else the one that the part has least of. */
  readonly chief: ResourceKind;
  /** At the accelerator's own size. */
  readonly own: RtlCost;
  /** In the order of the sweep; null where a value has no price. */
  readonly points: readonly (RtlCost | null)[];
  /** In the order of the sweep: nothing is as fast, as small in RTL and as thrifty, and better in one. */
  readonly isOnFront: readonly boolean[];
}

export type RtlCost = Readonly<Partial<Record<ResourceKind, number>>>;

/** A size to synthesise, by parameters of the RTL. */
export interface RtlSize {
  readonly label: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Extents of an array that its hardware grows with: in proportion to each, and to their product. */
const grown = ["rows", "columns", "lanes"] as const;
/** Small enough to be synthesised in seconds; one element alone has no neighbours. */
const lowSize = 2;
const highSize = 4;

function extentsOf({ parameters }: RtlOrigin): readonly string[] {
  return grown.filter((key) => parameters[key] !== undefined);
}

/** The corners from which all sizes follow; none where no parameter of the RTL sizes the array. */
export function sizesToSynthesise(rtl: RtlOrigin): readonly RtlSize[] {
  let sizes: readonly (readonly number[])[] = [[]];
  const keys = extentsOf(rtl);
  if (keys.length === 0) return [];
  for (let index = 0; index < keys.length; index += 1)
    sizes = sizes.flatMap((size) => [
      [...size, lowSize],
      [...size, highSize],
    ]);
  return sizes.map((size) => ({
    label: size.join("×"),
    parameters: Object.fromEntries(
      keys.map((key, index) => [rtl.parameters[key] ?? key, String(size[index])]),
    ),
  }));
}

/** Multilinear through the corners: exact for arrays that repeat an element, a row's and a column's edge. */
export function costAt(
  rtl: RtlOrigin,
  corners: readonly RtlCost[],
  extents: Readonly<Record<string, number>>,
): RtlCost {
  const keys = extentsOf(rtl);
  const weights = corners.map((_, corner) =>
    keys.reduce((weight, key, index) => {
      const share = ((extents[key] ?? 1) - lowSize) / (highSize - lowSize);
      // The first key changes slowest, as in `sizesToSynthesise`.
      const isHigh = ((corner >> (keys.length - 1 - index)) & 1) === 1;
      return weight * (isHigh ? share : 1 - share);
    }, 1),
  );
  const cost: Partial<Record<ResourceKind, number>> = {};
  for (const kind of resourceKinds) {
    if (corners.some((corner) => corner[kind] === undefined)) continue;
    const sum = corners.reduce(
      (total, corner, index) => total + (weights[index] ?? 0) * (corner[kind] ?? 0),
      0,
    );
    cost[kind] = Math.max(0, Math.round(sum));
  }
  return cost;
}

export function costOfResources({ counts }: Resources): RtlCost {
  return Object.fromEntries(Object.entries(counts).map(([kind, { value }]) => [kind, value]));
}

/** What was synthesised, in the order of `sizesToSynthesise`. */
export interface RtlCorners {
  readonly corners: readonly RtlCost[];
  readonly capacity: RtlCost;
  readonly family: string;
  readonly part: string | null;
  readonly tool: string;
}

/** The RTL of an array and its own size: plain data, for it goes to pages. */
export interface RtlSubject {
  readonly rtl: RtlOrigin;
  readonly extents: Readonly<Record<"rows" | "columns" | "lanes", number>>;
}

export function rtlSubjectOf({ rtl, engine }: Accelerator): RtlSubject | null {
  if (rtl === undefined || engine.kind !== "array") return null;
  const { rows, columns, lanes } = engine;
  return { rtl, extents: { rows, columns, lanes } };
}

/** Prices of a sweep's points, and the front of time, price and energy. */
export function pricesOf(
  { rtl, extents: base }: RtlSubject,
  synthesised: RtlCorners,
  points: readonly SweepPoint[],
): RtlPrices {
  const { corners, capacity, family, part, tool } = synthesised;
  const own = costAt(rtl, corners, base);
  const costs = points.map(({ values }) => {
    const changed = Object.entries(values).filter(([key]) =>
      (grown as readonly string[]).includes(key),
    );
    // A size that the RTL has no parameter for is another design.
    if (changed.some(([key]) => rtl.parameters[key] === undefined)) return null;
    const extents = Object.fromEntries(changed.map(([key, text]) => [key, Number(text)]));
    return costAt(rtl, corners, { ...base, ...extents });
  });
  const chief = chiefOf(own, capacity);
  return {
    file: rtl.file,
    size: grown
      .filter((key) => rtl.parameters[key] !== undefined)
      .map((key) => base[key])
      .join("×"),
    family,
    part,
    tool,
    sizes: sizesToSynthesise(rtl).map(({ label }) => label),
    kinds: resourceKinds
      .filter((kind) => [own, ...costs].some((cost) => (cost?.[kind] ?? 0) > 0))
      .map((kind) => ({ kind, label: resourceLabels[kind] })),
    chief,
    own,
    points: costs,
    isOnFront: frontOf(
      points.map(({ seconds, joules }, index) => [seconds, costs[index]?.[chief] ?? NaN, joules]),
    ),
  };
}

/** Gates where everything is gates; else what fills most of the part, or LUTs of a family without a size. */
function chiefOf(own: RtlCost, capacity: RtlCost): ResourceKind {
  if ((own.gate ?? 0) > 0) return "gate";
  let chief: ResourceKind = (own.lut ?? 0) > 0 ? "lut" : "dsp";
  let most = 0;
  for (const kind of resourceKinds) {
    const count = own[kind] ?? 0;
    // A part may have none of a kind that nothing asks for.
    if (count === 0) continue;
    const share = count / (capacity[kind] ?? Infinity);
    if (share <= most) continue;
    most = share;
    chief = kind;
  }
  return chief;
}
