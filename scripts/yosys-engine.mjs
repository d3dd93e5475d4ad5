// The synthesis engine's part of dist: its child, bundled, and Yosys' own files.
import { copyFile, cp, mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
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
  await copyFile(
    path.join(root, "server/engines/yosys/NOTICE.txt"),
    path.join(outdir, "NOTICE.txt"),
  );
}
