import type { Kernel } from "../lower/lowered.js";
import type { MappedAccelerator } from "./as-target.js";
import { chooseStacks, type FusedStack } from "./fusion/choose-stacks.js";
import { stackNote } from "./fusion/stack-words.js";
import { mapOnBest } from "./map-beside.js";
import { amountsOf, type KernelMapping } from "./map-kernel.js";
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
  /** Kernels that run tile by tile with others, where the accelerator does so. */
  readonly stacks: readonly FusedStack[];
  readonly #fused = new Map<Kernel, KernelMapping>();

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
    this.stacks =
      mapped.accelerator.fusesLayers === true
        ? chooseStacks(
            mapped,
            kernels,
            // What whole tensors take of the buffer is not there for tiles.
            (kernel) => (this.#stays.has(kernel) ? undefined : this.#search(kernel, undefined)),
            (kernel, stay) => this.#search(kernel, stay),
          )
        : [];
    for (const fused of this.stacks)
      for (const [index, { kernel }] of fused.stack.members.entries()) {
        const own = fused.mapping.members[index];
        if (own !== undefined)
          this.#fused.set(kernel, { ...own, notes: [...own.notes, stackNote(fused)] });
      }
  }

  /** Whether a kernel's mapping depends on its neighbours. */
  get isPositional(): boolean {
    return this.#stays.size + this.#fused.size > 0;
  }

  map(kernel: Kernel): KernelMapping {
    const own = this.streaming?.stageOf(kernel) ?? this.#fused.get(kernel);
    return own ?? this.#search(kernel, this.#stays.get(kernel));
  }

  #search(kernel: Kernel, stay: Stay | undefined): KernelMapping {
    const key = JSON.stringify([
      amountsOf(kernel),
      stay && { ...stay, operands: [...stay.operands] },
    ]);
    let mapping = this.#known.get(key);
    if (mapping === undefined) {
      const asked = stay === undefined ? this.#mapped : { ...this.#mapped, stay };
      mapping = mapOnBest(asked, kernel);
      this.#known.set(key, mapping);
    }
    return mapping;
  }
}
