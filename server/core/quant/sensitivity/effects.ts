import { productOf } from "../../base/product.js";
import type { NodeId } from "../../graph/graph.js";
import { addedByRounding } from "./rounding-noise.js";

/** How far a layer's error moves the outputs. */
export interface Effect {
  /** Expected square of the movement over the outputs' squares. */
  readonly risk: number;
  /**
   * The part of it that is the same in every sample, as a vector of no more than `risk` in square: drifts of several layers
   * add up with their signs, what differs from sample to sample adds up in squares.
   */
  readonly drift: readonly number[];
  /** The part of it that rounding behind the layer adds (`rounding-noise.ts`): once, however many layers err before it. */
  readonly floor: number;
}

/** What is made of projections: by node and scheme [gradient × sample], energies of the samples' outputs. */
export interface Projected {
  readonly byNode: ReadonlyMap<NodeId, readonly Float64Array[]>;
  readonly energies: readonly number[];
  /** What sums of squared projections are multiplied by. */
  readonly scale: number;
  /** For each quantizer behind a node, in order: `powerOfStep`. */
  readonly quantizersBehind: (nodeId: NodeId) => readonly Float64Array[];
}

/** Samples of one kind of input, [first, last). */
interface Kind {
  readonly first: number;
  readonly last: number;
  readonly energy: number;
}

/**
 * Effects by node and scheme. The risk is the geometric mean over the two kinds of input: an effect that only one kind
 * shows counts, and does not drown the other.
 */
export function effectsOf({
  byNode,
  energies,
  scale,
  quantizersBehind,
}: Projected): ReadonlyMap<NodeId, readonly Effect[]> {
  const kinds = kindsOf(energies);
  const batch = energies.length;
  const levels = levelsOf([...byNode.values()], kinds, batch);
  const meanOf = (moved: readonly number[]): number =>
    scale * productOf(moved) ** (1 / kinds.length);
  const effectOf = (sums: Float64Array, units: readonly (readonly number[])[]): Effect => {
    const moved = kinds.map((kind) => movement(sums, kind, batch));
    const risk = meanOf(moved);
    const rounded = moved.map((one, index) => one + addedByRounding(one, units[index] ?? []));
    // Kinds weigh in the drift as if all layers together moved both alike.
    const parts = kinds.map((kind, index) => {
      const weight = 1 / (levels[index] ?? 1);
      return {
        drift: means(sums, kind, batch).map((mean) => mean * Math.sqrt(weight)),
        square: weight * (moved[index] ?? 0),
      };
    });
    const square = parts.reduce((sum, part) => sum + part.square, 0);
    const factor = square > 0 ? Math.sqrt(risk / square) : 0;
    const whole = meanOf(rounded);
    return {
      risk: whole,
      drift: parts.flatMap(({ drift }) => drift.map((one) => one * factor)),
      floor: whole - risk,
    };
  };
  return new Map(
    [...byNode].map(([nodeId, schemes]) => {
      const behind = quantizersBehind(nodeId);
      const units = kinds.map((kind) => behind.map((power) => sumOfKind(power, kind, batch)));
      return [nodeId, schemes.map((sums) => effectOf(sums, units))];
    }),
  );
}

/** How far all layers together move each kind, in the first scheme in which they move both. */
function levelsOf(
  layers: readonly (readonly Float64Array[])[],
  kinds: readonly Kind[],
  batch: number,
): readonly number[] {
  const schemeCount = Math.max(0, ...layers.map(({ length }) => length));
  for (let scheme = 0; scheme < schemeCount; scheme++) {
    const levels = kinds.map((kind) =>
      layers.reduce((sum, own) => {
        const sums = own[scheme];
        return sums === undefined ? sum : sum + movement(sums, kind, batch);
      }, 0),
    );
    if (levels.every((level) => level > 0)) return levels;
  }
  return kinds.map(() => 1);
}

/** The first half of the samples is of one kind, the rest of the other (`probeInputs`). */
function kindsOf(energies: readonly number[]): readonly Kind[] {
  const batch = energies.length;
  const half = batch < 2 ? batch : Math.ceil(batch / 2);
  const kind = (first: number, last: number): Kind => ({
    first,
    last,
    energy: energies.slice(first, last).reduce((sum, one) => sum + one, 0),
  });
  return batch < 2 ? [kind(0, batch)] : [kind(0, half), kind(half, batch)];
}

/** Σ of squared projections over the energy of one kind's outputs. */
function movement(sums: Float64Array, kind: Kind, batch: number): number {
  return sumOfKind(
    sums.map((one) => one * one),
    kind,
    batch,
  );
}

function sumOfKind(squares: Float64Array, { first, last, energy }: Kind, batch: number): number {
  let sum = 0;
  for (let start = 0; start < squares.length; start += batch)
    for (let at = start + first; at < start + last; at++) sum += squares[at] ?? 0;
  return sum / energy;
}

/** For each gradient the mean projection over the samples of a kind, of such a size that squares compare with `movement`. */
function means(
  sums: Float64Array,
  { first, last, energy }: Kind,
  batch: number,
): readonly number[] {
  const found: number[] = [];
  for (let start = 0; start < sums.length; start += batch) {
    let sum = 0;
    for (let at = start + first; at < start + last; at++) sum += sums[at] ?? 0;
    found.push(sum / Math.sqrt((last - first) * energy));
  }
  return found;
}
