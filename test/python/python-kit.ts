import { execFileSync } from "node:child_process";
import path from "node:path";
import { analyze } from "../../server/core/analyze.js";
import type { Analysis } from "../../server/core/analysis.js";
import { neverCancelled } from "../../server/core/base/cancel.js";
import { readTracedProgram, type TracedProgram } from "../../server/core/formats/torch-trace.js";

/** Request of the task `trace`, as the engine gets it. */
export interface TraceRequest {
  readonly file?: string;
  readonly entry?: string;
  readonly inputs?: readonly string[];
  readonly batch?: number;
  readonly models?: "main" | "all";
  readonly deploy?: boolean;
  readonly pins?: Readonly<Record<string, readonly string[]>>;
}

export const fixtures = path.resolve(__dirname, "../fixtures/python");

/** Runs the task with the machine's own Python: the package is the same as in the engine, and starts faster. */
export function traceRaw(request: TraceRequest): unknown {
  const script =
    "import json,sys\nfrom ridgepoint import driver,trace\nsys.stdout.write(driver._text_of_answer(trace.run(json.loads(sys.stdin.read()))))";
  const answer = execFileSync("python3", ["-c", script], {
    input: JSON.stringify(request),
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: {
      PATH: process.env["PATH"],
      PYTHONPATH: path.resolve("server/meta-torch"),
      PYTHONDONTWRITEBYTECODE: "1",
    },
  });
  // What the user's script prints comes before the answer.
  return JSON.parse(answer.slice(answer.indexOf('{"version"')));
}

export function trace(request: TraceRequest): TracedProgram {
  return readTracedProgram(traceRaw(request));
}

/** The main model of a fixture, analysed without a target. */
export function analyzeMain(request: TraceRequest): Analysis {
  const program = trace(request);
  const model = program.main?.model;
  if (model === undefined)
    throw new Error(
      [...program.problems, ...(program.main?.problems ?? [])]
        .map(({ code, message }) => `${code} ${message}`)
        .join("\n") || "no model",
    );
  return analyze(model, { inputs: new Map(), dims: new Map() }, [], neverCancelled);
}
