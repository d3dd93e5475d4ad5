import { random } from "../../base/random.js";
import { exactOutputs, projectionCount } from "../sensitivity/output-gradients.js";
import type { Outputs } from "./run-samples.js";

/** How far outputs have moved. */
export interface Movement {
  /** Square error over the outputs' squares, over all samples together. */
  readonly risk: number;
  /** `Effect.drift`; undefined where samples cannot be told from what is common to them. */
  readonly drift: readonly number[] | undefined;
}

/**
 * The part of movements that all samples have in common, as short vectors whose products are those of the mean movements:
 * each output of a sample by itself where there are few, otherwise their projections on random signs (Achlioptas 2003,
 * doi 10.1016/S0022-0000(03)00025-4, theorem 1.1), which are the same for all layers.
 */
export class Drifts {
  readonly #reference: readonly Outputs[];
  readonly #energy: number;
  readonly #length: number | undefined;
  readonly #signs: readonly Int8Array[];

  constructor(reference: readonly Outputs[], energy: number) {
    this.#reference = reference;
    this.#energy = energy;
    const lengths = new Set(reference.map(lengthOf));
    const [length = 0] = lengths;
    this.#length = lengths.size === 1 && reference.length > 1 ? length : undefined;
    const next = random(11);
    this.#signs =
      length <= exactOutputs
        ? []
        : Array.from({ length: projectionCount }, () =>
            Int8Array.from({ length }, () => (next() < 0.5 ? -1 : 1)),
          );
  }

  movementOf(moved: readonly Outputs[]): Movement {
    const sums = new Float64Array(this.#length ?? 0);
    let square = 0;
    for (const [sample, own] of this.#reference.entries()) {
      let at = 0;
      for (const [output, values] of own.entries()) {
        const other = moved[sample]?.[output];
        for (const [index, value] of values.entries()) {
          const difference = (other?.[index] ?? 0) - value;
          square += difference * difference;
          if (at < sums.length) sums[at] = (sums[at] ?? 0) + difference;
          at += 1;
        }
      }
    }
    const risk = square / this.#energy;
    return { risk, drift: this.#length === undefined ? undefined : this.#drift(sums, square) };
  }

  #drift(sums: Float64Array, square: number): readonly number[] {
    const count = this.#reference.length;
    // A mean of n samples has an n-th of what scatters in it, which is no drift.
    const common = squareOf(sums) / count;
    const unbiased = Math.max(0, (count * common - square) / (count - 1));
    const short =
      this.#signs.length === 0
        ? [...sums]
        : this.#signs.map((signs) =>
            signs.reduce((total, sign, index) => total + sign * (sums[index] ?? 0), 0),
          );
    const length = squareOf(short);
    const factor = length > 0 ? Math.sqrt(unbiased / this.#energy / length) : 0;
    return short.map((one) => one * factor);
  }
}

function lengthOf(outputs: Outputs): number {
  return outputs.reduce((sum, { length }) => sum + length, 0);
}

function squareOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += (values[index] ?? 0) ** 2;
  return sum;
}
