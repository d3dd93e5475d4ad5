import type { Problem } from "../../base/problem.js";
import type { Estimate } from "../../cost/cost.js";
import type { RecipeInput } from "../recipes/recipe.js";
import type { PlanCheck } from "./run-candidates.js";
import type { RuntimeSupport } from "./support.js";
import type { PlanProblem } from "./problem.js";
import { type PlanTotals, totalsOfSchemes } from "./plan.js";

/** What `ridgepoint quantize --json` prints. Seconds, bytes, joules; `risk` is the outputs' expected relative square error. */
export interface QuantizeDocument {
  readonly schemaVersion: 1;
  readonly target: string;
  readonly sensitivitySource: string;
  readonly limits: Readonly<Record<string, number>>;
  readonly objective: string;
  /** What becomes of each format here. */
  readonly formats: readonly {
    readonly id: string;
    readonly name: string;
    readonly bits: number;
    readonly execution: "computed" | "stored" | "unsupported";
    readonly reason: string;
  }[];
  /** Null when no plan keeps the limits; `reason` says why. */
  readonly plan: {
    readonly status: "optimal" | "feasible";
    readonly gap: number | null;
    readonly totals: PlanTotals;
    readonly memory: DocumentMemory;
    readonly layers: readonly DocumentLayer[];
  } | null;
  readonly reason: string | null;
  readonly uniform: readonly { readonly format: string; readonly totals: PlanTotals }[];
  /** Plans that were run, the one that was foretold to be the best first; the plan is the one that was kept. Null: none was. */
  readonly check: {
    readonly source: string;
    readonly runs: readonly {
      readonly name: string;
      readonly totals: PlanTotals;
      /** Measured: square error of the outputs over their squares. */
      readonly error: number;
      readonly isKept: boolean;
    }[];
  } | null;
  readonly compared: { readonly totals: PlanTotals; readonly differing: readonly string[] } | null;
  /** From the least risk to the least latency. */
  readonly front: readonly PlanTotals[];
  readonly problems: readonly DocumentProblem[];
}

/** Bytes of a plan. */
export interface DocumentMemory {
  readonly weights: number;
  /** Keys and values, 0 without a cache; null where the cache was not looked at. */
  readonly cache: number | null;
  /** Null: the format of the target. */
  readonly cacheFormat: string | null;
  /** Most that live at once, on the target that was asked for; null where that is not known. */
  readonly activations: number | null;
}

export type DocumentProblem = Pick<Problem, "code" | "severity" | "message">;

export interface DocumentLayer {
  readonly id: string;
  readonly name: string;
  readonly op: string;
  /** Null: the target's own precision. */
  readonly format: string | null;
  readonly seconds: number;
  readonly low: number;
  readonly high: number;
  readonly joules: number | null;
  readonly bytes: number;
  readonly risk: number;
  /** Against the target's own precision: above 1 is faster. */
  readonly speedup: number | null;
}

export interface DocumentInput extends RecipeInput {
  readonly problem: PlanProblem;
  readonly support: RuntimeSupport | undefined;
  readonly latency: Estimate | undefined;
  readonly activationBytes: number | undefined;
  readonly problems: readonly DocumentProblem[];
  readonly compared: ReadonlyMap<string, string> | undefined;
  readonly check: (PlanCheck & { readonly source: string }) | undefined;
}

export function quantizeDocument(input: DocumentInput): QuantizeDocument {
  const { choices, planning, result, problem, graph } = input;
  const { plan } = planning;
  const nameOf = (nodeId: number): string => graph.nodes[nodeId]?.name ?? "";
  return {
    schemaVersion: 1,
    target: choices.target.id,
    sensitivitySource: result.sensitivitySource,
    limits: problem.limits,
    objective: problem.objective,
    formats: result.schemes.map(({ id, name, bits }) => {
      const way = choices.executability.get(id);
      return {
        id,
        name,
        bits,
        execution: way?.kind ?? "unsupported",
        reason: way?.reason ?? "",
      };
    }),
    plan:
      plan === undefined
        ? null
        : {
            status: plan.status,
            gap: plan.gap ?? null,
            totals: plan.totals,
            memory: memoryOf(input, plan.totals.size),
            layers: layersOf(input),
          },
    reason: planning.reason ?? null,
    uniform: planning.uniform.map(({ name, totals }) => ({
      format: name === "" ? choices.target.precision.id : name,
      totals,
    })),
    check:
      input.check === undefined
        ? null
        : {
            source: input.check.source,
            runs: input.check.runs.map((run) => ({
              name: run.name,
              totals: run.plan.totals,
              error: run.error,
              isKept: run === input.check?.kept,
            })),
          },
    compared:
      input.compared === undefined
        ? null
        : {
            totals: totalsOfSchemes(problem, (nodeId) => input.compared?.get(nameOf(nodeId)) ?? ""),
            differing: choices.layers
              .filter(
                ({ nodeId }) =>
                  (input.compared?.get(nameOf(nodeId)) ?? "") !== (input.schemes.get(nodeId) ?? ""),
              )
              .map(({ nodeId }) => nameOf(nodeId)),
          },
    front: planning.front,
    problems: input.problems,
  };
}

function memoryOf(
  { choices, schemes, result, activationBytes }: DocumentInput,
  size: number,
): DocumentMemory {
  const caches = choices.layers.filter(({ isCache }) => isCache === true);
  const chosen = caches.flatMap(({ nodeId, choices: own }) =>
    own.filter(({ schemeId }) => schemeId === (schemes.get(nodeId) ?? "")),
  );
  const cache = chosen.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    weights: size - cache,
    cache: result.caches === undefined ? null : cache,
    cacheFormat: chosen[0]?.schemeId || null,
    activations: activationBytes ?? null,
  };
}

function layersOf({ choices, graph, schemes }: DocumentInput): readonly DocumentLayer[] {
  return choices.layers.flatMap(({ nodeId, choices: own }) => {
    const wanted = schemes.get(nodeId) ?? "";
    const chosen = own.find(({ schemeId }) => schemeId === wanted);
    const base = own[0];
    if (chosen === undefined || base === undefined) return [];
    return [
      {
        id: String(nodeId),
        name: graph.nodes[nodeId]?.name ?? "",
        op: graph.nodes[nodeId]?.op ?? "",
        format: wanted === "" ? null : wanted,
        seconds: chosen.seconds,
        low: chosen.low,
        high: chosen.high,
        joules: chosen.joules ?? null,
        bytes: chosen.bytes,
        risk: chosen.risk,
        speedup: chosen.seconds > 0 ? base.seconds / chosen.seconds : null,
      },
    ];
  });
}
