import type { Analysis, TargetAnalysis } from "../analysis.js";
import { activationMemory, flashMemory } from "../cost/memory-levels.js";
import { nodeName, type NodeName } from "./memory.js";

/**
 * What lies in each memory of one target: weights, activations, working memory of kernels, the runtime itself, and the KV
 * cache that decoding keeps; and what is alive at every step. Null while a tensor's size is not known.
 */
export function view(
  analysis: Analysis,
  params: { readonly target: string | null; readonly pointLimit: number },
): MemoryUseView | null {
  const target =
    params.target === null
      ? analysis.targets[0]
      : analysis.targets.find((candidate) => candidate.target.id === params.target);
  const plan = target?.memoryPlan;
  if (target === undefined || plan === undefined) return null;
  const scratch = plan.buffers
    .filter(({ isScratch }) => isScratch === true)
    .reduce<{ readonly bytes: number; readonly firstStep: number } | undefined>(
      (most, buffer) => (buffer.bytes > (most?.bytes ?? 0) ? buffer : most),
      undefined,
    );
  const scratchNodeId = scratch && plan.stepNodeIds[scratch.firstStep];
  const least = plan.lowerBound;
  return {
    targetId: target.target.id,
    memories: memoriesOf(target),
    roomBytes: roomForActivations(target),
    runtime: target.target.runtime.name,
    workspace:
      scratch === undefined || scratchNodeId === undefined
        ? null
        : { bytes: scratch.bytes, node: nodeName(analysis, scratchNodeId) },
    fragmentationBytes: plan.best.size - least,
    kvCache: kvCacheOf(analysis, target),
    stepCount: plan.stepNodeIds.length,
    live: thinned(plan.liveBytes, params.pointLimit),
    fits: target.fits ?? null,
  };
}

export interface MemoryUseView {
  readonly targetId: string;
  /** Where something lies, nearest first. */
  readonly memories: readonly MemoryFill[];
  /** What is left for the arena where activations live. May be below zero: the rest alone is too much. */
  readonly roomBytes: number;
  readonly runtime: string;
  /** Largest working memory that a kernel takes for itself; it is part of the arena. */
  readonly workspace: { readonly bytes: number; readonly node: NodeName } | null;
  /** Bytes of the arena beyond what is alive at most. */
  readonly fragmentationBytes: number;
  readonly kvCache: KvCache | null;
  readonly stepCount: number;
  /** Bytes alive, the most of every stretch of steps where there are more steps than points. */
  readonly live: readonly { readonly step: number; readonly bytes: number }[];
  readonly fits: boolean | null;
}

export interface MemoryFill {
  readonly name: string;
  readonly role: string;
  readonly capacityBytes: number;
  readonly parts: readonly {
    readonly kind: "weights" | "activations" | "runtime";
    readonly bytes: number;
  }[];
}

/**
 * `graph`: the model takes and returns it, so it is among the activations already. `attention`: the model computes causal
 * attention, and a decoder that goes on from here keeps this much beside the rest.
 */
export interface KvCache {
  readonly source: "graph" | "attention";
  readonly bytes: number;
  /** Of one sequence; null where the graph does not say how many tokens its cache holds. */
  readonly bytesPerToken: number | null;
  readonly tokens: number | null;
  readonly layerCount: number;
}

/** The memory that activations live in, less the runtime and, where there is no flash, the weights. */
export function roomForActivations({ target, weightBytes }: TargetAnalysis): number {
  const { chip, runtime } = target;
  const weights = flashMemory(chip) === undefined ? weightBytes : 0;
  return activationMemory(chip).size.value - runtime.memoryOverhead.value - weights;
}

/** What each memory holds, where weights and activations lie in memories of their own: on chips with flash. */
export function separateMemories(target: TargetAnalysis): readonly MemoryTaken[] | undefined {
  if (flashMemory(target.target.chip) === undefined) return undefined;
  return memoriesOf(target).map(({ name, role, capacityBytes, parts }) => ({
    name,
    takenBytes:
      role === "flash" || target.memoryPlan !== undefined
        ? parts.reduce((sum, { bytes }) => sum + bytes, 0)
        : null,
    capacityBytes,
  }));
}

/** `takenBytes`: null while the activations are not known. */
export interface MemoryTaken {
  readonly name: string;
  readonly takenBytes: number | null;
  readonly capacityBytes: number;
}

function memoriesOf({
  target: { chip, runtime },
  weightBytes,
  memoryPlan,
}: TargetAnalysis): readonly MemoryFill[] {
  const ram = activationMemory(chip);
  const flash = flashMemory(chip);
  const weights = { kind: "weights", bytes: weightBytes } as const;
  const fill = ({ name, role, size }: typeof ram, parts: MemoryFill["parts"]): MemoryFill => ({
    name,
    role,
    capacityBytes: size.value,
    parts,
  });
  const inRam: MemoryFill["parts"] = [
    { kind: "runtime", bytes: runtime.memoryOverhead.value },
    ...(flash === undefined ? [weights] : []),
    { kind: "activations", bytes: memoryPlan?.best.size ?? 0 },
  ];
  return [fill(ram, inRam), ...(flash === undefined ? [] : [fill(flash, [weights])])];
}

function kvCacheOf(analysis: Analysis, target: TargetAnalysis): KvCache | null {
  const { graph } = analysis.model;
  const bits = target.target.precision.activationBits;
  const held = (ids: readonly number[]): readonly number[] =>
    ids.filter((id) => cacheName.test(graph.values[id]?.name ?? ""));
  const kept = held(graph.outputs).length > 0 ? held(graph.outputs) : held(graph.inputs);
  if (kept.length > 0) {
    const bytesOf = new Map(
      (target.memoryPlan?.buffers ?? []).flatMap(({ valueIds, bytes }) =>
        valueIds.map((id) => [id, bytes] as const),
      ),
    );
    const bytes = kept.reduce((sum, id) => sum + (bytesOf.get(id) ?? 0), 0);
    if (bytes > 0)
      return {
        source: "graph",
        bytes,
        bytesPerToken: null,
        tokens: null,
        layerCount: Math.ceil(kept.length / 2),
      };
  }
  let bytes = 0;
  let perToken = 0;
  let tokens = 0;
  let layerCount = 0;
  for (const { shape } of target.lowered.kernels) {
    if (shape.kind !== "attention" || !shape.isCausal) continue;
    const width = (shape.keyHeads * (shape.headSize + shape.valueHeadSize) * bits) / 8;
    // A window's layer never looks further back than its window.
    const length = shape.window > 0 ? Math.min(shape.window, shape.keyLength) : shape.keyLength;
    bytes += shape.batch * length * width;
    perToken += width;
    tokens = Math.max(tokens, shape.keyLength);
    layerCount += 1;
  }
  return layerCount === 0
    ? null
    : { source: "attention", bytes, bytesPerToken: perToken, tokens, layerCount };
}

/** As exporters call the tensors of a decoder's cache. */
const cacheName =
  /(^|[._/])(past|present)([._]|_key|_value|$)|kv_?cache|(key|value)_cache|cache_[kv]/i;

function thinned(live: readonly number[], limit: number): MemoryUseView["live"] {
  const stretch = Math.max(1, Math.ceil(live.length / Math.max(1, limit)));
  const points: { step: number; bytes: number }[] = [];
  for (let start = 0; start < live.length; start += stretch) {
    let most = start;
    for (let step = start; step < Math.min(live.length, start + stretch); step++)
      if ((live[step] ?? 0) > (live[most] ?? 0)) most = step;
    points.push({ step: most, bytes: live[most] ?? 0 });
  }
  return points;
}
