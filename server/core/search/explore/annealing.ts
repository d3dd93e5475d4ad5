import { random } from "../../base/random.js";
import { neighbour, randomPoint, type SearchMethod, type Trial } from "./method.js";

/** Share of a score that is given up at first, and how fast that shrinks. */
const firstTemperature = 0.3;
const cooling = 0.95;

/**
 * Simulated annealing (Kirkpatrick et al., Science 1983) on scores as they are, logarithms: a step to a worse neighbour is taken with
 * probability e^(−Δ/T). Where it stands follows from what was tried and the number of each step, so that the method keeps nothing.
 */
export const annealing: SearchMethod = {
  id: "annealing",
  next(state) {
    const at = standing(state.tried);
    return at === undefined ? randomPoint(state) : neighbour(at.point, state);
  },
};

function standing(tried: readonly Trial[]): Trial | undefined {
  let at: Trial | undefined;
  for (const [step, trial] of tried.entries()) {
    const temperature = firstTemperature * cooling ** step;
    const isTaken =
      at === undefined ||
      trial.score <= at.score ||
      random(step)() < Math.exp((at.score - trial.score) / temperature);
    if (isTaken) at = trial;
  }
  return at;
}
