// Bundles TypeScript scripts and runs them with Node: what benchmarks and calibration share.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { root, run } from "./setup.mjs";

/** Packages stay outside. Plugins may change what is bundled. */
export async function bundle(entry, outfile, plugins = []) {
  await build({
    entryPoints: [path.resolve(root, entry)],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    outfile,
    logLevel: "warning",
    plugins,
  });
}

/** Bundles a script into test-out and runs it; answers the exit status. */
export async function runScript(entry, words, nodeOptions = []) {
  const out = path.join(root, "test-out/scripts");
  mkdirSync(out, { recursive: true });
  const outfile = path.join(out, `${path.basename(entry, ".ts")}.mjs`);
  await bundle(entry, outfile);
  return run("node", [...nodeOptions, outfile, ...words]);
}
