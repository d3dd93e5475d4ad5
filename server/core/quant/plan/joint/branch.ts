import { free, type JointDual } from "./dual.js";
import { valueOf } from "./joint-terms.js";

/** Plans that take what is fixed, a bound on them, and prices to begin with. */
interface Node {
  readonly fixed: Int32Array;
  readonly prices: Float64Array;
  readonly lower: number;
}

export interface Branched {
  readonly plan: Int32Array | undefined;
  /** No plan has less, in units of the terms. */
  readonly lower: number;
  /** Nothing better exists; without a plan: none at all. */
  readonly isProven: boolean;
}

/** Gap at which a plan counts as the best: a share of its value, or of what costs are scaled to. */
const provenShare = 1e-6;
const provenRest = 1e-12;
/** Multiplications, about: half a second. */
const workLimit = 60e6;
/** Temperature of a node as a share of what is open at it. */
const temperatureShare = 0.03;
const coldest = 1e-13;
const stepLimit = 30;

/**
 * Branch and bound (Land and Doig 1960): of all sets of plans the one with the least bound is relaxed, and divided by the
 * options of a group of which each raises the bound. Ends when no set can hold a better plan, or when enough has been
 * tried.
 */
export function branch(
  dual: JointDual,
  root: Omit<Node, "fixed">,
  known: Int32Array | undefined,
  ceiling: number,
): Branched {
  const { terms } = dual;
  let plan = known;
  let upper = (known && valueOf(terms, known)) ?? ceiling;
  let enough = enoughFor(upper);
  const keep = (found: Int32Array): void => {
    const value = valueOf(terms, found) ?? Infinity;
    if (value >= upper) return;
    upper = value;
    enough = enoughFor(value);
    plan = found;
  };
  const lastWork = dual.work + workLimit;
  /** From the largest bound to the least. */
  const nodes: Node[] = [{ ...root, fixed: new Int32Array(terms.groupCount).fill(free) }];
  for (let node = nodes.pop(); node !== undefined && node.lower < enough; node = nodes.pop()) {
    if (dual.work > lastWork) return { plan, lower: node.lower, isProven: false };
    const { fixed } = node;
    const temperature = Math.max(temperatureShare * (upper - node.lower), coldest);
    const settled = dual.settle(node.prices, temperature, fixed, { enough, stepLimit });
    const lower = Math.max(node.lower, settled.lower);
    keep(mostShared(dual, fixed));
    const group = lower < enough ? branchingGroup(dual, fixed) : undefined;
    if (group === undefined) continue;
    for (const option of dual.candidatesOf(group)) {
      const own = Math.max(lower, settled.lower + dual.reducedCost(group, option));
      if (own >= enough) continue;
      const taken = Int32Array.from(fixed);
      taken[group] = option;
      insert(nodes, { fixed: taken, prices: settled.prices, lower: own });
    }
  }
  return { plan, lower: upper, isProven: true };
}

/** A set of plans with such a bound holds none that is noticeably better. */
export function enoughFor(upper: number): number {
  return upper - provenShare * upper - provenRest;
}

/** The relaxed plan, with the option of each group that has the largest share. */
function mostShared(dual: JointDual, fixed: Int32Array): Int32Array {
  return fixed.map((taken, group) => {
    if (taken !== free) return taken;
    let best = free;
    for (const option of dual.candidatesOf(group))
      if (best === free || (dual.shares[option] ?? 0) > (dual.shares[best] ?? 0)) best = option;
    return best;
  });
}

/** The free group of which even the best option raises the bound the most. */
function branchingGroup(dual: JointDual, fixed: Int32Array): number | undefined {
  let found: number | undefined;
  let most = -Infinity;
  for (const [group, taken] of fixed.entries()) {
    if (taken !== free) continue;
    let least = Infinity;
    for (const option of dual.candidatesOf(group)) {
      least = Math.min(least, dual.riseBy(group, option));
      if (least <= most) break;
    }
    if (least <= most) continue;
    most = least;
    found = group;
  }
  return found;
}

function insert(nodes: Node[], node: Node): void {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((nodes[middle]?.lower ?? 0) >= node.lower) low = middle + 1;
    else high = middle;
  }
  nodes.splice(low, 0, node);
}
