// Bundles an engine's child process, which runs beside the extension and not in it.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** `entry` is a file of the repository; the child becomes `child.mjs` of the folder. */
export async function bundleChild(entry, { outdir, isProduction }) {
  await build({
    entryPoints: [path.join(root, entry)],
    outfile: path.join(outdir, "child.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    minify: isProduction,
    logLevel: "warning",
    legalComments: "none",
  });
}
