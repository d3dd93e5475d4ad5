// The synthesis engine's part of dist: its child, bundled, and Yosys' own files.
import { copyFile, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundleChild } from "./engine-child.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

export async function buildYosysEngine({ outdir, isProduction }) {
  await mkdir(outdir, { recursive: true });
  await bundleChild("server/engines/yosys/child.ts", { outdir, isProduction });
  const from = path.join(root, "node_modules/@yowasp/yosys/gen");
  for (const name of ["bundle.js", "resources-yosys.js"])
    await copyFile(path.join(from, name), path.join(outdir, name));
  for (const name of ["", "2", "3", "4"].map((index) => `yosys.core${index}.wasm`))
    await copyFile(path.join(from, name), path.join(outdir, name));
  await cp(path.join(from, "share"), path.join(outdir, "share"), { recursive: true });
  await writeFile(path.join(outdir, "cells.json"), JSON.stringify(await cellsOf(from)));
  await copyFile(
    path.join(root, "server/engines/yosys/NOTICE.txt"),
    path.join(outdir, "NOTICE.txt"),
  );
}

/** Names of the cells of each family, by the folder of Yosys' share that describes them. */
async function cellsOf(from) {
  const { filesystem } = await import(pathToFileURL(path.join(from, "resources-yosys.js")).href);
  const cells = {};
  for (const family of ["xilinx", "ice40", "ecp5", "gowin", "intel", "intel_alm"])
    cells[family] = [...new Set(await namesIn(filesystem.share[family]))].sort();
  return cells;
}

async function namesIn(entry) {
  if (entry instanceof URL) return namesIn(await readFile(entry, "utf8"));
  if (typeof entry === "string")
    return [...entry.matchAll(/^[ \t]*(?:\(\*.*?\*\)[ \t]*)*module\s+(\w+)/gm)].map(
      ([, name]) => name,
    );
  const files = Object.entries(entry).filter(
    ([name, file]) => isFolder(file) || /_(?:sim|bb|xtra\w*)\.v$/.test(name),
  );
  return (await Promise.all(files.map(([, file]) => namesIn(file)))).flat();
}

function isFolder(entry) {
  return typeof entry === "object" && !(entry instanceof URL) && !(entry instanceof Uint8Array);
}
