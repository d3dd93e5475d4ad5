import type { Kernel } from "../lower/lowered.js";
import type { Chip, MemoryLevel } from "../targets/chip.js";
import type { Target } from "../targets/target.js";
import type { ModelFootprint } from "./evaluator.js";

/** Where a kernel's bytes come from and go to, and how long that takes. */
export interface Placement {
  readonly activationBytes: number;
  readonly activationLevel: MemoryLevel;
  readonly weightLevel: MemoryLevel;
  readonly seconds: number;
  /** The level that takes longest. */
  readonly level: MemoryLevel;
}

/**
 * Activations are served by the nearest level that holds the kernel's working set: its producer left them there
 * (the levels of Yang, Kurth & Williams 2020, "Hierarchical Roofline Analysis for GPUs", with one level per kernel as
 * the simplification). Weights come from the farthest level, since the rest of the model has evicted them
 * since the last inference, unless weights and activations of the whole model fit a cache.
 */
export function placeTraffic(target: Target, footprint: ModelFootprint, kernel: Kernel): Placement {
  const { chip, runtime } = target;
  const activationBytes = kernel.readBytes - kernel.weightReadBytes + kernel.writeBytes;
  const activationLevel = nearestThatHolds(chip, activationBytes + kernel.weightReadBytes);
  const weightLevel = weightLevelOf(chip, footprint);
  const secondsFor = (bytes: number, level: MemoryLevel): number =>
    bytes === 0 ? 0 : bytes / (level.bandwidth.value * runtime.bandwidthEfficiency.value);
  const activationSeconds = secondsFor(activationBytes, activationLevel);
  const weightSeconds = secondsFor(kernel.weightReadBytes, weightLevel);
  return {
    activationBytes,
    activationLevel,
    weightLevel,
    seconds: activationSeconds + weightSeconds,
    level: weightSeconds > activationSeconds ? weightLevel : activationLevel,
  };
}

/** The level that activations live in: the last that can be written. */
export function activationMemory(chip: Chip): MemoryLevel {
  return chip.memories.filter((level) => level.role !== "flash").at(-1) ?? nowhere;
}

/** Memory that holds weights and nothing else, on chips that keep them there. */
export function flashMemory(chip: Chip): MemoryLevel | undefined {
  return chip.memories.find((level) => level.role === "flash");
}

function nearestThatHolds(chip: Chip, bytes: number): MemoryLevel {
  for (const level of chip.memories)
    if (level.role !== "flash" && bytes <= level.size.value) return level;
  return activationMemory(chip);
}

function weightLevelOf(chip: Chip, { weightBytes, activationBytes }: ModelFootprint): MemoryLevel {
  if (activationBytes !== undefined)
    for (const level of chip.memories)
      if (
        (level.role === "cache" || level.role === "scratchpad") &&
        weightBytes + activationBytes <= level.size.value
      )
        return level;
  return flashMemory(chip) ?? activationMemory(chip);
}

/** A chip file without memories: nothing is known of traffic, and a made-up bandwidth must not hide that. */
const nowhere: MemoryLevel = {
  name: "memory",
  role: "ram",
  size: { value: Number.MAX_VALUE, unit: "B", source: "not stated" },
  bandwidth: { value: Number.MAX_VALUE, unit: "B/s", source: "not stated" },
};
