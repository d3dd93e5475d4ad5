import { parseBudget, type Goals } from "../core/goals.js";
import { UsageError } from "./usage-error.js";

/** Of `--budget` and `--grid`, or the keys of the same names; nothing where neither is given. */
export function goalsOf(
  budgetWord: string | undefined,
  gridWord: string | undefined,
): { readonly goals?: Goals } {
  if (budgetWord === undefined && gridWord === undefined) return {};
  const budget = budgetWord === undefined ? undefined : parseBudget(budgetWord);
  if (budgetWord !== undefined && budget === undefined)
    throw new UsageError(
      `\`--budget\` takes a time or a rate, \`16.7ms\` or \`60fps\`, not \`${budgetWord}\`.`,
    );
  const grid = gridWord === undefined ? undefined : Number(gridWord);
  if (grid !== undefined && !(Number.isFinite(grid) && grid >= 0))
    throw new UsageError(`\`--grid\` takes grams of CO₂ per kilowatt hour, not \`${gridWord}\`.`);
  return {
    goals: {
      ...(budget !== undefined && { budget }),
      ...(grid !== undefined && { gridGramsPerKilowattHour: grid }),
    },
  };
}
