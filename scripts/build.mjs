// Bundles the extension host, the language server, its worker, the command line and the pages into dist/.
import { cp, mkdir, rm } from "node:fs/promises";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);
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
const node = { ...common, platform: "node", format: "cjs", target: "node20" };
const pages = readdirSync("webviews/src/panels")
  .filter((name) => name.endsWith(".ts"))
  .map((name) => `webviews/src/panels/${name}`);

const builds = [
  {
    ...node,
    entryPoints: ["client/src/extension.ts"],
    outfile: "dist/extension.cjs",
    external: ["vscode"],
  },
  { ...node, entryPoints: ["server/lsp/main.ts"], outfile: "dist/server.cjs" },
  { ...node, entryPoints: ["server/lsp/worker.ts"], outfile: "dist/worker.cjs" },
  {
    ...node,
    entryPoints: ["server/cli/main.ts"],
    outfile: "dist/cli.cjs",
    banner: { js: "#!/usr/bin/env node" },
  },
  {
    ...common,
    platform: "browser",
    format: "esm",
    splitting: true,
    entryPoints: pages,
    outdir: "dist/webviews",
    loader: { ".ttf": "file" },
  },
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
for (const css of readdirSync("webviews/src/panels").filter((name) => name.endsWith(".css")))
  await cp(path.join("webviews/src/panels", css), path.join("dist/webviews", css));
for (const css of existsSync("webviews/src/kit")
  ? readdirSync("webviews/src/kit").filter((name) => name.endsWith(".css"))
  : [])
  await cp(path.join("webviews/src/kit", css), path.join("dist/webviews", css));
if (existsSync("node_modules/@vscode/codicons/dist/codicon.ttf")) {
  await mkdir("dist/webviews", { recursive: true });
  await cp("node_modules/@vscode/codicons/dist/codicon.ttf", "dist/webviews/codicon.ttf");
  await cp("node_modules/@vscode/codicons/dist/codicon.css", "dist/webviews/codicon.css");
}
