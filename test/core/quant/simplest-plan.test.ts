import { expect, test } from "vitest";
import type { Choice, ModelChoices } from "../../../server/core/quant/plan/choices.js";
import { makePlan } from "../../../server/core/quant/plan/plan.js";
import type { PlanProblem } from "../../../server/core/quant/plan/problem.js";
import { simplestPlan } from "../../../server/core/quant/plan/simplest-plan.js";
import { loadSolver } from "../../../server/engines/highs/solver.js";
import { realCatalogue } from "../../kit/real-analysis.js";

const target = (await realCatalogue()).find("nvidia-rtx-4090/tensorrt/fp16")!;
const solver = await loadSolver();

const choice = (schemeId: string, risk: number, seconds: number): Choice => ({
  ...{ schemeId, kind: "computed", risk, seconds, low: seconds, high: seconds },
  ...{ joules: undefined, bytes: 1 },
});

/** Formats of two layers whose `a` takes 1 s; risks of the second layer in `b`, and how long it takes there. */
function check(risk: number, seconds: number, limit: number) {
  const choices: ModelChoices = {
    target,
    layers: [
      { nodeId: 0, choices: [choice("a", 1, 1), choice("b", 3, 1)] },
      { nodeId: 1, choices: [choice("a", 1, 1), choice("b", risk, seconds)] },
    ],
    ...{ restSeconds: 0, restJoules: 0, restBytes: 0, executability: new Map() },
  };
  const problem: PlanProblem = {
    ...{ choices, groups: [[0], [1]], objective: "risk" },
    limits: { latency: limit },
  };
  const { plan, mixture } = simplestPlan(
    problem,
    makePlan(problem, (text) => solver.solve(text)),
  );
  return {
    formats: [...(plan?.schemes.values() ?? [])].join(""),
    gap: Number(plan?.gap?.toFixed(3)),
    ...(mixture !== undefined && { mixture: mixture.totals.risk }),
  };
}

test("one format is taken where a mixture is foretold to err hardly less", () => {
  expect(check(0.9, 1, 2)).toEqual({ formats: "aa", gap: 0.05, mixture: 1.9 });
});

test("a mixture that errs clearly less is taken, and one that alone keeps the limit", () => {
  expect(check(0.2, 1, 2)).toEqual({ formats: "ab", gap: 0 });
  expect(check(0.9, 0.5, 1.5)).toEqual({ formats: "ab", gap: 0 });
});
