import { type GroupOption, type Measure, type PlanProblem, restOf } from "./problem.js";

/** What is known of a problem before it is solved: a bound on every plan, a plan, and options that no better plan has. */
export interface Bounds {
  /** No plan has less of the objective. */
  readonly lower: number;
  /** A plan within the limits, if one was found. */
  readonly picks: readonly number[] | undefined;
  /** By group: options that the best plan may have, as indices. */
  readonly candidates: readonly (readonly number[])[];
}

type Options = readonly (readonly GroupOption[])[];

interface Scaled {
  /** Parts of the objective by group and option. */
  readonly costs: readonly (readonly number[])[];
  /** By limit: shares of its room. */
  readonly uses: readonly (readonly (readonly number[])[])[];
}

const coordinateRounds = 12;
const bisections = 50;
/** A round that raises the bound by no more than this is the last. */
const settled = 1e-7;
const subgradientSteps = 200;

/**
 * The Lagrangian relaxation of the limits (Fisher 1981, Management Science 27): for prices of the limits each group takes
 * its cheapest option by itself, which bounds every plan from below. An option whose price exceeds its group's cheapest
 * by more than bound and best plan are apart is in no better plan (reduced-cost fixing).
 */
export function lagrangianBounds(problem: PlanProblem, options: Options): Bounds {
  const everything = options.map((own) => own.map((_, option) => option));
  const limits = Object.entries(problem.limits) as [Measure, number][];
  const rooms = limits.map(([measure, limit]) => limit - restOf(problem.choices, measure));
  if (rooms.some((room) => !(room > 0)))
    return { lower: -Infinity, picks: undefined, candidates: everything };
  const scaled: Scaled = {
    costs: options.map((own) => own.map(({ amounts }) => amounts[problem.objective])),
    uses: limits.map(([measure], row) =>
      options.map((own) => own.map(({ amounts }) => amounts[measure] / (rooms[row] ?? 1))),
    ),
  };
  const search = new PriceSearch(scaled);
  search.run();
  const improved = search.picks && improve(scaled, search.picks, search.best);
  const upper = improved === undefined ? Infinity : totalOf(scaled.costs, improved);
  const gap = upper - search.bound;
  const candidates = everything.map((own, group) => {
    const reduced = own.map((option) => search.priceOf(search.best, group, option));
    const least = Math.min(...reduced);
    // What only equals the best plan is kept: the plan itself must not be lost to rounding.
    return own.filter(
      (option) =>
        (reduced[option] ?? 0) - least <= gap * (1 + 1e-6) || improved?.[group] === option,
    );
  });
  return {
    lower: search.bound + restOf(problem.choices, problem.objective),
    picks: improved,
    candidates,
  };
}

class PriceSearch {
  bound = -Infinity;
  best: readonly number[] = [];
  picks: readonly number[] | undefined;
  readonly #scaled: Scaled;
  /** Costs of all options one behind the other, group by group, and by limit their uses: this is walked thousands of times. */
  readonly #costs: Float64Array;
  readonly #uses: readonly Float64Array[];
  readonly #sizes: readonly number[];
  #least = Infinity;

  constructor(scaled: Scaled) {
    this.#scaled = scaled;
    this.#costs = Float64Array.from(scaled.costs.flat());
    this.#uses = scaled.uses.map((own) => Float64Array.from(own.flat()));
    this.#sizes = scaled.costs.map(({ length }) => length);
  }

  run(): void {
    const { uses } = this.#scaled;
    const prices = uses.map(() => 0);
    this.#visit(prices);
    for (let round = 0; round < (uses.length > 1 ? coordinateRounds : 1); round++) {
      const before = this.bound;
      for (const row of uses.keys()) this.#ascend(prices, row);
      if (this.bound - before <= settled * Math.abs(this.bound)) break;
    }
    if (uses.length > 1) this.#walk([...this.best]);
  }

  priceOf(prices: readonly number[], group: number, option: number): number {
    let price = this.#scaled.costs[group]?.[option] ?? 0;
    for (const [row, own] of this.#scaled.uses.entries())
      price += (prices[row] ?? 0) * (own[group]?.[option] ?? 0);
    return price;
  }

  /** The bound is concave in one price, and its slope says which side the best one lies on. */
  #ascend(prices: number[], row: number): void {
    const isOver = (price: number): boolean => {
      prices[row] = price;
      return (this.#visit(prices)[row] ?? 0) > 1;
    };
    if (!isOver(0)) return;
    const { costs } = this.#scaled;
    let high = costs.reduce((sum, own) => sum + Math.max(...own), Number.MIN_VALUE) / 1024;
    for (let step = 0; step < 80 && isOver(high); step++) high *= 2;
    let low = 0;
    for (let step = 0; step < bisections; step++) {
      const middle = (low + high) / 2;
      if (isOver(middle)) low = middle;
      else high = middle;
    }
    prices[row] = high;
  }

  /** Steps along the slope of all prices together, as long as the best plan and the bound are apart (Polyak 1969). */
  #walk(prices: number[]): void {
    for (let step = 0; step < subgradientSteps; step++) {
      const used = this.#visit(prices);
      const slopes = used.map((use, row) => ((prices[row] ?? 0) > 0 || use > 1 ? use - 1 : 0));
      const norm = slopes.reduce((sum, slope) => sum + slope * slope, 0);
      const distance =
        (Number.isFinite(this.#least) ? this.#least : this.bound * 1.05) - this.bound;
      if (norm === 0 || !(distance > 0)) return;
      const length = distance / norm / (1 + step / 20);
      for (const [row, slope] of slopes.entries())
        prices[row] = Math.max(0, (prices[row] ?? 0) + length * slope);
    }
  }

  /** Uses of the limits where every group takes its cheapest option; keeps the best bound and plan. */
  #visit(prices: readonly number[]): readonly number[] {
    const costs = this.#costs;
    const uses = this.#uses;
    const used = uses.map(() => 0);
    const picks: number[] = [];
    let bound = -prices.reduce((sum, price) => sum + price, 0);
    let cost = 0;
    let first = 0;
    for (const size of this.#sizes) {
      let least = Infinity;
      let pick = first;
      for (let at = first; at < first + size; at++) {
        let price = costs[at] ?? 0;
        for (let row = 0; row < uses.length; row++)
          price += (prices[row] ?? 0) * (uses[row]?.[at] ?? 0);
        if (price >= least) continue;
        least = price;
        pick = at;
      }
      bound += least;
      cost += costs[pick] ?? 0;
      for (let row = 0; row < uses.length; row++)
        used[row] = (used[row] ?? 0) + (uses[row]?.[pick] ?? 0);
      picks.push(pick - first);
      first += size;
    }
    if (bound > this.bound) {
      this.bound = bound;
      this.best = [...prices];
    }
    if (cost < this.#least && used.every((use) => use <= 1)) {
      this.#least = cost;
      this.picks = picks;
    }
    return used;
  }
}

function totalOf(amounts: readonly (readonly number[])[], picks: readonly number[]): number {
  return picks.reduce((sum, pick, group) => sum + (amounts[group]?.[pick] ?? 0), 0);
}

/** Pairs of changes that are tried in one pass. */
const pairLimit = 400_000;
const passLimit = 200;

/** Better plans by changing one group, or two at a time, while that helps. */
function improve(
  { costs, uses }: Scaled,
  start: readonly number[],
  prices: readonly number[],
): readonly number[] {
  const picks = [...start];
  const used = uses.map((own) => totalOf(own, picks));
  interface Change {
    readonly group: number;
    readonly option: number;
    readonly cost: number;
    readonly uses: readonly number[];
    readonly price: number;
  }
  const changes = (): Change[] =>
    costs.flatMap((own, group) =>
      own.flatMap((cost, option): Change[] => {
        const now = picks[group] ?? 0;
        if (option === now) return [];
        const moved = uses.map((row) => (row[group]?.[option] ?? 0) - (row[group]?.[now] ?? 0));
        const saved = cost - (own[now] ?? 0);
        const price = moved.reduce((sum, use, row) => sum + use * (prices[row] ?? 0), saved);
        return [{ group, option, cost: saved, uses: moved, price }];
      }),
    );
  const fits = (...parts: readonly Change[]): boolean =>
    used.every((use, row) => parts.reduce((sum, part) => sum + (part.uses[row] ?? 0), use) <= 1);
  for (let pass = 0; pass < passLimit; pass++) {
    // Changes that are cheap at the prices are those of plans near the bound.
    const all = changes().sort((left, right) => left.price - right.price);
    let best: readonly Change[] = [];
    let gain = -1e-12 * Math.abs(totalOf(costs, picks));
    for (const one of all)
      if (one.cost < gain && fits(one)) {
        gain = one.cost;
        best = [one];
      }
    const near = all.slice(0, Math.floor(Math.sqrt(2 * pairLimit)));
    for (let left = 0; best.length === 0 && left < near.length; left++)
      for (let right = left + 1; right < near.length; right++) {
        const one = near[left];
        const other = near[right];
        if (one === undefined || other === undefined || one.group === other.group) continue;
        if (one.cost + other.cost < gain && fits(one, other)) {
          gain = one.cost + other.cost;
          best = [one, other];
        }
      }
    if (best.length === 0) break;
    for (const { group, option, uses: moved } of best) {
      picks[group] = option;
      for (const [row, use] of moved.entries()) used[row] = (used[row] ?? 0) + use;
    }
  }
  return picks;
}
