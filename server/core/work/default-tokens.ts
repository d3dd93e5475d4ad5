import type { Bindings } from "../analysis.js";
import type { Outcome } from "../base/problem.js";
import { bindInputs } from "../graph/bind.js";
import { isKnown } from "../graph/dim.js";
import type { Model } from "../graph/graph.js";

/** What a call of a generating model is: so many new tokens after so many cached ones. */
export interface Call {
  readonly tokens: number;
  readonly past: number;
}

/** Of a prompt and of the text before a step, where nobody says. */
const usualTokens = 512;

/** Where nobody says what a call of a generating model is, a step: one new token after 512. */
export function withDefaultTokens(model: Model, bindings: Bindings): Outcome<Model> {
  if (model.generation === undefined) return { value: model, problems: [] };
  const open = openSymbols(model);
  const given = bindings.dims.get("sequence");
  const limit = model.generation.contextLimit ?? Infinity;
  const dims = new Map<string, number>();
  if (open.has("sequence")) dims.set("sequence", 1);
  if (open.has("past"))
    dims.set("past", given === undefined || given === 1 ? Math.min(usualTokens, limit - 1) : 0);
  if (dims.size === 0) return { value: model, problems: [] };
  const bound = bindInputs(model, { inputs: new Map(), dims });
  const past = dims.get("past");
  return {
    value: bound.value,
    problems:
      past === undefined
        ? []
        : [
            {
              code: "RP1112",
              severity: "information",
              message: `One call is ${given ?? 1} new token${(given ?? 1) === 1 ? "" : "s"} after ${past} cached ones; give --dim past=N and --dim sequence=N for another, or set them in the panel.`,
            },
          ],
  };
}

function openSymbols({ graph }: Model): ReadonlySet<string> {
  const found = new Set<string>();
  for (const id of graph.inputs) {
    const type = graph.values[id]?.declared;
    if (type?.kind !== "tensor") continue;
    for (const dim of type.shape ?? []) if (!isKnown(dim)) found.add(dim.text);
  }
  return found;
}

/** The call that a bound model is; undefined while an extent is open, or for a model that generates nothing. */
export function callOf({ generation, graph }: Model): Call | undefined {
  if (generation === undefined) return undefined;
  const extent = (isWanted: (name: string) => boolean, axis: number): number | undefined => {
    const id = graph.inputs.find((input) => isWanted(graph.values[input]?.name ?? ""));
    const type = id === undefined ? undefined : graph.values[id]?.declared;
    const dim = type?.kind === "tensor" ? type.shape?.[axis] : undefined;
    return dim !== undefined && isKnown(dim) ? dim : undefined;
  };
  const tokens = extent((name) => name === "input_ids", 1);
  // A model with states alone caches no tokens: a call is the same after any number of them.
  const past = graph.inputs.some((id) => graph.values[id]?.isCache === true)
    ? extent((name) => name.startsWith("past."), 2)
    : 0;
  return tokens === undefined || past === undefined ? undefined : { tokens, past };
}
