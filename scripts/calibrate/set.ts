import type { Bindings } from "../../server/core/analysis.js";
import type { InferredModel } from "../../server/core/analyze.js";
import type { Model } from "../../server/core/graph/graph.js";
import type { Lowered } from "../../server/core/lower/lowered.js";
import type { Target } from "../../server/core/targets/target.js";
import type {
  Calibration,
  CalibrationSource,
  ChipPart,
} from "../../server/core/cost/calibrated/calibration.js";

/** One set of measurements: how its rows read, and what is fitted to them. One file each in `sets`. */
export interface CalibrationSet {
  readonly id: string;
  readonly licence: string;
  /** Where the figures come from, for docs/accuracy.md. */
  readonly origin: string;
  /** The licence lets rows of it stand in this repository. */
  readonly isCommittable: boolean;
  /** Keys that no fit sees, where there are too few for a share of them to be drawn (`split.ts`). */
  readonly heldOut?: readonly string[];
  /**
   * Whole chips are held out: they have no file before the final fit, their errors are those of borrowing, and intervals
   * come from leaving every chip out, so that those of the final fit are as good as any.
   */
  readonly keysAreChips?: boolean;
  /**
   * A few dozen networks: the final fit's cross-validation, which goes over all of them, has the better intervals, since
   * one that stands alone is a tenth of what is known of errors.
   */
  readonly hasFewKeys?: boolean;
  readonly samples: (ctx: CalibrationContext) => Promise<readonly Sample[]>;
  /** Sees the samples that are not held out, and returns a fragment for each target that it can speak of. */
  readonly fit: (
    ctx: CalibrationContext,
    samples: readonly Sample[],
  ) => Promise<readonly Fragment[]>;
}

/** One measurement. */
export interface Sample {
  readonly target: string;
  /** Row of the error table that it counts in: `MatMul`, `attention prefill`, `model`. */
  readonly kind: string;
  /** Samples of one key are never on both sides of a split. */
  readonly key: string;
  readonly seconds: number;
  /** What a meter read, where one was; judged in a row of its own, `<kind> energy`. */
  readonly joules?: number;
  readonly subject: Subject;
  /** What else was done in the measured time, so many times. */
  readonly more?: readonly { readonly count: number; readonly subject: Subject }[];
  /** Parallel calls that one measurement stands for, and the like; for the set's own use. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** What was measured, as a user would ask for it. */
export type Subject =
  | { readonly kind: "op"; readonly text: string }
  | {
      readonly kind: "model";
      /** Equal ids are equal models and bindings: they are read once. */
      readonly id: string;
      readonly load: () => Promise<Model | undefined>;
      readonly bindings?: Bindings;
    };

/** Part of a target's calibration; the regressors are in the form of the files. */
export interface Fragment {
  readonly target: string;
  readonly kinds?: Readonly<Record<string, unknown>>;
  readonly network?: unknown;
  readonly energy?: unknown;
  /** Where the measurements kept to a part of the chip. */
  readonly part?: ChipPart;
  readonly source: CalibrationSource;
}

export interface CalibrationContext {
  /** Chips are left out, to be judged by what others lend: intervals of the others' own rows are asked of nobody. */
  readonly leavesOut: boolean;
  /** Text of a file of the data folder; undefined when there is none. */
  readonly text: (name: string) => string | undefined;
  readonly target: (id: string) => Target | undefined;
  /** A model that Python sources make (`--python-path`); undefined when they are not there. */
  readonly trace: (entry: string, input: string) => Promise<Model | undefined>;
  /** A model as any target sees it before it is lowered. */
  readonly infer: (subject: Subject) => Promise<InferredModel | undefined>;
  /** What sets fitted before have taught of a target. */
  readonly fitted: (id: string) => Calibration | undefined;
  /** Kernels of a subject on a target, through the path that users' models take. */
  readonly lower: (subject: Subject, target: Target) => Promise<Lowered | undefined>;
}
