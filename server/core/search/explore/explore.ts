import { random } from "../../base/random.js";
import { annealing } from "./annealing.js";
import { bayesian } from "./bayesian.js";
import { evolution } from "./evolution.js";
import { randomPoint, type Point, type SearchMethod, type Space, type Trial } from "./method.js";
import { randomSearch } from "./random-search.js";

export const searchMethods: readonly SearchMethod[] = [
  randomSearch,
  evolution,
  annealing,
  bayesian,
];

/** Tries so many points of a space, none twice; fewer where it has fewer. */
export function explore(
  space: Space,
  method: SearchMethod,
  count: number,
  score: (point: Point) => number,
): readonly Trial[] {
  const numbers = random(1);
  const size = space.reduce((product, { positions }) => product * positions.length, 1);
  const tried: Trial[] = [];
  const seen = new Set<string>();
  const state = { space, tried, random: numbers };
  while (tried.length < Math.min(count, size)) {
    let point = method.next(state);
    // Where the method stands still, and in small spaces, chance goes on; then whatever is left.
    for (let draws = 0; seen.has(point.join()) && draws < mostDraws; draws += 1)
      point = randomPoint(state);
    while (seen.has(point.join())) point = following(point, space);
    seen.add(point.join());
    tried.push({ point, score: score(point) });
  }
  return tried;
}

const mostDraws = 32;

/** As an odometer counts. */
function following(point: Point, space: Space): Point {
  const next = [...point];
  for (const [axis, { positions }] of space.entries()) {
    next[axis] = ((next[axis] ?? 0) + 1) % positions.length;
    if (next[axis] !== 0) break;
  }
  return next;
}
