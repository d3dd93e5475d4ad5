import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import type { PythonEngine } from "../../../server/engines/python/engine.js";
import {
  defaultJobLimits,
  type Answer,
  type EngineOutcome,
} from "../../../server/engines/python/job.js";

/** Runs Python sources and says what they did. */
export type Recorder = Pick<PythonEngine, "run" | "dispose">;

/**
 * The engine's recorder in the machine's own Python: the same answers but for paths of files, in a tenth of the time and
 * less. Sources run with the rights of whoever calibrates, so this is for those that one trusts, and never for users'
 * models. Forks, so not for Windows.
 */
export function openNativeRecorder(python: string): Recorder {
  const script = path.resolve("scripts/calibrate/record/native_recorder.py");
  // Without packages of the machine: what the engine does not find is missing here too.
  const child = spawn(python, ["-E", "-s", "-S", script, path.resolve("server/meta-torch")], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const waiting: Waiting[] = [];
  let end: Error | undefined;
  const fail = (error: Error): void => {
    end = error;
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    const answer = JSON.parse(line) as Answer;
    waiting.shift()?.resolve({ kind: "answer", answer, output: "", seconds: 0, memoryBytes: 0 });
  });
  child.on("error", (error) => fail(new Error(`\`${python}\`: ${error.message}`)));
  child.on("close", (status) => fail(new Error(`\`${python}\` ended with status ${status}.`)));
  return {
    run: ({ roots, request, limits }) =>
      new Promise((resolve, reject) => {
        if (end !== undefined) {
          reject(end);
          return;
        }
        waiting.push({ resolve, reject });
        const seconds = limits?.seconds ?? defaultJobLimits.seconds;
        const asked = { path: roots.map(({ folder }) => folder), seconds, request };
        child.stdin.write(`${JSON.stringify(asked)}\n`);
      }),
    dispose: () => void child.stdin.end(),
  };
}

interface Waiting {
  readonly resolve: (outcome: EngineOutcome) => void;
  readonly reject: (reason: Error) => void;
}
