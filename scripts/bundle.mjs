// Bundles a TypeScript script into test-out and runs it with Node: what benchmarks and calibration share.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { root, run } from "./setup.mjs";

/** Answers the exit status. */
export async function runScript(entry, words, nodeOptions = []) {
  const out = path.join(root, "test-out/scripts");
  mkdirSync(out, { recursive: true });
  const outfile = path.join(out, `${path.basename(entry, ".ts")}.mjs`);
  await build({
    entryPoints: [path.join(root, entry)],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    outfile,
    logLevel: "warning",
  });
  return run("node", [...nodeOptions, outfile, ...words]);
}
