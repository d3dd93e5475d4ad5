/** Work that one engine does without interruption. */
export interface Task {
  readonly engine: number;
  /** Tasks that must be done before. */
  readonly after: readonly number[];
  /** What it takes alone. */
  readonly cycles: number;
  /** Of the tasks that could start on an engine the one with the least goes first. */
  readonly priority: number;
  /** The memory that it reads, and the share of that memory's bandwidth that it takes alone. */
  readonly channel: number;
  readonly demand: number;
}

export interface Finished {
  readonly start: number;
  readonly end: number;
}

/**
 * When each task starts and ends. Tasks at work at once that want more than a memory gives are slowed by the same factor, as if its
 * bandwidth were dealt out evenly at every moment. Tasks that wait for one another in a ring never start: they end at 0.
 */
export function simulate(tasks: readonly Task[], engineCount: number): readonly Finished[] {
  const missing = tasks.map(({ after }) => after.length);
  const readers = tasks.map((): number[] => []);
  for (const [index, { after }] of tasks.entries())
    for (const before of after) readers[before]?.push(index);
  const waiting = Array.from({ length: engineCount }, (): number[] => []);
  const enter = (index: number): void => {
    const task = tasks[index];
    const queue = task && waiting[task.engine];
    if (task === undefined || queue === undefined) return;
    const at = queue.findIndex((other) => task.priority < (tasks[other]?.priority ?? 0));
    queue.splice(at < 0 ? queue.length : at, 0, index);
  };
  for (const [index, count] of missing.entries()) if (count === 0) enter(index);
  const times = tasks.map(() => ({ start: 0, end: 0 }));
  const running = new Map<number, { readonly index: number; left: number }>();
  let now = 0;
  for (;;) {
    for (const [engine, queue] of waiting.entries()) {
      const next = running.has(engine) ? undefined : queue.shift();
      if (next === undefined) continue;
      running.set(engine, { index: next, left: tasks[next]?.cycles ?? 0 });
      times[next] = { start: now, end: now };
    }
    if (running.size === 0) return times;
    const slowdowns = slowdownsOf([...running.values()].map(({ index }) => tasks[index]));
    const slowdown = ({ index }: { readonly index: number }): number =>
      Math.max(1, slowdowns.get(tasks[index]?.channel ?? 0) ?? 1);
    let step = Infinity;
    for (const work of running.values()) step = Math.min(step, work.left * slowdown(work));
    now += step;
    for (const [engine, work] of [...running]) {
      const isFirst = work.left * slowdown(work) <= step;
      work.left -= step / slowdown(work);
      if (!isFirst) continue;
      running.delete(engine);
      times[work.index] = { start: times[work.index]?.start ?? 0, end: now };
      for (const reader of readers[work.index] ?? []) {
        missing[reader] = (missing[reader] ?? 0) - 1;
        if (missing[reader] === 0) enter(reader);
      }
    }
  }
}

/** By memory: what is wanted of it ÷ what it gives. */
function slowdownsOf(tasks: readonly (Task | undefined)[]): ReadonlyMap<number, number> {
  const wanted = new Map<number, number>();
  for (const task of tasks)
    if (task !== undefined) wanted.set(task.channel, (wanted.get(task.channel) ?? 0) + task.demand);
  return wanted;
}
