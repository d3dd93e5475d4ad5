import { expect, test } from "vitest";
import { effectsOf } from "../../../server/core/quant/sensitivity/effects.js";
import type { Choice } from "../../../server/core/quant/plan/choices.js";
import { jointRisk } from "../../../server/core/quant/plan/joint-risk.js";
import { makePlan } from "../../../server/core/quant/plan/plan.js";
import type { PlanProblem } from "../../../server/core/quant/plan/problem.js";
import { loadSolver } from "../../../server/engines/highs/solver.js";
import { random } from "./random-numbers.js";
import { randomProblem } from "./random-problem.js";

const solver = await loadSolver();
const plan = (problem: PlanProblem) => makePlan(problem, (text) => solver.solve(text));

/** Layers of which most of the risk drifts one way or the other. */
function drifting(problem: PlanProblem, seed: number): PlanProblem {
  const next = random(seed);
  const layers = problem.choices.layers.map((layer) => ({
    ...layer,
    choices: layer.choices.map((choice): Choice => {
      const length = Math.sqrt(choice.risk * next());
      const angle = 2 * Math.PI * next();
      return { ...choice, drift: [length * Math.cos(angle), length * Math.sin(angle)] };
    }),
  }));
  return { ...problem, choices: { ...problem.choices, layers } };
}

/** All plans: latency and risk. */
function everyPlan({ choices }: PlanProblem): readonly { latency: number; risk: number }[] {
  const found: { latency: number; risk: number }[] = [];
  const walk = (layer: number, chosen: readonly Choice[]): void => {
    const own = choices.layers[layer]?.choices;
    if (own !== undefined) for (const choice of own) walk(layer + 1, [...chosen, choice]);
    else
      found.push({
        latency: chosen.reduce((sum, { seconds }) => sum + seconds, choices.restSeconds),
        risk: jointRisk(chosen),
      });
  };
  walk(0, []);
  return found;
}

test("drifts add up with their signs, what scatters adds up in squares", () => {
  const up = { risk: 5, drift: [2] };
  expect(jointRisk([up])).toBe(5);
  expect(jointRisk([up, up])).toBe(18);
  expect(jointRisk([up, { risk: 4, drift: [-2] }])).toBe(1);
  expect(jointRisk([{ risk: 5 }, { risk: 5 }])).toBe(10);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "with layers that drift a plan is the best of all combinations (seed %i)",
  (seed) => {
    const limit = 20;
    const problem = drifting(randomProblem(6, 4, { latency: limit }, seed), seed);
    const within = everyPlan(problem).filter(({ latency }) => latency <= limit);
    const best = Math.min(...within.map(({ risk }) => risk));
    const found = plan(problem).plan;
    if (within.length === 0) {
      expect(found).toBeUndefined();
      return;
    }
    expect(found?.totals.latency).toBeLessThanOrEqual(limit * (1 + 1e-6));
    expect(found?.totals.risk).toBeLessThanOrEqual(best * (1 + 1e-5));
    const proven = (found?.totals.risk ?? 0) * (1 - (found?.gap ?? 0) - 1e-9);
    expect(proven).toBeLessThanOrEqual(best);
  },
);

test("with 200 layers that drift nearly nothing is left to save, and the limits are kept", () => {
  const limits = { latency: 500, size: 12_000 };
  const found = plan(drifting(randomProblem(200, 12, limits, 1), 1)).plan;
  expect(found?.totals.latency).toBeLessThanOrEqual(500.001);
  expect(found?.totals.size).toBeLessThanOrEqual(12_000.01);
  expect(found?.gap).toBeLessThan(0.01);
}, 30_000);

test("limits that no plan keeps together are told", () => {
  const draft = drifting(randomProblem(6, 4, {}, 2), 2);
  const all = everyPlan(draft);
  const safest = Math.min(...all.map(({ risk }) => risk));
  const fastest = Math.min(...all.map(({ latency }) => latency));
  const limits = { risk: safest + 1e-6, latency: fastest * 1.01 };
  for (const objective of ["latency", "risk"] as const)
    expect(plan({ ...draft, objective, limits })).toMatchObject({
      plan: undefined,
      reason: "Each limit can be kept by itself, but no plan keeps all of them together.",
    });
});

test.each([1, 2, 3, 4, 5, 6])("a limit on the joint risk is kept (seed %i)", (seed) => {
  const problem = drifting(randomProblem(6, 4, {}, seed), seed);
  const all = everyPlan(problem);
  const limit = all.map(({ risk }) => risk).sort((a, b) => a - b)[Math.floor(all.length / 8)] ?? 0;
  const best = Math.min(...all.filter(({ risk }) => risk <= limit).map(({ latency }) => latency));
  const found = plan({ ...problem, objective: "latency", limits: { risk: limit } }).plan;
  expect(found?.totals.risk).toBeLessThanOrEqual(limit);
  expect(found?.totals.latency).toBeCloseTo(best, 6);
  expect(found?.status).toBe("optimal");
});

/** Every choice but a layer's own moves what later layers round. */
function rounding(problem: PlanProblem): PlanProblem {
  const layers = problem.choices.layers.map((layer, index) => ({
    ...layer,
    choices: layer.choices.map((choice): Choice => {
      const floor = choice.schemeId === "" ? 0 : 3 / (index + 1);
      return { ...choice, risk: choice.risk + floor, floor };
    }),
  }));
  return { ...problem, choices: { ...problem.choices, layers } };
}

test("what later layers round otherwise is counted once", () => {
  const early = { risk: 5, floor: 3 };
  const late = { risk: 2, floor: 1 };
  expect(jointRisk([early])).toBe(5);
  expect(jointRisk([early, late])).toBe(2 + 1 + 3);
});

test.each([1, 2, 3, 4, 5, 6])(
  "with rounding behind the layers a plan is the best of all combinations (seed %i)",
  (seed) => {
    const problem = rounding(drifting(randomProblem(6, 4, { latency: 22 }, seed), seed));
    const within = everyPlan(problem).filter(({ latency }) => latency <= 22);
    const found = plan(problem).plan;
    expect(found?.totals.risk).toBeCloseTo(Math.min(...within.map(({ risk }) => risk)), 6);
    expect(found?.status).toBe("optimal");
    const limit = 1.5 * (found?.totals.risk ?? 0);
    const fastest = everyPlan(problem)
      .filter(({ risk }) => risk <= limit)
      .reduce((least, { latency }) => Math.min(least, latency), Infinity);
    const faster = plan({ ...problem, objective: "latency", limits: { risk: limit } }).plan;
    expect(faster?.totals.risk).toBeLessThanOrEqual(limit);
    expect(faster?.totals.latency).toBeCloseTo(fastest, 6);
  },
);

test("the mean over samples is the drift, per gradient and kind of input", () => {
  // Two kinds of two samples, one gradient: the first layer moves all samples alike, the second none on the mean.
  const projected = {
    byNode: new Map([
      [0, [Float64Array.of(1, 1, 1, 1)]],
      [1, [Float64Array.of(1, -1, 1, -1)]],
    ]),
    energies: [2, 2, 2, 2],
    scale: 1,
  };
  const effects = effectsOf({ ...projected, quantizersBehind: () => [] });
  const [first] = effects.get(0) ?? [];
  const [second] = effects.get(1) ?? [];
  expect(first?.risk).toBeCloseTo(0.5, 9);
  expect(jointRisk([{ risk: 0, drift: first?.drift ?? [] }, { risk: 0.5 }])).toBeCloseTo(1, 9);
  expect(second?.risk).toBeCloseTo(0.5, 9);
  expect(second?.drift.every((one) => one === 0)).toBe(true);
});
