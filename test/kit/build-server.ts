import { copyFile, cp, link, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { afterAll } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

/**
 * Bundles the language server and its worker as `scripts/build.mjs` does, into a folder of the calling test file's own
 * that is removed after it: about half a second, and never stale.
 */
export async function buildServer(options: { readonly hasPython?: boolean } = {}): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "ridgepoint-server-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  await build({
    absWorkingDir: root,
    entryPoints: { server: "server/lsp/main.ts", worker: "server/lsp/worker.ts" },
    outdir: folder,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    logLevel: "error",
  });
  await cp(path.join(root, "server/data"), path.join(folder, "data"), { recursive: true });
  if (options.hasPython === true) {
    await layOutPython(path.join(folder, "python"));
    // The image of a started Python is kept: only the first test after a change of our packages waits for it.
    process.env["XDG_CACHE_HOME"] = path.join(root, "test-out/cache");
  }
  return folder;
}

/** As `scripts/python-engine.mjs` does, with links instead of copies. */
async function layOutPython(folder: string): Promise<void> {
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
  await cp(path.join(root, "server/meta-torch"), path.join(folder, "packages"), {
    recursive: true,
    filter: (file) => !file.includes("__pycache__"),
  });
}
