import { free, type JointDual } from "./dual.js";
import { roundingSlack } from "./joint-terms.js";

/** Share of its group above which an option is the relaxed plan's anyway: fixing it moves nothing. */
const whole = 0.999;
/** Newton's steps after an option is fixed. */
const stepLimit = 3;

/**
 * A good plan from the relaxed one. Group by group an option is fixed and the rest relaxed again, from the group whose options
 * lie farthest apart to those that are as good as alike: the small ones then balance what the large ones left over. Undefined
 * where the limits leave a group nothing.
 */
export function dive(
  dual: JointDual,
  start: Float64Array,
  temperature: number,
  order: readonly number[],
): Int32Array | undefined {
  const { groupCount } = dual.terms;
  const fixed = new Int32Array(groupCount).fill(free);
  const rooms = new Rooms(dual, order);
  let prices = start;
  let isMoved = true;
  for (const group of order) {
    if (isMoved)
      ({ prices } = dual.settle(prices, temperature, fixed, { enough: Infinity, stepLimit }));
    rooms.leave(group);
    let least = Infinity;
    let chosen = free;
    for (const option of dual.candidatesOf(group)) {
      if (!rooms.has(option)) continue;
      const rise = dual.riseBy(group, option);
      if (rise >= least) continue;
      least = rise;
      chosen = option;
    }
    if (chosen === free) return undefined;
    isMoved = (dual.shares[chosen] ?? 0) < whole;
    rooms.take(chosen);
    fixed[group] = chosen;
  }
  return fixed;
}

/** What is left of each limit when every group that is not fixed yet uses the least that it can. */
class Rooms {
  readonly #dual: JointDual;
  readonly #rooms: Float64Array;

  constructor(dual: JointDual, groups: readonly number[]) {
    this.#dual = dual;
    this.#rooms = new Float64Array(dual.terms.limitCount).fill(1);
    for (const group of groups)
      for (let limit = 0; limit < this.#rooms.length; limit++)
        this.#rooms[limit] = (this.#rooms[limit] ?? 0) - this.#leastUse(group, limit);
  }

  leave(group: number): void {
    for (let limit = 0; limit < this.#rooms.length; limit++)
      this.#rooms[limit] = (this.#rooms[limit] ?? 0) + this.#leastUse(group, limit);
  }

  has(option: number): boolean {
    return this.#rooms.every((room, limit) => this.#use(option, limit) <= room + roundingSlack);
  }

  take(option: number): void {
    for (let limit = 0; limit < this.#rooms.length; limit++)
      this.#rooms[limit] = (this.#rooms[limit] ?? 0) - this.#use(option, limit);
  }

  #leastUse(group: number, limit: number): number {
    let least = Infinity;
    for (const option of this.#dual.candidatesOf(group))
      least = Math.min(least, this.#use(option, limit));
    return least;
  }

  #use(option: number, limit: number): number {
    const { driftCount, featureCount, features } = this.#dual.terms;
    return features[option * featureCount + driftCount + limit] ?? 0;
  }
}
