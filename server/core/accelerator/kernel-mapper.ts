import type { Kernel } from "../lower/lowered.js";
import type { MappedAccelerator } from "./as-target.js";
import { mapOnBest } from "./map-beside.js";
import type { KernelMapping } from "./map-kernel.js";
import { chooseStays, type Stay } from "./stay.js";
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
  readonly #stays: ReadonlyMap<Kernel, Stay>;

  constructor(mapped: MappedAccelerator, kernels: readonly Kernel[]) {
    this.#mapped = mapped;
    const kept = known.get(mapped);
    this.#known =
      kept !== undefined && kept.size < mostKept ? kept : new Map<string, KernelMapping>();
    known.set(mapped, this.#known);
    const { engine } = mapped.accelerator;
    this.streaming =
      engine.kind === "streaming" ? foldPipeline(mapped, engine, kernels) : undefined;
    this.#stays = chooseStays(mapped.accelerator, mapped.objective, kernels, (kernel, stay) =>
      this.#search(kernel, stay),
    );
  }

  /** Whether a kernel's mapping depends on its neighbours. */
  get hasStays(): boolean {
    return this.#stays.size > 0;
  }

  map(kernel: Kernel): KernelMapping {
    const stage = this.streaming?.stageOf(kernel);
    return stage ?? this.#search(kernel, this.#stays.get(kernel));
  }

  #search(kernel: Kernel, stay: Stay | undefined): KernelMapping {
    const { shape, macs, otherFlops, readBytes, writeBytes, weightReadBytes } = kernel;
    const amounts = [shape, macs, otherFlops, readBytes, writeBytes, weightReadBytes];
    const key = JSON.stringify([amounts, stay && { ...stay, operands: [...stay.operands] }]);
    let mapping = this.#known.get(key);
    if (mapping === undefined) {
      const asked = stay === undefined ? this.#mapped : { ...this.#mapped, stay };
      mapping = mapOnBest(asked, kernel);
      this.#known.set(key, mapping);
    }
    return mapping;
  }
}
