import { makePlan } from "../../../server/core/quant/plan/plan.js";
import { loadSolver } from "../../../server/engines/highs/solver.js";
import { randomProblem } from "../../../test/core/quant/random-problem.js";
import type { Figure } from "../print-table.js";

/** Plans of 200 layers in 12 formats under one limit and under two, of random amounts. */
export async function solverTimes(): Promise<readonly Figure[]> {
  const solver = await loadSolver();
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
      const problem = randomProblem(200, 12, limits, seed);
      const clock = performance.now();
      const before = process.cpuUsage();
      const { plan } = makePlan(problem, (text) => solver.solve(text));
      slowest = Math.max(slowest, (performance.now() - clock) / 1000);
      const { user, system } = process.cpuUsage(before);
      busiest = Math.max(busiest, (user + system) / 1e6);
      if (plan?.status === "optimal") provenCount += 1;
      worstGap = Math.max(worstGap, plan?.gap ?? NaN);
    }
    const name = `200 layers × 12 formats, limits on ${Object.keys(limits).join(", ")}`;
    figures.push(
      { name: `${name}: slowest of ${seeds.length}`, value: slowest, unit: "s", bound: 2 },
      { name: `${name}: most processor time`, value: busiest, unit: "s", bound: 2 },
      { name: `${name}: proven optimal`, value: provenCount, unit: `of ${seeds.length}` },
      { name: `${name}: largest gap`, value: worstGap, unit: "" },
    );
  }
  return figures;
}
