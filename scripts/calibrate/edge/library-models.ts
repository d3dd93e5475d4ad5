import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { readTracedProgram } from "../../../server/core/formats/torch-trace.js";
import { traceVersion } from "../../../server/core/formats/torch-trace/decode-trace.js";
import type { Model } from "../../../server/core/graph/graph.js";
import type { PythonEngine } from "../../../server/engines/python/engine.js";
import { openPythonEngine } from "../../../server/io/python-engine.js";
import { pythonRoots } from "../../../server/io/python-roots.js";
import { answerOf, pythonJob } from "../../../server/io/read-python.js";
import type { Subject } from "../set.js";

/** A published network by the expression that makes it, and its input's type. */
export interface LibraryModel {
  readonly entry: string;
  readonly input: string;
}

/**
 * Folders with the sources of torchvision and timm, from the variable PYTHON_LIBRARIES (as PATH is written), else where
 * Debian's python3-torchvision has them. Sources are read, never executed outside of the product's engine.
 */
export function libraryFolders(): readonly string[] {
  const given = process.env["PYTHON_LIBRARIES"]?.split(path.delimiter) ?? [
    "/usr/lib/python3/dist-packages",
  ];
  return given.filter((folder) => existsSync(folder));
}

export function librarySubject(model: LibraryModel): Subject {
  return {
    kind: "model",
    id: `${model.entry}|${model.input}`,
    load: () => loadLibraryModel(model),
  };
}

/**
 * What the engine answered is kept in `test-out/traces`; delete the folder after a change of the engine that changes
 * its answers.
 */
export async function loadLibraryModel(model: LibraryModel): Promise<Model> {
  const { entry, input } = model;
  const folders = libraryFolders();
  const key = createHash("sha256")
    .update([traceVersion, entry, input, ...folders].join("\0"))
    .digest("hex");
  const kept = path.resolve("test-out/traces", key.slice(0, 2), `${key}.json.gz`);
  let answer: unknown;
  if (existsSync(kept)) answer = JSON.parse(gunzipSync(readFileSync(kept)).toString());
  else {
    answer = await ask(model, folders);
    mkdirSync(path.dirname(kept), { recursive: true });
    writeFileSync(kept, gzipSync(JSON.stringify(answer)));
  }
  const { main, problems } = readTracedProgram(answer);
  if (main?.model === undefined)
    throw new Error(
      `${entry}: ${[...problems, ...(main?.problems ?? [])][0]?.message ?? "no model"}`,
    );
  return main.model;
}

let engine: PythonEngine | undefined;

async function ask({ entry, input }: LibraryModel, folders: readonly string[]): Promise<unknown> {
  if (!existsSync("dist/python/child.mjs"))
    throw new Error("The Python engine is not built; run `node scripts/build.mjs` first.");
  engine ??= openPythonEngine({ log: () => undefined });
  const job = pythonJob({
    file: undefined,
    roots: pythonRoots(undefined, folders),
    entry,
    inputs: [input],
    models: "main",
    seconds: 300,
  });
  const { value, stop } = answerOf(await engine.run(job));
  if (stop !== undefined) throw new Error(`${entry}: ${stop.message}`);
  return value;
}

/** Ends the engine, which would keep the process alive. */
export function closeLibraryModels(): void {
  engine?.dispose();
  engine = undefined;
}
