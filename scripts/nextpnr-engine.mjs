// Place and route's part of dist: its child, bundled, nextpnr's own files, and the databases of chips, packed.
import { copyFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { build } from "esbuild";
import { bundleChild } from "./engine-child.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const from = path.join(root, "node_modules/@yowasp/nextpnr-ice40");
/** Of the parts in server/data/parts/ice40.json; the whole package holds one more. */
const chips = ["384", "1k", "5k", "8k"];

export async function buildNextpnrEngine({ outdir, isProduction }) {
  await mkdir(outdir, { recursive: true });
  await bundleChild("server/engines/nextpnr/child.ts", { outdir, isProduction });
  await copyFile(path.join(from, "package.json"), path.join(outdir, "package.json"));
  const wasm = ["", "2", "3", "4"].map((index) => `nextpnr-ice40.core${index}.wasm`);
  for (const name of ["bundle.js", "resources-nextpnr-ice40.js", ...wasm])
    await copyFile(path.join(from, "gen", name), path.join(outdir, name));
  const cache = await cacheFolder();
  for (const chip of chips) {
    const name = `chipdb-${chip}.packed`;
    if (!existsSync(path.join(cache, name))) await pack(chip, path.join(cache, name));
    await copyFile(path.join(cache, name), path.join(outdir, name));
  }
  await copyFile(
    path.join(root, "server/engines/nextpnr/NOTICE.txt"),
    path.join(outdir, "NOTICE.txt"),
  );
}

/** Packing takes seconds of each chip, and one version of the package is packed alike every time. */
async function cacheFolder() {
  const { version } = JSON.parse(await readFile(path.join(from, "package.json"), "utf8"));
  const folder = path.join(root, "node_modules/.cache/ridgepoint", `nextpnr-${version}`);
  await mkdir(folder, { recursive: true });
  return folder;
}

async function pack(chip, file) {
  const packer = path.join(path.dirname(file), "packed.mjs");
  await build({
    entryPoints: [path.join(root, "server/engines/nextpnr/packed.ts")],
    outfile: packer,
    format: "esm",
    target: "node20",
  });
  const { spread } = await import(pathToFileURL(packer).href);
  const bytes = await readFile(path.join(from, "gen/share/ice40", `chipdb-${chip}.bin`));
  const packed = await promisify(brotliCompress)(spread(bytes), {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 5,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
  // Renamed when it is whole: a build that is stopped leaves no half of one.
  await writeFile(`${file}.part`, packed);
  await rename(`${file}.part`, file);
}
