// The reader of SystemVerilog's part of dist: a later Yosys with slang in it, which is asked for nothing but to read.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { bundleChild } from "./engine-child.mjs";
import { withLegacyExceptions } from "./legacy-exceptions.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

export async function buildSlangEngine({ outdir, isProduction }) {
  await mkdir(outdir, { recursive: true });
  await bundleChild("server/engines/yosys/child.ts", { outdir, isProduction });
  const from = path.join(root, "node_modules/@yowasp/yosys-slang/gen");
  await copyFile(path.join(from, "bundle.js"), path.join(outdir, "bundle.js"));
  for (const name of ["", "2", "3", "4"].map((index) => `yosys.core${index}.wasm`)) {
    const bytes = await readFile(path.join(from, name));
    await writeFile(
      path.join(outdir, name),
      name === "yosys.core.wasm" ? withLegacyExceptions(bytes) : bytes,
    );
  }
  // Its libraries are for mapping, which is done elsewhere: an archive with nothing in it is two blocks of zeros.
  await writeFile(path.join(outdir, "yosys-resources.0.tar"), new Uint8Array(1024));
  await copyFile(
    path.join(root, "server/engines/yosys/SLANG-NOTICE.txt"),
    path.join(outdir, "NOTICE.txt"),
  );
}
