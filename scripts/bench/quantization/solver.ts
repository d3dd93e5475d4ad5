import type { SolveText } from "../../../server/core/quant/plan/linear-plan.js";
import { makePlan } from "../../../server/core/quant/plan/plan.js";
import type { PlanProblem } from "../../../server/core/quant/plan/problem.js";
import { loadSolver } from "../../../server/engines/highs/solver.js";
import { random } from "../../../test/core/quant/random-numbers.js";
import { randomProblem } from "../../../test/core/quant/random-problem.js";
import type { Figure } from "../print-table.js";

/** Plans of 200 layers in 12 formats under one to three limits, of random amounts; risks add up, or layers drift. */
export async function solverTimes(): Promise<readonly Figure[]> {
  const solver = await loadSolver();
  const solve = (text: string): ReturnType<typeof solver.solve> => solver.solve(text);
  return [...timesOf("", solve, (problem) => problem), ...timesOf(", drifting", solve, drifting)];
}

/** As many gradients as a model of ten classes has under two kinds of input. */
const driftCount = 20;

function timesOf(
  kind: string,
  solve: SolveText,
  problemOf: (problem: PlanProblem, seed: number) => PlanProblem,
): readonly Figure[] {
  const figures: Figure[] = [];
  for (const limits of [
    { latency: 500 },
    { latency: 500, size: 12_000 },
    { latency: 420, size: 11_000, energy: 900 },
  ]) {
    let slowest = 0;
    let busiest = 0;
    let worstGap = 0;
    let provenCount = 0;
    const seeds = [1, 2, 3, 4, 5, 6];
    for (const seed of seeds) {
      const problem = problemOf(randomProblem(200, 12, limits, seed), seed);
      const clock = performance.now();
      const before = process.cpuUsage();
      const { plan } = makePlan(problem, solve);
      slowest = Math.max(slowest, (performance.now() - clock) / 1000);
      const { user, system } = process.cpuUsage(before);
      busiest = Math.max(busiest, (user + system) / 1e6);
      if (plan?.status === "optimal") provenCount += 1;
      worstGap = Math.max(worstGap, plan?.gap ?? NaN);
    }
    const name = `200 layers × 12 formats${kind}, limits on ${Object.keys(limits).join(", ")}`;
    figures.push(
      { name: `${name}: slowest of ${seeds.length}`, value: slowest, unit: "s", bound: 2 },
      { name: `${name}: most processor time`, value: busiest, unit: "s", bound: 2 },
      { name: `${name}: proven optimal`, value: provenCount, unit: `of ${seeds.length}` },
      { name: `${name}: largest gap`, value: worstGap, unit: "" },
    );
  }
  return figures;
}

/** Up to the whole risk of each choice drifts, in a direction of its own. */
function drifting(problem: PlanProblem, seed: number): PlanProblem {
  const next = random(seed);
  const layers = problem.choices.layers.map((layer) => ({
    ...layer,
    choices: layer.choices.map((choice) => {
      const direction = Array.from({ length: driftCount }, () => next() - 0.5);
      const length = Math.hypot(...direction);
      const size = Math.sqrt(choice.risk * next()) / length;
      return { ...choice, drift: direction.map((one) => one * size) };
    }),
  }));
  return { ...problem, choices: { ...problem.choices, layers } };
}
