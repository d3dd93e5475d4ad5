import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, stat, writeFile, utimes } from "node:fs/promises";
import path from "node:path";
import { receiveImage } from "./child-process.js";

/**
 * Starting Python takes seconds; an image of the memory of a Python that has started, with our packages imported, takes
 * a tenth of that to load. The extension ships with one beside the runtime; when there is none, or it is of other
 * sources, as in a checkout, one is made on first use and kept in the cache folder.
 */
export interface ImageOptions {
  readonly runtimeFolder: string;
  readonly packagesFolder: string;
  readonly cacheFolder: string;
  readonly log: (line: string) => void;
}

/** Answers the image's file. */
export async function ensureImage(options: ImageOptions): Promise<string> {
  const name = `${prefix}${await keyOf(options)}`;
  for (const folder of [options.runtimeFolder, options.cacheFolder]) {
    const file = path.join(folder, name);
    if (!(await isFile(file))) continue;
    // Its time says when it was last of use; where the folder is not ours to write to, nobody removes it either.
    await utimes(file, new Date(), new Date()).catch(() => undefined);
    return file;
  }
  options.log("python: making an image of a started Python");
  await mkdir(options.cacheFolder, { recursive: true, mode: 0o700 });
  const image = await receiveImage({
    runtimeFolder: options.runtimeFolder,
    log: options.log,
    start: {
      kind: "start",
      runtimeFolder: options.runtimeFolder,
      packagesFolder: options.packagesFolder,
      roots: [],
      stopFile: path.join(options.cacheFolder, "no-stop"),
      memoryBytes: 512 << 20,
    },
  });
  const file = path.join(options.cacheFolder, name);
  // Whole or not at all: another process may be looking for it.
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, image, { mode: 0o600 });
  await rename(draft, file);
  await removeOld(options.cacheFolder);
  return file;
}

/** Keeps what is new or was lately of use: several versions may be in use beside each other. */
async function removeOld(folder: string): Promise<void> {
  const images: { file: string; modified: number }[] = [];
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const file = path.join(folder, name);
    images.push({ file, modified: (await stat(file)).mtimeMs });
  }
  images.sort((a, b) => b.modified - a.modified);
  const yesterday = Date.now() - dayMilliseconds;
  for (const [index, { file, modified }] of images.entries())
    if (index >= mostImages || (index >= keptImages && modified < yesterday))
      await rm(file, { force: true });
}

/** Of everything that decides an image's content. */
async function keyOf({ runtimeFolder, packagesFolder }: ImageOptions): Promise<string> {
  const hash = createHash("sha256");
  hash.update(await readFile(path.join(runtimeFolder, "child.mjs")));
  // Python's own files are large and come with an exact version: their sizes tell them apart.
  for (const name of ["pyodide.asm.wasm", "pyodide.asm.mjs", "python_stdlib.zip"])
    hash.update(`${name}:${(await stat(path.join(runtimeFolder, name))).size};`);
  const names = (await readdir(packagesFolder, { recursive: true }))
    .filter((name) => name.endsWith(".py"))
    .sort();
  for (const name of names) {
    hash.update(`${name.split(path.sep).join("/")};`);
    hash.update(await readFile(path.join(packagesFolder, name)));
  }
  return hash.digest("hex").slice(0, 24);
}

async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch {
    // Absent is an answer here.
    return false;
  }
}

const keptImages = 4;
const mostImages = 24;
const dayMilliseconds = 86_400_000;
const prefix = "python-image-";
