import { gaussianProcess } from "./gaussian-process.js";
import {
  bestOf,
  neighbour,
  randomPoint,
  type Point,
  type SearchMethod,
  type SearchState,
} from "./method.js";

const firstCount = 8;
const drawnCount = 200;
/** More points make the regression slow and tell it little more. */
const mostKnown = 192;

/**
 * Bayesian optimization: a Gaussian process over what was tried, and of some drawn points and neighbours of the best the one with the
 * greatest expected improvement (Jones et al., Journal of Global Optimization 1998, eq. 15).
 */
export const bayesian: SearchMethod = {
  id: "bayesian",
  next(state) {
    const { space, tried } = state;
    const best = bestOf(tried);
    const known = [...tried]
      .filter(({ score }) => Number.isFinite(score))
      .sort((a, b) => a.score - b.score)
      .slice(0, mostKnown);
    const process =
      tried.length < firstCount
        ? undefined
        : gaussianProcess(
            space,
            known.map(({ point }) => point),
            known.map(({ score }) => score),
          );
    if (process === undefined || best === undefined) return randomPoint(state);
    const seen = new Set(tried.map(({ point }) => point.join()));
    let [chosen, most]: [Point, number] = [randomPoint(state), -1];
    for (const point of candidates(best.point, state)) {
      if (seen.has(point.join())) continue;
      const { mean, deviation } = process.predict(point);
      const gain = expectedImprovement(best.score - mean, deviation);
      if (gain > most) [chosen, most] = [point, gain];
    }
    return chosen;
  },
};

function candidates(best: Point, state: SearchState): readonly Point[] {
  const near = Array.from({ length: drawnCount / 4 }, () => neighbour(best, state));
  return [
    ...near,
    ...near.map((point) => neighbour(point, state)),
    ...Array.from({ length: drawnCount / 2 }, () => randomPoint(state)),
  ];
}

function expectedImprovement(gain: number, deviation: number): number {
  if (deviation <= 0) return Math.max(0, gain);
  const z = gain / deviation;
  return gain * normalBelow(z) + (deviation * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}

/** Abramowitz and Stegun 26.2.17, to 7.5e-8. */
function normalBelow(z: number): number {
  if (z < 0) return 1 - normalBelow(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}
