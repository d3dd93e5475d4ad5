import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { PythonEngine, PythonEngineOptions } from "../../server/engines/python/engine.js";
import { createPythonEngine } from "../../server/engines/python/engine.js";
import { layOutPythonRuntime } from "./python-runtime.js";

const root = path.resolve(import.meta.dirname, "../..");
let runtime: Promise<string> | undefined;

/**
 * The real engine, of the sources as they are. The image of a started Python is kept in `test-out`, so that only the
 * first test after a change of our Python packages waits for it.
 */
export async function startTestEngine(
  options: Partial<PythonEngineOptions> = {},
): Promise<PythonEngine> {
  runtime ??= buildRuntime();
  return createPythonEngine({
    runtimeFolder: await runtime,
    packagesFolder: path.join(root, "server/meta-torch"),
    cacheFolder: path.join(root, "test-out/python-images"),
    log: () => undefined,
    ...options,
  });
}

async function buildRuntime(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "ridgepoint-python-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  await layOutPythonRuntime(folder);
  return folder;
}
