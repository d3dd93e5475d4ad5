/**
 * What the host and its child say to each other: one JSON text per line, over the child's standard input and output.
 * JSON and not structured clones, because what comes from the child is not to be trusted.
 */
export interface StartMessage {
  readonly kind: "start";
  /** Holds pyodide.asm.mjs, pyodide.asm.wasm and python_stdlib.zip. */
  readonly runtimeFolder: string;
  /** Our own packages: torch and its company. */
  readonly packagesFolder: string;
  /** The memory of a started Python; absent when one shall be made. */
  readonly imageFile?: string;
  readonly roots: readonly RootMessage[];
  /** While this file exists, the running job shall stop. */
  readonly stopFile: string;
  readonly memoryBytes: number;
}

export interface RootMessage {
  /** With every link resolved. */
  readonly folder: string;
  /** Holds installed packages, whose modules may be kept between jobs. */
  readonly isLibrary: boolean;
}

export interface JobMessage {
  readonly kind: "job";
  readonly id: number;
  /** JSON, as `ridgepoint.driver` reads it. */
  readonly request: string;
  /** Texts that stand in for files: by path below a root, such as `/roots/0/model.py`. */
  readonly overlays: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly outputBytes: number;
  readonly answerBytes: number;
  /** Note each line before it runs, so that the last one is known when the job does not come back. */
  readonly isWatched: boolean;
}

export type HostMessage = StartMessage | JobMessage;

export type ChildMessage =
  | { readonly kind: "ready"; readonly isConfined: boolean }
  | { readonly kind: "image"; readonly byteLength: number }
  | {
      readonly kind: "answer";
      readonly id: number;
      readonly answer: string;
      readonly output: string;
      readonly seconds: number;
      readonly memoryBytes: number;
      /** It took so much memory that this process had better be replaced. */
      readonly isSwollen: boolean;
    }
  | {
      readonly kind: "stopped";
      readonly id: number;
      readonly reason: StopReason;
      /** What exactly was reached for, or the runtime's own words. */
      readonly detail: string;
      readonly frames: readonly FrameMessage[];
      readonly output: string;
      readonly isSwollen: boolean;
    };

/** Innermost first. */
export interface FrameMessage {
  readonly file: string;
  readonly line: number;
  readonly name: string;
}

export type StopReason =
  "time" | "memory" | "crash" | "output" | "forbidden" | "cancelled" | "exit";
