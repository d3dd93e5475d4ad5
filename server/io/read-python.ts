import type { Problem } from "../core/base/problem.js";
import { readTracedProgram, type TracedProgram } from "../core/formats/torch-trace.js";
import type { PythonEngine } from "../engines/python/engine.js";
import type { EngineJob, EngineOutcome, PythonRoot } from "../engines/python/job.js";
import { toHostText } from "../engines/python/places.js";

/** What is asked of a Python file: see `server/meta-torch/ridgepoint/trace.py`. */
export interface PythonRequest {
  /** Absolute; undefined with an entry alone. */
  readonly file: string | undefined;
  /** How the file is called in places and sentences, where not by its absolute path. */
  readonly shownFile?: string;
  /** Texts of unsaved editors, by absolute path. */
  readonly overlays?: ReadonlyMap<string, string>;
  readonly roots: readonly PythonRoot[];
  readonly entry?: string;
  /** `x=float32[1,3,224,224]`, or without a name. */
  readonly inputs?: readonly string[];
  readonly batch?: number;
  /** Every model of the file, or the one that it is about. */
  readonly models: "main" | "all";
  /** Branches folded, as the model is deployed. */
  readonly deploy?: boolean;
  /** Pins of the workspace by the name of the class. */
  readonly pins?: Readonly<Record<string, readonly string[]>>;
  readonly seconds?: number;
}

/** Runs the file and reads what it did. Never throws: what goes wrong is among the problems. */
export async function readPython(
  engine: PythonEngine,
  request: PythonRequest,
  signal?: AbortSignal,
): Promise<TracedProgram> {
  const { file, roots } = request;
  const { value, stop } = answerOf(await engine.run(pythonJob(request), signal));
  if (stop !== undefined) return failed(stop);
  return readTracedProgram(value, (text) => {
    const hostText = toHostText(roots, text);
    if (file === undefined || request.shownFile === undefined) return hostText;
    return hostText.replaceAll(file, request.shownFile);
  });
}

export function pythonJob(request: PythonRequest): EngineJob {
  const { file, overlays, roots, entry, inputs, batch, models, deploy, pins, seconds } = request;
  return {
    roots,
    request: {
      task: "trace",
      ...(file !== undefined && { file }),
      ...(entry !== undefined && { entry }),
      inputs: inputs ?? [],
      ...(batch !== undefined && { batch }),
      models,
      deploy: deploy === true,
      pins: pins ?? {},
    },
    ...(overlays && { overlays }),
    ...(seconds !== undefined && { limits: { seconds } }),
  };
}

/** What `readTracedProgram` reads, or why there is nothing to read. */
export function answerOf(outcome: EngineOutcome): {
  readonly value?: unknown;
  readonly stop?: Problem;
} {
  if (outcome.kind === "stopped") return { stop: outcome.problem };
  const { value, error } = outcome.answer;
  if (value !== undefined) return { value };
  const message = `The run ended without an answer: ${reasonOf(error)}. Please report this.`;
  return { stop: { code: "RP1509", severity: "error", message } };
}

function failed(problem: Problem): TracedProgram {
  return {
    models: [],
    main: undefined,
    missingImports: [],
    problems: [{ ...problem, related: [] }],
  };
}

function reasonOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "no reason is given";
  const { type, message } = error as Readonly<Record<string, unknown>>;
  return `${String(type)}: ${String(message)}`.slice(0, 500);
}
