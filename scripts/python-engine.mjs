// The Python engine's part of dist: its child, bundled, Python's own files and our Python packages.
import { copyFile, cp, mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Without Pyodide's own loader: the child starts Python itself. */
const runtimeFiles = ["pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"];

export async function buildPythonEngine({ outdir, isProduction }) {
  await mkdir(outdir, { recursive: true });
  await build({
    entryPoints: [path.join(root, "server/engines/python/child/main.ts")],
    outfile: path.join(outdir, "child.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    minify: isProduction,
    logLevel: "warning",
    legalComments: "none",
  });
  for (const name of runtimeFiles)
    await copyFile(path.join(root, "node_modules/pyodide", name), path.join(outdir, name));
  await cp(path.join(root, "server/meta-torch"), path.join(outdir, "packages"), {
    recursive: true,
    filter: (file) => !file.includes("__pycache__"),
  });
}
