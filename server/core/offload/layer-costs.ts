import { executionOf, inferModel } from "../analyze.js";
import type { Cancel } from "../base/cancel.js";
import type { Method } from "../cost/cost.js";
import type { Model } from "../graph/graph.js";
import { computeBufferBytes } from "../memory/generation-memory.js";
import { targetBytes } from "../lower/target-bytes.js";
import { add, certain, type Interval } from "../cost/interval.js";
import type { Target } from "../targets/target.js";

/** What a part of a decoder takes on one device. */
export interface PartCost {
  readonly seconds: Interval;
  readonly weightBytes: number;
}

/** A decoder on one device, layer by layer. */
export interface LayerCosts {
  readonly target: Target;
  readonly method: Method;
  /** In front of the layers: rows of the embedding. */
  readonly embedding: PartCost;
  readonly layers: readonly LayerCost[];
  /** Behind them: the last norm and the scores of all words. */
  readonly output: PartCost;
  /** What the runtime allots beside weights and cache. */
  readonly workspaceBytes: number;
}

export interface LayerCost {
  /** Attention, norms and a plain feed-forward; the router of experts. */
  readonly plain: PartCost;
  readonly experts: PartCost | undefined;
  readonly cacheBytes: number;
}

/** One call of so many new tokens after so many cached ones; undefined where a node of it is not costed. */
export function layerCosts(
  model: Model,
  target: Target,
  { tokens, past }: { readonly tokens: number; readonly past: number },
  cancel: Cancel,
): LayerCosts | undefined {
  const { generation } = model;
  if (generation === undefined) return undefined;
  const dims = new Map([
    ["sequence", tokens],
    ["past", past],
  ]);
  const inferred = inferModel(model, { batch: 1, inputs: new Map(), dims }, cancel);
  const { latency, lowered, kernelCosts } = executionOf(inferred, target, cancel);
  if (latency === undefined) return undefined;
  const { flow } = inferred.graphWork;
  const none: PartCost = { seconds: certain(0), weightBytes: 0 };
  const layers = Array.from({ length: generation.layerCount }, () => ({
    plain: none,
    experts: undefined as PartCost | undefined,
    cacheBytes: 0,
  }));
  let [embedding, output] = [none, none];
  let isBehind = false;
  for (const [index, kernel] of lowered.kernels.entries()) {
    const cost = kernelCosts[index];
    if (cost === undefined) continue;
    const part = { seconds: cost.seconds, weightBytes: kernel.weightBytes };
    const layer = layers[layerOf(flow.graph.nodes[kernel.nodeIds[0] ?? 0]?.scope ?? "") ?? -1];
    if (layer === undefined) {
      if (isBehind) output = together(output, part);
      else embedding = together(embedding, part);
      continue;
    }
    isBehind = true;
    if (kernel.shape.kind === "moe") layer.experts = together(layer.experts ?? none, part);
    else layer.plain = together(layer.plain, part);
  }
  const bytes = targetBytes(flow, target.precision);
  for (const id of flow.graph.inputs) {
    const { isCache, isState, name = "" } = flow.graph.values[id] ?? {};
    const layer = layers[Number(/\d+/.exec(name)?.[0] ?? -1)];
    if ((isCache ?? isState) === true && layer !== undefined) layer.cacheBytes += bytes.of(id) ?? 0;
  }
  return {
    target,
    method: latency.method,
    embedding,
    layers,
    output,
    workspaceBytes:
      target.runtime.memoryOverhead.value +
      (computeBufferBytes(generation, target, past + tokens) ?? 0),
  };
}

/** `model/layers/7/mlp` and `blk/7/ffn` are of layer 7; what has no number stands around them. */
function layerOf(scope: string): number | undefined {
  const found = /(?:^|\/)(\d+)(?:\/|$)/.exec(scope)?.[1];
  return found === undefined ? undefined : Number(found);
}

function together(one: PartCost, other: PartCost): PartCost {
  return {
    seconds: add(one.seconds, other.seconds),
    weightBytes: one.weightBytes + other.weightBytes,
  };
}
