import type { Task } from "./task.js";
import type { TaskWords } from "./words.js";

/** Tasks that run together: one by itself on all DSPs, or several as a pipeline that shares them out. */
export interface TaskGroup {
  readonly first: number;
  readonly count: number;
  readonly cycles: number;
  readonly computeCycles: number;
  /** Share of the DSPs' cycles in which they wait: for the slowest of the pipeline, or for the memory. */
  readonly stalled: number;
  readonly trafficBytes: number;
  /** On the chip while it runs. */
  readonly heldBytes: number;
  readonly dsps: readonly number[];
}

export interface TaskSchedule {
  readonly groups: readonly TaskGroup[];
  readonly cycles: number;
  readonly trafficBytes: number;
}

/** More tasks than this are no pipeline that anybody builds. */
const mostTogether = 16;

/**
 * Which tasks run one after the other and which as a pipeline, by dynamic programming over the order of execution: as InTAR (He et al.,
 * 2025) chooses between the two by how much data lies between tasks. Sequential tasks keep all DSPs busy, and what lies between them
 * goes to the DRAM where it does not fit; a pipeline keeps only rows of it, but all its weights, and waits for its slowest task.
 */
export function chooseTasks(tasks: readonly Task[], words: TaskWords): TaskSchedule {
  return best(planOf(tasks, words), () => true);
}

/** All of them one after the other. */
export function sequentialTasks(tasks: readonly Task[], words: TaskWords): TaskSchedule {
  return best(planOf(tasks, words), (count) => count === 1);
}

/** As long pipelines as the memory allows. */
export function pipelinedTasks(tasks: readonly Task[], words: TaskWords): TaskSchedule {
  const plan = planOf(tasks, words);
  const groups: TaskGroup[] = [];
  for (let first = 0; first < tasks.length;) {
    let found = groupOf(plan, first, 1);
    for (let count = 2; count <= mostTogether && first + count <= tasks.length; count += 1) {
      const longer = groupOf(plan, first, count);
      if (longer !== undefined) found = longer;
    }
    if (found === undefined) break;
    groups.push(found);
    first += found.count;
  }
  return sumOf(groups);
}

interface Plan {
  readonly tasks: readonly Task[];
  readonly words: TaskWords;
  /** By the task that makes it: whether it waits on the chip, and the last task that reads it. */
  readonly kept: readonly boolean[];
  readonly lastReaders: readonly (number | undefined)[];
}

function planOf(tasks: readonly Task[], words: TaskWords): Plan {
  const lastReaders = lastReadersOf(tasks);
  return { tasks, words, kept: keptResults(tasks, lastReaders, words), lastReaders };
}

function best(plan: Plan, isAllowed: (count: number) => boolean): TaskSchedule {
  const { tasks } = plan;
  const ways: (TaskSchedule | undefined)[] = [{ groups: [], cycles: 0, trafficBytes: 0 }];
  for (let end = 1; end <= tasks.length; end += 1)
    for (let count = 1; count <= Math.min(end, mostTogether); count += 1) {
      const before = ways[end - count];
      if (before === undefined || !isAllowed(count)) continue;
      const group = groupOf(plan, end - count, count);
      if (group === undefined) continue;
      const cycles = before.cycles + group.cycles;
      if (cycles < (ways[end]?.cycles ?? Infinity)) ways[end] = sumOf([...before.groups, group]);
    }
  return ways[tasks.length] ?? sumOf([]);
}

function sumOf(groups: readonly TaskGroup[]): TaskSchedule {
  return {
    groups,
    cycles: groups.reduce((sum, { cycles }) => sum + cycles, 0),
    trafficBytes: groups.reduce((sum, { trafficBytes }) => sum + trafficBytes, 0),
  };
}

/** Undefined where a pipeline's weights, rows and whole operands do not fit, or it has more tasks than DSPs. */
function groupOf(
  { tasks, kept, lastReaders, words }: Plan,
  first: number,
  count: number,
): TaskGroup | undefined {
  const { dsps, memory, bandwidth, clockNs, bits, macsPerDsp } = words;
  const members = tasks.slice(first, first + count);
  const bytes = (elements: number): number => (elements * bits) / 8;
  const isInside = (at: number | undefined): boolean =>
    at !== undefined && at >= first && at < first + count;
  const weights = bytes(members.reduce((sum, task) => sum + task.weightElements, 0));
  let [held, traffic] = [count > 1 ? weights : 0, weights];
  for (const [index, task] of members.entries()) {
    for (const { from, elements, isWhole } of task.reads) {
      if (isInside(from)) {
        // Between two tasks of a pipeline: two rows, or all of it where the next one needs all.
        const rows = tasks[from ?? 0]?.outputRows ?? 1;
        held += isWhole ? bytes(elements) : 2 * bytes(elements / rows);
        continue;
      }
      if (from !== undefined && kept[from] === true) held += bytes(elements);
      else traffic += bytes(elements);
    }
    const at = first + index;
    const last = lastReaders[at];
    if (last !== undefined && last < first + count) continue;
    if (kept[at] === true) held += bytes(task.outputElements);
    else traffic += bytes(task.outputElements);
  }
  if (count > 1 && (held > memory || count > dsps)) return undefined;
  const rate = macsPerDsp;
  const macs = members.reduce((sum, { macs: own }) => sum + own, 0);
  const shares = count === 1 ? [dsps] : deal(members, dsps, macs);
  const computeCycles = Math.max(
    ...members.map((task, index) => task.macs / ((shares[index] ?? 1) * rate)),
  );
  const cycles = Math.max(computeCycles, traffic / (bandwidth * clockNs * 1e-9));
  return {
    first,
    count,
    cycles,
    computeCycles,
    stalled: cycles === 0 ? 0 : Math.max(0, 1 - macs / (cycles * dsps * rate)),
    trafficBytes: traffic,
    heldBytes: held,
    dsps: shares,
  };
}

/** By products, whole DSPs; those that are left go to whoever is slowest. */
function deal(members: readonly Task[], dsps: number, macs: number): readonly number[] {
  const shares = members.map((task) => Math.max(1, Math.floor((dsps * task.macs) / macs)));
  let left = dsps - shares.reduce((sum, share) => sum + share, 0);
  while (left !== 0) {
    const times = members.map((task, index) => task.macs / (shares[index] ?? 1));
    // Too many dealt out, since each has one at least: the fastest with more than one gives.
    const candidates = [...shares.keys()].filter((index) => left > 0 || (shares[index] ?? 0) > 1);
    const chosen = candidates.reduce((found, index) =>
      (times[index] ?? 0) > (times[found] ?? 0) === left > 0 ? index : found,
    );
    shares[chosen] = (shares[chosen] ?? 0) + Math.sign(left);
    left -= Math.sign(left);
  }
  return shares;
}

/**
 * Results that wait on the chip for their readers: in the order in which they are made, those that fit half of the memory beside
 * all that wait at the same time; the other half is the running tasks'.
 */
function keptResults(
  tasks: readonly Task[],
  lastReaders: readonly (number | undefined)[],
  { memory, bits }: TaskWords,
): readonly boolean[] {
  const waiting = new Array<number>(tasks.length).fill(0);
  return tasks.map(({ outputElements }, at) => {
    const last = lastReaders[at];
    if (last === undefined) return false;
    const bytes = (outputElements * bits) / 8;
    for (let position = at; position <= last; position += 1)
      if ((waiting[position] ?? 0) + bytes > memory / 2) return false;
    for (let position = at; position <= last; position += 1)
      waiting[position] = (waiting[position] ?? 0) + bytes;
    return true;
  });
}

function lastReadersOf(tasks: readonly Task[]): readonly (number | undefined)[] {
  const last = new Array<number | undefined>(tasks.length).fill(undefined);
  for (const [position, { reads }] of tasks.entries())
    for (const { from } of reads) if (from !== undefined) last[from] = position;
  return last;
}
