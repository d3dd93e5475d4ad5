import type { PyFunction } from "../../../python/syntax.js";
import type { Lookup } from "../read/host-evaluator.js";

export interface ProgramContext {
  readonly functions: ReadonlyMap<string, PyFunction>;
  readonly lookup: Lookup;
  /** Along each axis of the grid: which program this is, and of how many. */
  readonly programs: readonly {
    readonly id: number | undefined;
    readonly count: number | undefined;
  }[];
  /** What a scalar that comes from memory is taken to be, by its name: the length of a sequence. */
  readonly assume?: (name: string) => number | undefined;
  /** Ends the run as soon as these scalars are known. */
  readonly until?: ReadonlySet<string>;
}

/** A scalar that a program id was split into. */
export interface ProgramSplit {
  readonly value: number | undefined;
  /** `program 0` and the like, of which it is a part. */
  readonly roots: ReadonlySet<string>;
}
