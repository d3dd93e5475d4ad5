import { cp, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { afterAll } from "vitest";
import { layOutPythonRuntime } from "./python-runtime.js";

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
    entryPoints: {
      server: "server/lsp/main.ts",
      worker: "server/lsp/worker.ts",
      "design-worker": "server/lsp/design-worker.ts",
    },
    outdir: folder,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    logLevel: "error",
    alias: {
      "jsonc-parser": "jsonc-parser/lib/esm/main.js",
      "web-tree-sitter": path.join(root, "node_modules/web-tree-sitter/web-tree-sitter.cjs"),
    },
  });
  for (const file of [
    "web-tree-sitter/web-tree-sitter.wasm",
    "tree-sitter-cpp/tree-sitter-cpp.wasm",
  ])
    await cp(
      path.join(root, "node_modules", file),
      path.join(folder, "tree-sitter", path.basename(file)),
    );
  await cp(path.join(root, "server/data"), path.join(folder, "data"), { recursive: true });
  await cp(path.join(root, "docs/accuracy.md"), path.join(folder, "data/accuracy.md"));
  if (options.hasPython === true) {
    const python = path.join(folder, "python");
    await layOutPythonRuntime(python);
    await cp(path.join(root, "server/meta-torch"), path.join(python, "packages"), {
      recursive: true,
      filter: (file) => !file.includes("__pycache__"),
    });
    // The image of a started Python is kept: only the first test after a change of our packages waits for it.
    process.env["XDG_CACHE_HOME"] = path.join(root, "test-out/cache");
  }
  return folder;
}
