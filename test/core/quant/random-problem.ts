import type { ModelChoices } from "../../../server/core/quant/plan/choices.js";
import type { Limits, PlanProblem } from "../../../server/core/quant/plan/problem.js";
import { random } from "./random-numbers.js";

/** Layers whose faster choices are riskier, by chance more or less. */
export function randomProblem(
  layerCount: number,
  optionCount: number,
  limits: Limits,
  seed: number,
): PlanProblem {
  const next = random(seed);
  const choices: ModelChoices = {
    target: undefined as never,
    layers: Array.from({ length: layerCount }, (_, nodeId) => {
      const size = 1 + next() * 9;
      const weight = next() ** 3;
      return {
        nodeId,
        choices: Array.from({ length: optionCount }, (__, option) => {
          const seconds = (size * (1 + next())) / (option + 1);
          return {
            schemeId: option === 0 ? "" : `f${option}`,
            kind: "computed" as const,
            seconds,
            low: seconds,
            high: seconds,
            joules: seconds * 2,
            bytes: size * (16 - option),
            risk: option === 0 ? 0 : weight * 2 ** option * next(),
          };
        }),
      };
    }),
    restSeconds: 1,
    restJoules: 0,
    restBytes: 0,
    executability: new Map(),
  };
  const groups = choices.layers.map((_, index) => [index]);
  return { choices, groups, objective: "risk", limits };
}
