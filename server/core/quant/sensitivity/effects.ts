import type { NodeId } from "../../graph/graph.js";

/** How far a layer's error moves the outputs. */
export interface Effect {
  /** Expected square of the movement over the outputs' squares. */
  readonly risk: number;
  /**
   * The part of it that is the same in every sample, as a vector of no more than `risk` in square: drifts of several layers
   * add up with their signs, what differs from sample to sample adds up in squares.
   */
  readonly drift: readonly number[];
}

/** What is made of projections: by node and scheme [gradient × sample], energies of the samples' outputs. */
export interface Projected {
  readonly byNode: ReadonlyMap<NodeId, readonly Float64Array[]>;
  readonly energies: readonly number[];
  /** What sums of squared projections are multiplied by. */
  readonly scale: number;
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
}: Projected): ReadonlyMap<NodeId, readonly Effect[]> {
  const kinds = kindsOf(energies);
  const batch = energies.length;
  const all = [...byNode.values()].map(([first = new Float64Array(0)]) => first);
  const levels = kinds.map((kind) =>
    all.reduce((sum, sums) => sum + movement(sums, kind, batch), Number.MIN_VALUE),
  );
  const effectOf = (sums: Float64Array): Effect => {
    const moved = kinds.map((kind) => movement(sums, kind, batch));
    const product = moved.reduce((whole, one) => whole * one, 1);
    const risk = scale * product ** (1 / kinds.length);
    // Kinds weigh in the drift as if all layers together moved both alike.
    const parts = kinds.map((kind, index) => {
      const weight = 1 / Math.max(Number.MIN_VALUE, levels[index] ?? 1);
      return {
        drift: means(sums, kind, batch).map((mean) => mean * Math.sqrt(weight)),
        square: weight * (moved[index] ?? 0),
      };
    });
    const square = parts.reduce((sum, part) => sum + part.square, 0);
    const factor = square > 0 ? Math.sqrt(risk / square) : 0;
    return { risk, drift: parts.flatMap(({ drift }) => drift.map((one) => one * factor)) };
  };
  return new Map([...byNode].map(([nodeId, schemes]) => [nodeId, schemes.map(effectOf)]));
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
function movement(sums: Float64Array, { first, last, energy }: Kind, batch: number): number {
  let moved = 0;
  for (let start = 0; start < sums.length; start += batch)
    for (let at = start + first; at < start + last; at++) moved += (sums[at] ?? 0) ** 2;
  return moved / energy;
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
