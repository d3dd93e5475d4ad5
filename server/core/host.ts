import type { Analysis, Bindings, TargetAnalysis } from "./analysis.js";
import { analyzeTarget, assemble, inferModel, type InferredModel } from "./analyze.js";
import type { Cancel } from "./base/cancel.js";
import type { Model } from "./graph/graph.js";
import { typeText } from "./graph/value-type.js";
import type { Target } from "./targets/target.js";

/**
 * Answers with immutable analyses and keeps the last few. Results are kept by the identity of what they were made
 * from: a model object is one version of a file, a target object one version of the catalogue. Changing the chosen
 * targets infers nothing anew; asking twice gives the same object.
 */
export class AnalysisHost {
  readonly #models: RecentlyUsed<ModelEntry>;

  constructor(modelCount = 4) {
    this.#models = new RecentlyUsed(modelCount);
  }

  analyze(model: Model, bindings: Bindings, targets: readonly Target[], cancel: Cancel): Analysis {
    const text = bindingsText(bindings);
    const entry = this.#models.get(
      (candidate) => candidate.model === model && candidate.bindings === text,
      () => ({
        model,
        bindings: text,
        inferred: inferModel(model, bindings, cancel),
        targets: new WeakMap(),
        analyses: new RecentlyUsed(4),
      }),
    );
    return entry.analyses.get(
      ({ chosen }) => sameItems(chosen, targets),
      () => ({
        chosen: [...targets],
        analysis: assemble(
          entry.inferred,
          targets.map((target) => targetOf(entry, target, cancel)),
        ),
      }),
    ).analysis;
  }
}

interface ModelEntry {
  readonly model: Model;
  readonly bindings: string;
  readonly inferred: InferredModel;
  readonly targets: WeakMap<Target, TargetAnalysis>;
  readonly analyses: RecentlyUsed<{
    readonly chosen: readonly Target[];
    readonly analysis: Analysis;
  }>;
}

function targetOf(entry: ModelEntry, target: Target, cancel: Cancel): TargetAnalysis {
  const known = entry.targets.get(target);
  if (known !== undefined) return known;
  const made = analyzeTarget(entry.inferred, target, cancel);
  entry.targets.set(target, made);
  return made;
}

/** Most recent last. What throws (a cancelled analysis) is not kept. */
class RecentlyUsed<T> {
  readonly #items: T[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(isWanted: (item: T) => boolean, make: () => T): T {
    const index = this.#items.findIndex(isWanted);
    const [found] = index < 0 ? [] : this.#items.splice(index, 1);
    const item = found ?? make();
    this.#items.push(item);
    if (this.#items.length > this.#limit) this.#items.shift();
    return item;
  }
}

function sameItems<T>(left: readonly T[], right: readonly T[]): boolean {
  return left.length === right.length && left.every((item, index) => item === right[index]);
}

/** Equal text means equal bindings. */
function bindingsText({ batch, inputs, dims, goals }: Bindings): string {
  return JSON.stringify([
    batch ?? null,
    [...inputs].map(([name, type]) => [name, typeText(type)]).sort(),
    [...dims].sort(([a], [b]) => (a < b ? -1 : 1)),
    goals ?? null,
  ]);
}
