import type { Bindings } from "../analysis.js";
import type { Outcome } from "../base/problem.js";
import { bindInputs } from "../graph/bind.js";
import { isAnonymous } from "../graph/declared-type.js";
import { isKnown, type Dim } from "../graph/dim.js";
import type { Graph, Model } from "../graph/graph.js";
import type { InferredGraph } from "../graph/inferred.js";

/**
 * Where nobody says what the batch size is, an extent that is one by its place and name (first of an input; `batch`,
 * `N`, or no name at all) is taken as 1, and that is said.
 */
export function withDefaultBatch(model: Model, bindings: Bindings): Outcome<Model> {
  if (bindings.batch !== undefined) return { value: model, problems: [] };
  const firsts = firstExtents(model.graph);
  const found = firsts.filter(isBatch);
  if (found.length === 0) return { value: model, problems: [] };
  const dims = new Map<string, number>();
  for (const dim of found) if (!isKnown(dim) && !isAnonymous(dim)) dims.set(dim.text, 1);
  // The binding by batch takes every symbolic first extent, also one called `seq`; the binding by name does not.
  const hasOther = firsts.some((dim) => !isKnown(dim) && !isBatch(dim));
  const isNameless = found.some((dim) => !isKnown(dim) && isAnonymous(dim));
  const bound = bindInputs(model, {
    inputs: new Map(),
    dims,
    ...(isNameless && !hasOther && { batch: 1 }),
  });
  if (bound.value === model || (dims.size === 0 && hasOther)) return { value: model, problems: [] };
  const names = [...dims.keys()].map((name) => `\`${name}\``).join(", ");
  return {
    value: bound.value,
    problems: [
      {
        code: "RP1111",
        severity: "information",
        message: `The batch size${names === "" ? "" : ` (${names})`} is taken as 1; give --batch N, or set it in the panel.`,
      },
    ],
  };
}

/** The first extent that the inputs of rank two and more have in common. */
export function batchOf({ graph, types }: InferredGraph): number | undefined {
  let batch: number | undefined;
  for (const id of graph.inputs) {
    const type = types[id];
    if (type?.kind !== "tensor" || graph.values[id]?.weight !== undefined) continue;
    const first = type.shape?.[0];
    if (first === undefined || (type.shape?.length ?? 0) < 2) continue;
    if (!isKnown(first) || (batch !== undefined && batch !== first)) return undefined;
    batch = first;
  }
  return batch;
}

function firstExtents(graph: Graph): readonly Dim[] {
  return graph.inputs.flatMap((id) => {
    const value = graph.values[id];
    const type = value?.declared;
    if (value?.weight !== undefined || type?.kind !== "tensor") return [];
    const first = type.shape?.[0];
    return first === undefined ? [] : [first];
  });
}

/** Names that exporters give to the batch: `batch`, `batch_size`, `N`, `bs`, TensorFlow's `unk__6`. */
function isBatch(dim: Dim): boolean {
  if (isKnown(dim)) return false;
  return isAnonymous(dim) || /^(n|b|bs|.*batch.*|unk__\d+)$/i.test(dim.text);
}
