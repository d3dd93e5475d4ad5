import type { Cancel } from "../../core/base/cancel.js";
import type { Graph } from "../../core/graph/graph.js";
import type { Scheme } from "../../core/quant/formats/scheme.js";
import { candidatesOf, runPlan } from "../../core/quant/plan/candidates.js";
import type { Plan } from "../../core/quant/plan/plan.js";
import type { PlanProblem } from "../../core/quant/plan/problem.js";
import { chooseByRuns, type PlanCheck } from "../../core/quant/plan/run-candidates.js";
import { measurePlans } from "./measure-in-worker.js";
import type { RunSubject } from "./open-run.js";

export interface CheckRequest {
  readonly subject: RunSubject;
  readonly graph: Graph;
  readonly problem: PlanProblem;
  readonly plan: Plan;
  readonly schemes: readonly Scheme[];
  readonly activationSchemes: readonly Scheme[];
  readonly cancel: Cancel;
  readonly onProgress: (sentence: string) => void;
}

/** With what they were run on. */
export type CheckedPlan = PlanCheck & { readonly source: string };

/**
 * Runs a plan and those that could be taken instead, and keeps one that errs clearly less. Where something else than the error is made
 * least, the plan alone is run. Answers a sentence where the model cannot be run.
 */
export async function checkPlan(request: CheckRequest): Promise<CheckedPlan | string> {
  const { graph, problem, plan, schemes, activationSchemes } = request;
  const all = candidatesOf(graph, problem, plan);
  const candidates = problem.objective === "risk" ? all : all.slice(0, 1);
  const plans = candidates.map((one) =>
    runPlan(problem.choices, one.plan, schemes, activationSchemes),
  );
  const answer = await measurePlans(
    { ...request.subject, plans },
    request.cancel,
    request.onProgress,
  );
  if (answer.kind === "impossible") return answer.reason;
  const check = chooseByRuns(candidates, answer.runs, answer.samples);
  return check === undefined ? "There is no plan to run." : { ...check, source: answer.source };
}
