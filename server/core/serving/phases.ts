import { analyzeTarget, executionOf, inferModel, type InferredModel } from "../analyze.js";
import type { Cancel } from "../base/cancel.js";
import type { Estimate, KernelCost } from "../cost/cost.js";
import { workKindOf } from "../cost/time-by-kind.js";
import type { Model } from "../graph/graph.js";
import type { Kernel } from "../lower/lowered.js";
import { rememberedBytes } from "../memory/generation-memory.js";
import type { Target } from "../targets/target.js";
import { promptsAtOnce, type Workload } from "./workload.js";

/**
 * A language model on one group of devices, in its two phases: reading prompts, which arithmetic bounds, and writing one
 * token of every text at once, which bytes bound (Patel et al. 2024, "Splitwise", section 3). Amounts are those of one
 * device of the group.
 */
export interface Phases {
  readonly target: Target;
  /** That share the model by tensor parallelism. */
  readonly devices: number;
  readonly workload: Workload;
  readonly weightBytes: number;
  readonly capacityBytes: number;
  /**
   * What the runtime takes beside weights and cache, with the activations of as many prompts as are read at once; llama.cpp
   * reads them in parts, by one buffer of known size.
   */
  readonly workspaceBytes: number;
  /** Keys, values and states of one text of so many tokens. */
  readonly cacheBytes: (tokens: number) => number;
  /** One token more for so many texts, in the middle of their output; undefined where a node is not costed. */
  readonly step: (texts: number) => PhaseTime | undefined;
  /** So many prompts read together. */
  readonly prompts: (count: number) => PhaseTime | undefined;
}

export interface PhaseTime {
  readonly seconds: Estimate;
  readonly busy: BusySeconds;
  /** Of one device. */
  readonly joules: Estimate | undefined;
}

/** For how long arithmetic, memory and links are at work. */
export interface BusySeconds {
  readonly compute: number;
  readonly memory: number;
  readonly links: number;
}

/** `model` is one device's part of it. Times are found when they are asked for, and once. */
export function phasesOf(
  model: Model,
  { target, devices }: { readonly target: Target; readonly devices: number },
  workload: Workload,
  cancel: Cancel,
): Phases {
  const { inputTokens, outputTokens } = workload;
  const call = (batch: number, sequence: number, past: number): InferredModel => {
    const dims = new Map([
      ["sequence", sequence],
      ["past", past],
    ]);
    return inferModel(model, { batch, inputs: new Map(), dims }, cancel);
  };
  const atOnce = promptsAtOnce(workload);
  const reading = analyzeTarget(call(atOnce, inputTokens, 0), target, cancel);
  // What is not costed there, exchanges that nobody has measured among it, is not in a step either.
  const time = (called: InferredModel): PhaseTime | undefined =>
    reading.latency && timeOf(executionOf(called, target, cancel));
  return {
    target,
    devices,
    workload,
    weightBytes: reading.weightBytes,
    capacityBytes: reading.capacityBytes,
    workspaceBytes:
      target.runtime.memoryOverhead.value +
      (reading.generation?.computeBytes ?? reading.peakActivationBytes ?? 0),
    cacheBytes: remembering((tokens) => {
      const { graphWork } = call(1, 1, tokens);
      const { cacheBytes, stateBytes } = rememberedBytes(graphWork.flow, target);
      return cacheBytes + stateBytes;
    }),
    step: remembering((texts) => time(call(texts, 1, Math.round(inputTokens + outputTokens / 2)))),
    prompts: remembering((count) =>
      count === atOnce ? timeOf(reading) : time(call(count, inputTokens, 0)),
    ),
  };
}

function timeOf({
  latency,
  lowered,
  kernelCosts,
  energy,
}: ReturnType<typeof executionOf>): PhaseTime | undefined {
  if (latency === undefined) return undefined;
  return { seconds: latency, busy: busyOf(lowered.kernels, kernelCosts), joules: energy };
}

function busyOf(kernels: readonly Kernel[], costs: readonly KernelCost[]): BusySeconds {
  let [compute, memory, links] = [0, 0, 0];
  for (const [index, { seconds, computeSeconds, memorySeconds }] of costs.entries()) {
    const shape = kernels[index]?.shape;
    if (shape !== undefined && workKindOf(shape) === "exchange") links += seconds.value;
    else {
      compute += Math.min(computeSeconds, seconds.value);
      memory += Math.min(memorySeconds, seconds.value);
    }
  }
  return { compute, memory, links };
}

function remembering<T>(find: (count: number) => T): (count: number) => T {
  const known = new Map<number, T>();
  return (count) => {
    if (!known.has(count)) known.set(count, find(count));
    return known.get(count) as T;
  };
}
