// The Python engine's part of dist: its child, bundled, Python's own files and our Python packages.
import { chmod, copyFile, cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { bundleChild } from "./engine-child.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Without Pyodide's own loader: the child starts Python itself. */
const runtimeFiles = ["pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"];

export async function buildPythonEngine({ outdir, isProduction }) {
  await mkdir(outdir, { recursive: true });
  await bundleChild("server/engines/python/child/main.ts", { outdir, isProduction });
  for (const name of runtimeFiles)
    await copyFile(path.join(root, "node_modules/pyodide", name), path.join(outdir, name));
  await copyFile(
    path.join(root, "server/engines/python/NOTICE.txt"),
    path.join(outdir, "NOTICE.txt"),
  );
  await cp(path.join(root, "server/meta-torch"), path.join(outdir, "packages"), {
    recursive: true,
    filter: (file) => !file.includes("__pycache__"),
  });
  // In a checkout one is made on first use: it takes seconds, and the packages change all the time.
  if (isProduction) await addImage(outdir);
}

/** Lets Python start once, here, so that it need not where the extension runs. */
async function addImage(outdir) {
  const scratch = await mkdtemp(path.join(os.tmpdir(), "ridgepoint-image-"));
  try {
    const outfile = path.join(scratch, "python-image.mjs");
    await build({
      entryPoints: [path.join(root, "server/engines/python/python-image.ts")],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      logLevel: "warning",
    });
    const { ensureImage } = await import(pathToFileURL(outfile).href);
    const runtimeFolder = path.resolve(outdir);
    const packagesFolder = path.join(runtimeFolder, "packages");
    const log = (line) => console.error(line);
    const image = await ensureImage({
      runtimeFolder,
      packagesFolder,
      cacheFolder: runtimeFolder,
      log,
    });
    await chmod(image, 0o644);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
