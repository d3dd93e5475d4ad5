import type { Target } from "../../targets/target.js";

/**
 * Seconds that an eager framework's kernel takes to stream its operands once at full bandwidth: from the cache where all
 * of them fit it, since the kernel before has left them there. Streams reach about half of a GPU cache's nominal rate
 * (1.2 of 2.4 TB/s on L4 in NeuSight's traces), so that the cache tells only where memory is slow beside it.
 */
export function streamSeconds({ chip }: Target, bytes: number, fromMemory: number): number {
  const cache = chip.memories[0];
  if (cache === undefined || cache.role !== "cache" || bytes > cache.size.value) return fromMemory;
  return Math.min(fromMemory, bytes / (cache.bandwidth.value * reached));
}

const reached = 0.5;
