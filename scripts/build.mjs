// Bundles the extension host, the language server, its worker, the command line and the pages into dist/.
import { cp, mkdir, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";
import { copyIcons, pageOptions } from "./pages.mjs";
import { ensurePackages } from "./setup.mjs";
import { buildPythonEngine } from "./python-engine.mjs";
import { buildNextpnrEngine } from "./nextpnr-engine.mjs";
import { buildSlangEngine } from "./slang-engine.mjs";
import { buildYosysEngine } from "./yosys-engine.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);
ensurePackages();
const isWatching = process.argv.includes("--watch");
const isProduction = process.argv.includes("--production");

const common = {
  bundle: true,
  sourcemap: !isProduction,
  minify: isProduction,
  logLevel: "warning",
  target: "es2022",
  legalComments: "none",
};
const node = {
  ...common,
  platform: "node",
  format: "cjs",
  target: "node20",
  // Its UMD form requires files by a name that no bundler follows.
  alias: {
    "jsonc-parser": "jsonc-parser/lib/esm/main.js",
    // Its module asks for its own address, which a bundle in CommonJS has not.
    "web-tree-sitter": path.resolve("node_modules/web-tree-sitter/web-tree-sitter.cjs"),
  },
};
const builds = [
  {
    ...node,
    entryPoints: ["client/src/extension.ts"],
    outfile: "dist/extension.cjs",
    external: ["vscode"],
  },
  { ...node, entryPoints: ["server/lsp/main.ts"], outfile: "dist/server.cjs" },
  { ...node, entryPoints: ["server/lsp/worker.ts"], outfile: "dist/worker.cjs" },
  { ...node, entryPoints: ["server/lsp/design-worker.ts"], outfile: "dist/design-worker.cjs" },
  { ...node, entryPoints: ["server/io/quant/worker.ts"], outfile: "dist/quant-worker.cjs" },
  {
    ...node,
    entryPoints: ["server/io/quant/measured-worker.ts"],
    outfile: "dist/measured-worker.cjs",
  },
  {
    ...node,
    entryPoints: ["server/cli/main.ts"],
    outfile: "dist/cli.cjs",
    banner: { js: "#!/usr/bin/env node" },
  },
  pageOptions({ outdir: "dist/webviews", isProduction }),
].filter(
  (options) =>
    options.entryPoints.length > 0 && options.entryPoints.every((entry) => existsSync(entry)),
);

if (!isWatching) await rm("dist", { recursive: true, force: true });
await mkdir("dist", { recursive: true });
for (const options of builds) {
  if (isWatching) await (await context(options)).watch();
  else await build(options);
}
await cp("server/data", "dist/data", { recursive: true });
await cp("docs/accuracy.md", "dist/data/accuracy.md");
await buildPythonEngine({ outdir: "dist/python", isProduction });
await buildYosysEngine({ outdir: "dist/yosys", isProduction });
await buildSlangEngine({ outdir: "dist/slang", isProduction });
await buildNextpnrEngine({ outdir: "dist/nextpnr", isProduction });
await copyIcons("dist/webviews");
for (const [from, to] of [
  ["build/highs.js", "highs.cjs"],
  ["build/highs.wasm", "highs.wasm"],
  ["LICENSE", "LICENSE"],
])
  await cp(`node_modules/highs/${from}`, `dist/highs/${to}`);
for (const file of [
  "web-tree-sitter/web-tree-sitter.wasm",
  "tree-sitter-cpp/tree-sitter-cpp.wasm",
  "tree-sitter-systemverilog/tree-sitter-systemverilog.wasm",
])
  await cp(`node_modules/${file}`, `dist/tree-sitter/${path.basename(file)}`);
const onnxruntime = path.resolve("node_modules/onnxruntime-web/dist");
await build({
  ...node,
  entryPoints: [path.join(onnxruntime, "ort.node.min.js")],
  outfile: "dist/onnxruntime/runtime.cjs",
  sourcemap: false,
});
for (const file of ["ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"])
  await cp(path.join(onnxruntime, file), `dist/onnxruntime/${file}`);
