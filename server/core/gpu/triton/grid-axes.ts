import type { ProgramSplit } from "./interpret/program-context.js";
import type { TileOp } from "./interpret/ops.js";

/** How programs that start one after the other move over the arrays: fastest axis first. */
export interface GridAxes {
  readonly axes: readonly {
    readonly name: string;
    readonly extent: number | undefined;
    /** What changes along it: `program 0`, `program pid_m`. */
    readonly deps: ReadonlySet<string>;
  }[];
}

interface Probe {
  /** Scalars made of a program id, of the program that has this id along an axis. */
  readonly splitsAt: (
    axis: number,
    id: number,
    names: ReadonlySet<string>,
  ) => ReadonlyMap<string, ProgramSplit>;
}

/**
 * The launch grid's axes, where a kernel splits one of them in two (rows and columns of tiles) the two, and three where it
 * goes over the tiles in groups of rows so that the second-level cache serves them again.
 */
export function gridAxes(
  ops: readonly TileOp[],
  counts: readonly (number | undefined)[],
  splits: ReadonlyMap<string, ProgramSplit>,
  probe: Probe,
): GridAxes {
  const used = new Set(
    ops.flatMap((op) => (op.kind === "access" || op.kind === "atomic" ? [...op.deps] : [])),
  );
  const axes = counts.flatMap((extent, axis): GridAxes["axes"] => {
    const root = `program ${axis}`;
    const names = [...splits].flatMap(([name, { roots }]) =>
      used.has(`program ${name}`) && roots.has(root) ? [name] : [],
    );
    const [first, second] = names;
    if (
      names.length === 2 &&
      first !== undefined &&
      second !== undefined &&
      extent !== undefined &&
      extent > 1 &&
      !used.has(root)
    ) {
      const found = splitAxis(first, second, extent, (id) => {
        const values = probe.splitsAt(axis, id, new Set(names));
        return [values.get(first)?.value, values.get(second)?.value];
      });
      if (found !== undefined) return found;
    }
    const deps = new Set([root, ...names.map((name) => `program ${name}`)]);
    return [{ name: `program_id(${axis})`, extent, deps }];
  });
  return { axes };
}

type PairAt = (id: number) => readonly [number | undefined, number | undefined];

/** Which of two parts of an id moves first, how far, and whether it goes on later: by looking at single programs. */
function splitAxis(
  first: string,
  second: string,
  count: number,
  at: PairAt,
): GridAxes["axes"] | undefined {
  const start = at(0);
  const next = at(1);
  if (start.includes(undefined) || next.includes(undefined)) return undefined;
  const isFirstFast = next[0] !== start[0];
  if (isFirstFast === (next[1] !== start[1])) return undefined;
  const slow = isFirstFast ? 1 : 0;
  const [fastName, slowName] = isFirstFast ? [first, second] : [second, first];
  // The slower part stays the same for one run of the faster.
  const run = firstWhere(count, (id) => at(id)[slow] !== start[slow]);
  const slowSteps = firstWhere(Math.ceil(count / run), (step) => {
    const value = at(Math.min(step * run, count - 1))[slow];
    return value === undefined || value !== (start[slow] ?? 0) + step;
  });
  const groups = Math.max(1, Math.ceil(count / (run * slowSteps)));
  const fastDeps = new Set([`program ${fastName}`]);
  return [
    { name: fastName, extent: run, deps: fastDeps },
    { name: slowName, extent: slowSteps, deps: new Set([`program ${slowName}`]) },
    ...(groups > 1 ? [{ name: `${fastName} (groups)`, extent: groups, deps: fastDeps }] : []),
  ];
}

/** The first id for which something holds that holds for all behind it up to its next change; `count` if for none. */
function firstWhere(count: number, holds: (id: number) => boolean): number {
  let step = 1;
  while (step < count && !holds(step)) step *= 2;
  if (step >= count && !holds(Math.max(0, count - 1))) return count;
  let [low, high] = [Math.floor(step / 2), Math.min(step, count - 1)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
