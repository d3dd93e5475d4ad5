import { copyFile, link } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

const root = path.resolve(import.meta.dirname, "../..");

/** Lays the Python engine's runtime out as `scripts/python-engine.mjs` does, with links instead of copies. */
export async function layOutPythonRuntime(folder: string): Promise<void> {
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
}
