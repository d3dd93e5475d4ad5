import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { readTracedProgram } from "../../server/core/formats/torch-trace.js";
import type { Model } from "../../server/core/graph/graph.js";
import type { PythonEngine } from "../../server/engines/python/engine.js";
import { openPythonEngine } from "../../server/io/python-engine.js";
import { pythonRoots } from "../../server/io/python-roots.js";
import { answerOf, pythonJob } from "../../server/io/read-python.js";

/** Models that Python sources make, through the engine that users' sources run in. */
export interface Traces {
  /** Undefined when the sources are not there or do not make it. */
  readonly model: (entry: string, input: string) => Promise<Model | undefined>;
  readonly dispose: () => void;
}

/** `kept`: a folder in which answers of the engine are kept; networks are many and do not change between fits. */
export function openTraces(pythonPath: readonly string[], kept: string | undefined): Traces {
  let engine: PythonEngine | undefined;
  return {
    model: async (entry, input) => {
      if (pythonPath.length === 0) return undefined;
      const name = createHash("sha256").update(`${entry}|${input}`).digest("hex").slice(0, 20);
      const file = kept === undefined ? undefined : path.join(kept, `${name}.json.gz`);
      if (file !== undefined && existsSync(file))
        return modelOf(JSON.parse(gunzipSync(readFileSync(file)).toString()));
      engine ??= openPythonEngine({ log: () => undefined });
      const outcome = await engine.run(
        pythonJob({
          file: undefined,
          roots: pythonRoots(undefined, pythonPath),
          entry,
          inputs: [input],
          models: "main",
          seconds: 120,
        }),
      );
      const { value } = answerOf(outcome);
      if (value === undefined) return undefined;
      if (file !== undefined) {
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, gzipSync(JSON.stringify(value)));
      }
      return modelOf(value);
    },
    dispose: () => engine?.dispose(),
  };
}

function modelOf(value: unknown): Model | undefined {
  return readTracedProgram(value).main?.model;
}
