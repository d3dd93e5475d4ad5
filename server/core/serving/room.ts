import type { Phases } from "./phases.js";

/**
 * Texts whose cache has room beside the weights, each with room for all of its output, so that none has to be put off
 * (`GUARANTEED_NO_EVICT`, TensorRT-LLM's default), in nine tenths of what weights leave (`free_gpu_memory_fraction`).
 */
export function textsThatFit(phases: Phases): number {
  const { capacityBytes, weightBytes, workspaceBytes, cacheBytes, workload } = phases;
  const free = capacityBytes - weightBytes - workspaceBytes;
  const each = cacheBytes(workload.inputTokens + workload.outputTokens);
  if (free <= 0) return 0;
  return each === 0 ? Infinity : Math.floor((cacheShare * free) / each);
}

const cacheShare = 0.9;

export function bytesFor(phases: Phases, texts: number): number {
  const { weightBytes, workspaceBytes, cacheBytes, workload } = phases;
  const each = cacheBytes(workload.inputTokens + workload.outputTokens);
  return weightBytes + workspaceBytes + texts * each;
}
