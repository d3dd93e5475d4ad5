import { lagrangianBounds } from "./bounds.js";
import { type GroupOption, lpText, type PlanProblem } from "./problem.js";

export type SolveText = (
  text: string,
) =>
  | { readonly kind: "found"; readonly isProven: boolean; readonly chosen: ReadonlySet<string> }
  | { readonly kind: "infeasible" }
  | { readonly kind: "failed"; readonly reason: string };

export interface Solved {
  /** Options by group; undefined without a plan within the limits. */
  readonly picks: readonly number[] | undefined;
  /** No plan has less of the objective. */
  readonly lower: number;
  /** Nothing better exists. */
  readonly isProven: boolean;
  /** Why the solver stopped, where it did. */
  readonly failure: string | undefined;
}

/** The best picks where every measure is a sum over groups: a bound leaves few options open, and the solver decides them. */
export function solveLinear(
  problem: PlanProblem,
  options: readonly (readonly GroupOption[])[],
  solve: SolveText,
): Solved {
  const bounds = lagrangianBounds(problem, options);
  const { lower } = bounds;
  const kept = bounds.candidates.map((own, group) =>
    own.flatMap((option) => options[group]?.[option] ?? []),
  );
  if (bounds.picks !== undefined && kept.every(({ length }) => length === 1))
    return { picks: bounds.picks, lower, isProven: true, failure: undefined };
  const solution = solve(lpText(problem, kept));
  const solved =
    solution.kind === "found" ? chosenPicks(bounds.candidates, solution.chosen) : undefined;
  const value = (picks: readonly number[]): number =>
    picks.reduce(
      (sum, pick, group) => sum + (options[group]?.[pick]?.amounts[problem.objective] ?? 0),
      0,
    );
  // The solver keeps limits within its tolerance; where it found nothing better, the plan from before it stands.
  const isKnownBetter =
    bounds.picks !== undefined && (solved === undefined || value(bounds.picks) < value(solved));
  return {
    picks: isKnownBetter ? bounds.picks : solved,
    lower,
    isProven: solution.kind === "found" && solution.isProven,
    failure: solution.kind === "failed" ? solution.reason : undefined,
  };
}

/** Options by group that the solver has chosen of those that it was given. */
export function chosenPicks(
  candidates: readonly (readonly number[])[],
  chosen: ReadonlySet<string>,
): readonly number[] {
  return candidates.map((own, group) => {
    const at = own.findIndex((_, option) => chosen.has(`x${group}_${option}`));
    return own[Math.max(0, at)] ?? 0;
  });
}
