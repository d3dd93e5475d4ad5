import { rmSync } from "node:fs";
import { copyFile, link, mkdtemp } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { build } from "esbuild";
import type { PythonEngine, PythonEngineOptions } from "../../server/engines/python/engine.js";
import { createPythonEngine } from "../../server/engines/python/engine.js";

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

/** As `scripts/python-engine.mjs` lays it out, with links instead of copies. */
async function buildRuntime(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "ridgepoint-python-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  await build({
    absWorkingDir: root,
    entryPoints: ["server/engines/python/child/main.ts"],
    outfile: path.join(folder, "child.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
  });
  for (const name of ["pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"]) {
    const file = path.join(root, "node_modules/pyodide", name);
    await link(file, path.join(folder, name)).catch(() => copyFile(file, path.join(folder, name)));
  }
  return folder;
}
