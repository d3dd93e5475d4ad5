import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { readTracedProgram } from "../../server/core/formats/torch-trace.js";
import { traceVersion } from "../../server/core/formats/torch-trace/decode-trace.js";
import type { Model } from "../../server/core/graph/graph.js";
import type { PythonEngine } from "../../server/engines/python/engine.js";
import { openPythonEngine } from "../../server/io/python-engine.js";
import { answerOf, pythonJob } from "../../server/io/read-python.js";
import { pythonRoots } from "../../server/io/python-roots.js";
import type { Subject } from "./set.js";

/** A network as PyTorch source and the expression that makes it. */
export interface Traced {
  /** Below `scripts/calibrate/spaces`. */
  readonly file: string;
  readonly entry: string;
  /** `float32[1,3,32,32]` */
  readonly inputs: readonly string[];
}

/** Runs in the product's Python engine when it is asked for. */
export function tracedSubject(traced: Traced): Subject {
  return {
    kind: "model",
    id: `${traced.file}|${traced.entry}|${traced.inputs.join(" ")}`,
    load: () => loadTraced(traced),
  };
}

/**
 * What the engine answered is kept in `test-out/traces`, since a set has thousands of networks. The key is the question
 * and the text of the file: delete the folder after a change of the engine that changes its answers.
 */
export async function loadTraced({ file, entry, inputs }: Traced): Promise<Model> {
  const source = path.resolve("scripts/calibrate/spaces", file);
  const key = createHash("sha256")
    .update([traceVersion, readFileSync(source, "utf8"), entry, ...inputs].join("\0"))
    .digest("hex");
  const kept = path.resolve("test-out/traces", key.slice(0, 2), `${key}.json.gz`);
  let answer: unknown;
  if (existsSync(kept)) answer = JSON.parse(gunzipSync(readFileSync(kept)).toString());
  else {
    answer = await ask(source, entry, inputs);
    mkdirSync(path.dirname(kept), { recursive: true });
    writeFileSync(kept, gzipSync(JSON.stringify(answer)));
  }
  const { main, problems } = readTracedProgram(answer);
  if (main?.model === undefined)
    throw new Error(`${file}: ${entry}: ${[...problems, ...(main?.problems ?? [])][0]?.message}`);
  return main.model;
}

let engine: PythonEngine | undefined;

async function ask(file: string, entry: string, inputs: readonly string[]): Promise<unknown> {
  if (!existsSync("dist/python/child.mjs"))
    throw new Error("The Python engine is not built; run `node scripts/build.mjs` first.");
  engine ??= openPythonEngine({ log: () => undefined });
  const roots = pythonRoots(file, []);
  const request = { file, roots, entry, inputs, models: "main" as const, seconds: 120 };
  const { value, stop } = answerOf(await engine.run(pythonJob(request)));
  if (stop !== undefined) throw new Error(`${file}: ${entry}: ${stop.message}`);
  return value;
}

/** Ends the engine, which would keep the process alive. */
export function closeTraces(): void {
  engine?.dispose();
  engine = undefined;
}
