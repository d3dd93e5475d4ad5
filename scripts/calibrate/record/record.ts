import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { readTracedProgram } from "../../../server/core/formats/torch-trace.js";
import { traceVersion } from "../../../server/core/formats/torch-trace/decode-trace.js";
import type { Model } from "../../../server/core/graph/graph.js";
import { openPythonEngine } from "../../../server/io/python-engine.js";
import { pythonRoots } from "../../../server/io/python-roots.js";
import { answerOf, pythonJob } from "../../../server/io/read-python.js";
import { openNativeRecorder, type Recorder } from "./native-recorder.js";

/** A model by the Python expression that makes it. */
export interface Question {
  /** Absolute; undefined where libraries alone make it. */
  readonly file?: string;
  readonly entry: string;
  /** `float32[1,3,32,32]` */
  readonly inputs: readonly string[];
  /** With the sources of libraries. */
  readonly folders: readonly string[];
}

export interface RecordingOptions {
  /** Program of the machine's own Python, which records in place of the product's engine. */
  readonly python: string | undefined;
  /** Folder in which answers are kept. */
  readonly kept: string;
}

/** For all that is recorded from here on. */
export function setRecording(given: RecordingOptions): void {
  options = given;
}

let options: RecordingOptions = { python: undefined, kept: path.resolve("test-out/traces") };

/**
 * The model that the answer describes. Answers are kept, since a set has thousands of networks. Their key is the question
 * and the text of the file: delete the folder after a change of the recorder, or of libraries, that changes answers.
 */
export async function recordModel(question: Question): Promise<Model> {
  const { file, entry, inputs, folders } = question;
  const text = file === undefined ? [] : [readFileSync(file, "utf8")];
  const key = createHash("sha256")
    .update([traceVersion, ...text, entry, ...inputs, ...folders].join("\0"))
    .digest("hex");
  const kept = path.join(options.kept, key.slice(0, 2), `${key}.json.gz`);
  let answer: unknown;
  if (existsSync(kept)) answer = JSON.parse(gunzipSync(readFileSync(kept)).toString());
  else {
    answer = await record(question);
    mkdirSync(path.dirname(kept), { recursive: true });
    writeFileSync(kept, gzipSync(JSON.stringify(answer)));
  }
  const { main, problems } = readTracedProgram(answer);
  if (main?.model === undefined) {
    const [problem] = [...problems, ...(main?.problems ?? [])];
    throw new Error(`${nameOf(question)}: ${problem?.message ?? "no model"}`);
  }
  return main.model;
}

/** What the recorder answers; throws where a run came to no end. */
export async function record(question: Question): Promise<unknown> {
  const { file, entry, inputs, folders } = question;
  const roots = pythonRoots(file, folders);
  const job = pythonJob({ file, roots, entry, inputs, models: "main", seconds: 300 });
  recorder ??= options.python === undefined ? openEngine() : openNativeRecorder(options.python);
  const { value, stop } = answerOf(await recorder.run(job));
  if (stop !== undefined) throw new Error(`${nameOf(question)}: ${stop.message}`);
  return value;
}

let recorder: Recorder | undefined;

function openEngine(): Recorder {
  if (!existsSync("dist/python/child.mjs"))
    throw new Error("The Python engine is not built; run `node scripts/build.mjs` first.");
  return openPythonEngine({ log: () => undefined });
}

function nameOf({ file, entry }: Question): string {
  return file === undefined ? entry : `${path.basename(file)}: ${entry}`;
}

/** Ends the process that records, which would keep this one alive. */
export function closeRecording(): void {
  recorder?.dispose();
  recorder = undefined;
}
