import type { Problem } from "../../core/base/problem.js";
import type { StopReason } from "./wire.js";

/** One thing to run. */
export interface EngineJob {
  /** Folders that imports may read, first one first. A change of them costs a restart of the child. */
  readonly roots: readonly PythonRoot[];
  readonly request: EngineRequest;
  /** Texts of unsaved editors, by their path on the host. */
  readonly overlays?: ReadonlyMap<string, string>;
  readonly limits?: Partial<JobLimits>;
}

export interface PythonRoot {
  /** Absolute. */
  readonly folder: string;
  /** Holds installed packages, not the user's own code. */
  readonly isLibrary: boolean;
}

/** What `ridgepoint.driver` reads. */
export interface EngineRequest {
  /** A module of the Python package `ridgepoint` with a function `run`. */
  readonly task: string;
  /** The file to run, by its path on the host; Python sees it below `/roots`. */
  readonly file?: string;
  readonly [key: string]: unknown;
}

export interface JobLimits {
  readonly seconds: number;
  /** Of what is printed. */
  readonly outputBytes: number;
  readonly answerBytes: number;
}

export const defaultJobLimits: JobLimits = {
  seconds: 20,
  outputBytes: 4 << 20,
  answerBytes: 128 << 20,
};

export type EngineOutcome =
  | {
      readonly kind: "answer";
      readonly answer: Answer;
      /** What was printed; cut. */
      readonly output: string;
      readonly seconds: number;
      /** The most that Python has taken since the child was started. */
      readonly memoryBytes: number;
    }
  | {
      readonly kind: "stopped";
      readonly reason: StopReason | "start";
      readonly problem: Problem;
      /** Innermost first, of the user's files, by their path on the host. */
      readonly frames: readonly EngineFrame[];
      readonly output: string;
      /** The process went without a word. */
      readonly isLost: boolean;
    };

/** Comes from a process that is not trusted: its reader decodes it with suspicion. */
export interface Answer {
  readonly value?: unknown;
  readonly error?: unknown;
}

export interface EngineFrame {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly name: string;
}
