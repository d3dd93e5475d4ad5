import type { Kernel } from "../lower/lowered.js";
import { fastestMacsPerCycle } from "./accelerator.js";
import type { MappedAccelerator } from "./as-target.js";
import type { FusedStack } from "./fusion/choose-stacks.js";
import { KernelMapper } from "./kernel-mapper.js";
import type { KernelMapping } from "./map-kernel.js";
import type { Pipeline } from "./streaming.js";

/** A model on an accelerator: its kernels one after the other, or all at once in a pipeline. */
export interface ModelMapping {
  readonly kernels: readonly KernelMapping[];
  readonly cycles: number;
  readonly seconds: number;
  /** Cycles from one inference to the next. */
  readonly intervalCycles: number;
  readonly macs: number;
  readonly utilization: number;
  /** Mean over kernels with products, each counted once, as papers on mapping average it. */
  readonly meanUtilization: number;
  readonly joules: number;
  readonly dramBytes: number;
  readonly pipeline: Pipeline | undefined;
  /** Kernels that run tile by tile together. */
  readonly stacks: readonly FusedStack[];
}

export function mapModel(mapped: MappedAccelerator, kernels: readonly Kernel[]): ModelMapping {
  const mapper = new KernelMapper(mapped, kernels);
  const mappings = kernels.map((kernel) => mapper.map(kernel));
  const sum = (pick: (mapping: KernelMapping) => number): number =>
    mappings.reduce((total, mapping) => total + pick(mapping), 0);
  const { streaming } = mapper;
  const cycles = streaming?.latencyCycles ?? sum((mapping) => mapping.cycles);
  const intervalCycles = streaming?.intervalCycles ?? cycles;
  const macs = sum((mapping) => mapping.macs);
  const peak =
    streaming === undefined
      ? fastestMacsPerCycle(mapped.accelerator, mapped.precision)
      : Math.max(1, streaming.multipliersUsed) * mapped.precision.throughput;
  const products = mappings.filter((mapping) => mapping.macs > 0);
  return {
    kernels: mappings,
    cycles,
    seconds: cycles / mapped.accelerator.clock,
    intervalCycles,
    macs,
    utilization:
      mapped.precision.sparsity?.isCounted === true && cycles > 0
        ? // Every layer has a peak of its own.
          sum((mapping) => mapping.utilization * mapping.cycles) / cycles
        : intervalCycles === 0
          ? 0
          : Math.min(1, macs / (intervalCycles * peak)),
    meanUtilization:
      products.reduce((total, mapping) => total + mapping.engineUtilization, 0) /
      Math.max(1, products.length),
    joules: sum((mapping) => mapping.energy.total),
    dramBytes: sum((mapping) => mapping.dramBytes),
    pipeline: streaming,
    stacks: mapper.stacks,
  };
}
