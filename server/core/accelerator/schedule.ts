import type { Kernel } from "../lower/lowered.js";
import { enginesOf } from "./accelerator.js";
import type { MappedAccelerator } from "./as-target.js";
import { choicesOf, type Choice, type EngineMapping } from "./map-beside.js";
import { channelsOf, demandOf, enginePeak } from "./map-dealt.js";
import { amountsOf, mapKernel, type KernelMapping } from "./map-kernel.js";
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
  /** Of one that is dealt out to several: each with its own end. */
  readonly parts: readonly (Finished & { readonly engine: string })[];
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

/**
 * Kernels that do not wait for one another run on different engines at the same time, as branches of a model or several models
 * (Kwon et al., HPCA 2021; Yang et al., DAC 2020). Placed by earliest finish time in the order of their ranks (HEFT: Topcuoglu et
 * al., TPDS 2002, section 4), with and without kernels that are dealt out to several engines, and each where it is best by itself;
 * what is shortest counts once engines that read the same DRAM share its bandwidth (`simulate.ts`). Never longer than taking turns.
 */
export function schedule(
  mapped: MappedAccelerator,
  models: readonly (readonly Kernel[])[],
): Schedule {
  const engines = enginesOf(mapped.accelerator);
  const jobs = jobsOf(mapped, models);
  const turns = jobs.map(({ choices }) => choices[0]);
  const turnCycles = turns.reduce((sum, choice) => sum + (choice?.mapping.cycles ?? 0), 0);
  let best: Placement | undefined;
  const ways = [jobs, ...(mapped.accelerator.splitsLayers === true ? [undealt(jobs)] : [])];
  for (const picks of [...ways.map(earliestFinish), turns]) {
    const chosen = picks.filter((pick) => pick !== undefined);
    if (chosen.length < jobs.length) continue;
    const placed = place(mapped, jobs, chosen);
    if (best === undefined || lengthOf(placed.ends) < lengthOf(best.ends)) best = placed;
  }
  const kernels = jobs.flatMap(({ model, kernel }, index): ScheduledKernel[] => {
    const pick = best?.picks[index];
    const ends = best?.ends.slice(best.firstTask[index], best.firstTask[index + 1]);
    if (pick === undefined || ends === undefined) return [];
    const parts = ends.map((times, at) => ({
      ...times,
      engine: pick.parts[at]?.engine.name ?? "",
    }));
    const start = Math.min(...parts.map((part) => part.start));
    return [{ model, kernel, start, end: lengthOf(parts), parts, mapping: pick.mapping }];
  });
  const sum = (pick: (kernel: ScheduledKernel) => number): number =>
    kernels.reduce((total, kernel) => total + pick(kernel), 0);
  const cycles = lengthOf(kernels);
  const peak = engines.reduce((total, engine) => total + enginePeak(mapped, engine, true), 0);
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
      cycles: sum(({ parts }) =>
        parts.reduce((own, part) => own + (part.engine === name ? part.end - part.start : 0), 0),
      ),
    })),
    kernels,
  };
}

function lengthOf(ends: readonly Finished[]): number {
  return ends.reduce((last, { end }) => Math.max(last, end), 0);
}

function jobsOf(mapped: MappedAccelerator, models: readonly (readonly Kernel[])[]): readonly Job[] {
  const jobs: Job[] = [];
  const known = new Map<string, readonly Choice[]>();
  for (const [model, kernels] of models.entries()) {
    const writers = new Map<number, number>();
    for (const [kernel, asked] of kernels.entries()) {
      const key = JSON.stringify(amountsOf(asked));
      const choices = known.get(key) ?? choicesFor(mapped, asked);
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
function choicesFor(mapped: MappedAccelerator, kernel: Kernel): readonly Choice[] {
  const found = choicesOf(mapped, kernel);
  if (found.length > 0) return found;
  const [first] = enginesOf(mapped.accelerator);
  const mapping = mapKernel(mapped, kernel);
  return first === undefined ? [] : [{ parts: [{ engine: first, mapping }], mapping }];
}

/** An engine for each job, those first that most work hangs on. Producers have the higher ranks, so that they come before readers. */
function earliestFinish(jobs: readonly Job[]): readonly (Choice | undefined)[] {
  const free = new Map<string, number>();
  const ends: number[] = [];
  const picks: (Choice | undefined)[] = jobs.map(() => undefined);
  for (const index of byRank(jobs)) {
    const { after = [], choices = [] } = jobs[index] ?? {};
    const ready = after.reduce((last, before) => Math.max(last, ends[before] ?? 0), 0);
    const endOf = ({ engine, mapping }: EngineMapping): number =>
      Math.max(ready, free.get(engine.name) ?? 0) + mapping.cycles;
    let end = Infinity;
    for (const choice of choices) {
      const at = choice.parts.reduce((last, part) => Math.max(last, endOf(part)), 0);
      if (end <= at) continue;
      end = at;
      picks[index] = choice;
    }
    for (const part of picks[index]?.parts ?? []) free.set(part.engine.name, endOf(part));
    ends[index] = end;
  }
  return picks;
}

/** The jobs without the choices that deal them out to several engines. */
function undealt(jobs: readonly Job[]): readonly Job[] {
  return jobs.map((job) => ({
    ...job,
    choices: job.choices.filter(({ parts }) => parts.length === 1),
  }));
}

function byRank(jobs: readonly Job[]): readonly number[] {
  return jobs
    .map((_, index) => index)
    .sort((a, b) => (jobs[b]?.rank ?? 0) - (jobs[a]?.rank ?? 0) || a - b);
}

/** Jobs as tasks of engines, one for each part: those of a job lie between its `firstTask` and the next job's. */
interface Placement {
  readonly picks: readonly Choice[];
  readonly firstTask: readonly number[];
  readonly ends: readonly Finished[];
}

function place(
  { accelerator }: MappedAccelerator,
  jobs: readonly Job[],
  picks: readonly Choice[],
): Placement {
  const engines = enginesOf(accelerator);
  const indexOf = new Map(engines.map(({ name }, index) => [name, index]));
  const channels = channelsOf(accelerator);
  const order = new Map(byRank(jobs).map((index, at) => [index, at]));
  const firstTask = [0];
  for (const { parts } of picks) firstTask.push((firstTask.at(-1) ?? 0) + parts.length);
  const tasksOf = (job: number): readonly number[] => {
    const first = firstTask[job] ?? 0;
    return (picks[job]?.parts ?? []).map((_, at) => first + at);
  };
  const tasks = picks.flatMap(({ parts }, job) =>
    parts.map(({ engine, mapping }): Task => ({
      engine: indexOf.get(engine.name) ?? 0,
      after: (jobs[job]?.after ?? []).flatMap(tasksOf),
      cycles: mapping.cycles,
      priority: order.get(job) ?? 0,
      channel: channels.get(engine.name) ?? 0,
      demand: demandOf(mapping),
    })),
  );
  return { picks, firstTask, ends: simulate(tasks, engines.length) };
}
