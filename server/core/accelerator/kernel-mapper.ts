import type { Kernel } from "../lower/lowered.js";
import type { MappedAccelerator } from "./as-target.js";
import { mapOnBest } from "./map-beside.js";
import type { KernelMapping } from "./map-kernel.js";
import { foldPipeline, type Pipeline } from "./streaming.js";

/** What has been searched for a target stays with it: an edit of a model changes few of its shapes. */
const known = new WeakMap<MappedAccelerator, Map<string, KernelMapping>>();

const mostKept = 5000;

/** Maps the kernels of one model; equal shapes with equal traffic are searched once. */
export class KernelMapper {
  /** Of an engine whose layers all work at once: how its multipliers are dealt out. */
  readonly streaming: Pipeline | undefined;
  readonly #mapped: MappedAccelerator;
  readonly #known: Map<string, KernelMapping>;

  constructor(mapped: MappedAccelerator, kernels: readonly Kernel[]) {
    this.#mapped = mapped;
    const kept = known.get(mapped);
    this.#known =
      kept !== undefined && kept.size < mostKept ? kept : new Map<string, KernelMapping>();
    known.set(mapped, this.#known);
    const { engine } = mapped.accelerator;
    this.streaming =
      engine.kind === "streaming" ? foldPipeline(mapped, engine, kernels) : undefined;
  }

  map(kernel: Kernel): KernelMapping {
    const stage = this.streaming?.stageOf(kernel);
    if (stage !== undefined) return stage;
    const { shape, macs, otherFlops, readBytes, writeBytes, weightReadBytes } = kernel;
    const key = JSON.stringify([shape, macs, otherFlops, readBytes, writeBytes, weightReadBytes]);
    let mapping = this.#known.get(key);
    if (mapping === undefined) {
      mapping = mapOnBest(this.#mapped, kernel);
      this.#known.set(key, mapping);
    }
    return mapping;
  }
}
