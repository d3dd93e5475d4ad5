import { below, bestOf, neighbour, randomPoint, type SearchMethod, type Trial } from "./method.js";

const populationSize = 16;
const tournamentSize = 4;

/**
 * Regularized evolution (Real et al., AAAI 2019): the youngest points are the population, the best of a few drawn ones are parents;
 * a child takes each value from either and changes one.
 */
export const evolution: SearchMethod = {
  id: "evolution",
  next(state) {
    const { tried, random } = state;
    if (tried.length < populationSize) return randomPoint(state);
    const population = tried.slice(-4 * populationSize);
    const parent = (): Trial | undefined =>
      bestOf(
        Array.from(
          { length: tournamentSize },
          () => population[below(population.length, random)],
        ).filter((trial) => trial !== undefined),
      );
    const [left, right] = [parent(), parent()];
    const child = (left?.point ?? []).map((value, axis) =>
      random() < 0.5 ? value : (right?.point[axis] ?? value),
    );
    return neighbour(child, state);
  },
};
