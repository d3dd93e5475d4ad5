import type { Kernel } from "../lower/lowered.js";
import { enginesOf, peakMacsPerCycle, type SideEngine } from "./accelerator.js";
import type { MappedAccelerator } from "./as-target.js";
import { mapOnEach } from "./map-beside.js";
import { mapKernel, type KernelMapping } from "./map-kernel.js";
import { simulate, type Finished, type Task } from "./simulate.js";

/** Models at work at once on the engines of a chip. */
export interface Schedule {
  /** Until all are done, in cycles of the accelerator's clock. */
  readonly cycles: number;
  /** The same with one kernel at a time, each on its best engine. */
  readonly turnCycles: number;
  readonly joules: number;
  readonly dramBytes: number;
  /** Multiply-accumulates ÷ what all engines together could do meanwhile. */
  readonly utilization: number;
  /** By model: when it is done. */
  readonly modelCycles: readonly number[];
  /** By engine: cycles in which it works. */
  readonly busy: readonly { readonly engine: string; readonly cycles: number }[];
  readonly kernels: readonly ScheduledKernel[];
}

export interface ScheduledKernel extends Finished {
  readonly model: number;
  /** Index among the model's kernels. */
  readonly kernel: number;
  readonly engine: string;
  readonly mapping: KernelMapping;
}

interface Job {
  readonly model: number;
  readonly kernel: number;
  /** Jobs whose results it reads. */
  readonly after: readonly number[];
  readonly choices: readonly Choice[];
  /** Cycles from its start to the end of its model, each kernel on its fastest engine. */
  rank: number;
}

interface Choice {
  readonly engine: number;
  readonly mapping: KernelMapping;
}

/**
 * Kernels that do not wait for one another run on different engines at the same time, as branches of a model or several models
 * (Kwon et al., HPCA 2021; Yang et al., DAC 2020). Placed by earliest finish time in the order of their ranks (HEFT: Topcuoglu et
 * al., TPDS 2002, section 4) and, as a second choice, each on the engine that is best at it; what is shorter counts once engines
 * that read the same DRAM share its bandwidth (`simulate.ts`). Never longer than taking turns.
 */
export function schedule(
  mapped: MappedAccelerator,
  models: readonly (readonly Kernel[])[],
): Schedule {
  const engines = enginesOf(mapped.accelerator);
  const jobs = jobsOf(mapped, models);
  const channels = engines.map(({ alone }, index) =>
    alone.dram.bandwidth === mapped.accelerator.dram.bandwidth ? 0 : index + 1,
  );
  const turns = jobs.map(({ choices }) => choices[0]);
  const turnCycles = turns.reduce((sum, choice) => sum + (choice?.mapping.cycles ?? 0), 0);
  let best: { readonly picks: readonly Choice[]; readonly ends: readonly Finished[] } | undefined;
  for (const picks of [earliestFinish(jobs, engines.length), turns]) {
    const chosen = picks.filter((pick) => pick !== undefined);
    if (chosen.length < jobs.length) continue;
    const ends = simulate(tasksOf(jobs, chosen, channels), engines.length);
    if (best === undefined || lengthOf(ends) < lengthOf(best.ends)) best = { picks: chosen, ends };
  }
  const kernels = jobs.flatMap(({ model, kernel }, index): ScheduledKernel[] => {
    const pick = best?.picks[index];
    const times = best?.ends[index];
    return pick === undefined || times === undefined
      ? []
      : [
          {
            model,
            kernel,
            ...times,
            engine: engines[pick.engine]?.name ?? "",
            mapping: pick.mapping,
          },
        ];
  });
  const sum = (pick: (kernel: ScheduledKernel) => number): number =>
    kernels.reduce((total, kernel) => total + pick(kernel), 0);
  const cycles = lengthOf(kernels);
  const peak = engines.reduce((total, engine) => total + peakOf(mapped, engine), 0);
  return {
    cycles,
    utilization:
      cycles === 0 ? 0 : Math.min(1, sum(({ mapping }) => mapping.macs) / (cycles * peak)),
    turnCycles,
    joules: sum(({ mapping }) => mapping.energy.total),
    dramBytes: sum(({ mapping }) => mapping.dramBytes),
    modelCycles: models.map((_, model) =>
      lengthOf(kernels.filter((kernel) => kernel.model === model)),
    ),
    busy: engines.map(({ name }) => ({
      engine: name,
      cycles: sum((kernel) => (kernel.engine === name ? kernel.end - kernel.start : 0)),
    })),
    kernels,
  };
}

/** Multiply-accumulates of an engine in a cycle of the accelerator's clock. */
function peakOf({ accelerator, precision }: MappedAccelerator, { alone }: SideEngine): number {
  const own = alone.precisions.find(({ id }) => id === precision.id);
  return own === undefined ? 0 : (peakMacsPerCycle(alone, own) * alone.clock) / accelerator.clock;
}

function lengthOf(ends: readonly Finished[]): number {
  return ends.reduce((last, { end }) => Math.max(last, end), 0);
}

function jobsOf(mapped: MappedAccelerator, models: readonly (readonly Kernel[])[]): readonly Job[] {
  const jobs: Job[] = [];
  const known = new Map<string, readonly Choice[]>();
  const indexOf = new Map(enginesOf(mapped.accelerator).map(({ name }, index) => [name, index]));
  for (const [model, kernels] of models.entries()) {
    const writers = new Map<number, number>();
    for (const [kernel, asked] of kernels.entries()) {
      const { shape, macs, otherFlops, readBytes, writeBytes, weightReadBytes } = asked;
      const key = JSON.stringify([shape, macs, otherFlops, readBytes, writeBytes, weightReadBytes]);
      const choices = known.get(key) ?? choicesOf(mapped, asked, indexOf);
      known.set(key, choices);
      const after = asked.reads.flatMap((value) => writers.get(value) ?? []);
      for (const value of asked.writes) writers.set(value, jobs.length);
      jobs.push({ model, kernel, after: [...new Set(after)], choices, rank: 0 });
    }
  }
  for (const job of [...jobs].reverse()) {
    job.rank += Math.min(...job.choices.map(({ mapping }) => mapping.cycles));
    for (const before of job.after) {
      const feeding = jobs[before];
      if (feeding !== undefined) feeding.rank = Math.max(feeding.rank, job.rank);
    }
  }
  return jobs;
}

/** What no engine takes is left to the first, as where it runs alone. */
function choicesOf(
  mapped: MappedAccelerator,
  kernel: Kernel,
  indexOf: ReadonlyMap<string, number>,
): readonly Choice[] {
  const found = mapOnEach(mapped, kernel);
  if (found.length === 0) return [{ engine: 0, mapping: mapKernel(mapped, kernel) }];
  return found.map(({ engine, mapping }) => ({ engine: indexOf.get(engine.name) ?? 0, mapping }));
}

/** An engine for each job, those first that most work hangs on. Producers have the higher ranks, so that they come before readers. */
function earliestFinish(
  jobs: readonly Job[],
  engineCount: number,
): readonly (Choice | undefined)[] {
  const free = new Array<number>(engineCount).fill(0);
  const ends: number[] = [];
  const picks: (Choice | undefined)[] = jobs.map(() => undefined);
  for (const index of byRank(jobs)) {
    const { after = [], choices = [] } = jobs[index] ?? {};
    const ready = after.reduce((last, before) => Math.max(last, ends[before] ?? 0), 0);
    let end = Infinity;
    for (const choice of choices) {
      const at = Math.max(ready, free[choice.engine] ?? 0) + choice.mapping.cycles;
      if (end <= at) continue;
      end = at;
      picks[index] = choice;
    }
    const pick = picks[index];
    if (pick === undefined) continue;
    free[pick.engine] = end;
    ends[index] = end;
  }
  return picks;
}

function byRank(jobs: readonly Job[]): readonly number[] {
  return jobs
    .map((_, index) => index)
    .sort((a, b) => (jobs[b]?.rank ?? 0) - (jobs[a]?.rank ?? 0) || a - b);
}

function tasksOf(
  jobs: readonly Job[],
  picks: readonly Choice[],
  channels: readonly number[],
): readonly Task[] {
  const order = new Map(byRank(jobs).map((index, place) => [index, place]));
  return jobs.map(({ after }, index) => {
    const { engine = 0, mapping } = picks[index] ?? {};
    const cycles = mapping?.cycles ?? 0;
    return {
      engine,
      after,
      cycles,
      priority: order.get(index) ?? 0,
      channel: channels[engine] ?? 0,
      demand: cycles === 0 ? 0 : Math.min(1, (mapping?.dramCycles ?? 0) / cycles),
    };
  });
}
