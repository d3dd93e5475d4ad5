import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { acceleratorExtension, isRtlFile } from "./accelerator-file.js";

/** An architecture file with what tells whether it has changed. */
export interface FoundAccelerator {
  readonly file: string;
  readonly stamp: string;
}

/** Architecture files in folders and below, those that hold nothing of the user's own left out; links are not followed. */
export async function findAccelerators(
  folders: readonly string[],
): Promise<readonly FoundAccelerator[]> {
  const found: FoundAccelerator[] = [];
  const queue = folders.map((folder) => ({ folder, depth: 0 }));
  let seen = 0;
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    let entries;
    try {
      entries = await readdir(next.folder, { withFileTypes: true });
    } catch {
      continue; // A folder that cannot be read holds nothing for us.
    }
    for (const entry of entries) {
      if (++seen > mostEntries || found.length >= mostFiles) return found;
      const file = path.join(next.folder, entry.name);
      if (entry.isDirectory()) {
        if (next.depth < deepest && !foldersWithout.test(entry.name))
          queue.push({ folder: file, depth: next.depth + 1 });
      } else if (entry.isFile() && (await isAccelerator(file))) {
        const { size, mtimeMs } = await stat(file);
        found.push({ file, stamp: `${size} ${mtimeMs}` });
      }
    }
  }
  return found.sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** By its name, or RTL by what a comment in it says. */
export async function isAccelerator(file: string): Promise<boolean> {
  if (file.endsWith(acceleratorExtension)) return true;
  if (!isRtlFile(file)) return false;
  try {
    const { size } = await stat(file);
    return size <= largestRtl && (await readFile(file, "utf8")).includes("ridgepoint: accelerator");
  } catch {
    return false; // Gone, or not for us to read.
  }
}

const largestRtl = 256 << 10;

const foldersWithout = /^(?:\..*|node_modules|__pycache__|venv|dist|out|build)$/;
const deepest = 8;
const mostEntries = 50_000;
const mostFiles = 100;
