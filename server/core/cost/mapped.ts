import { energyInterval } from "../accelerator/energy.js";
import { explainMapping } from "../accelerator/explain.js";
import { interval } from "../accelerator/as-target.js";
import { KernelMapper } from "../accelerator/kernel-mapper.js";
import type { KernelMapping } from "../accelerator/map-kernel.js";
import type { Kernel } from "../lower/lowered.js";
import type { Bound, Estimate, KernelCost } from "./cost.js";
import type { EvaluatorFactory } from "./evaluator.js";

/** Costs kernels by mapping them onto an architecture file. Method: a roofline, of the file's own peaks and tiles. */
export const mappedEvaluator: EvaluatorFactory = (target, lowered) => {
  const mapped = target.accelerator;
  if (mapped === undefined) return undefined;
  const mapper = new KernelMapper(mapped, lowered.kernels);
  const { clock } = mapped.accelerator;
  return {
    method: "roofline",
    ...(mapper.isPositional && { isPositional: true }),
    evaluate: (kernel) => costOf(kernel, mapper.map(kernel), clock),
    ...(mapper.streaming !== undefined && {
      total: () => ({
        latency: estimate((mapper.streaming?.latencyCycles ?? 0) / clock, interval),
        scale: 1,
      }),
    }),
  };

  function costOf(kernel: Kernel, mapping: KernelMapping, hertz: number): KernelCost {
    return {
      seconds: estimate(mapping.cycles / hertz, interval),
      joules: estimate(mapping.energy.total, energyInterval),
      bound: boundOf(mapping),
      level: mapping.limitingMemory ?? "DRAM",
      computeSeconds: Math.max(mapping.computeCycles, mapping.vectorCycles) / hertz,
      memorySeconds: Math.max(mapping.dramCycles, mapping.bufferCycles) / hertz,
      overheadSeconds: 0,
      get reasons() {
        return explainMapping(kernel, mapping, mapped?.accelerator);
      },
    };
  }
};

function boundOf({ limit }: KernelMapping): Bound {
  return limit === "dram" || limit === "buffer" ? "memory" : "compute";
}

function estimate(
  value: number,
  { low, high }: { readonly low: number; readonly high: number },
): Estimate {
  return { value, low: value * low, high: value * high, method: "roofline", coverage: 0.9 };
}
