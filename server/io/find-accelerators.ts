import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { acceleratorPinPattern } from "../core/accelerator/rtl-pin.js";
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
  const candidates = await candidateFiles(folders);
  const found: FoundAccelerator[] = [];
  // Workspaces of hardware hold thousands of files: several are read at a time.
  for (let from = 0; from < candidates.length && found.length < mostFiles; from += readAtOnce) {
    const group = candidates.slice(from, from + readAtOnce);
    for (const accelerator of await Promise.all(group.map(look)))
      if (accelerator !== undefined && found.length < mostFiles) found.push(accelerator);
  }
  return found.sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** Whether the file describes an accelerator: by its name, or RTL by what a comment in it says. */
export async function isAccelerator(file: string): Promise<boolean> {
  return isCandidate(file) && (await look(file)) !== undefined;
}

async function candidateFiles(folders: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
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
      if (++seen > mostEntries) return files;
      const file = path.join(next.folder, entry.name);
      if (entry.isDirectory()) {
        if (next.depth < deepest && !foldersWithout.test(entry.name))
          queue.push({ folder: file, depth: next.depth + 1 });
      } else if (entry.isFile() && isCandidate(file)) files.push(file);
    }
  }
  return files;
}

function isCandidate(file: string): boolean {
  return file.endsWith(acceleratorExtension) || isRtlFile(file);
}

async function look(file: string): Promise<FoundAccelerator | undefined> {
  try {
    const { size, mtimeMs } = await stat(file);
    const isOne =
      file.endsWith(acceleratorExtension) ||
      (size <= largestRtl && hasAcceleratorPin(await readFile(file)));
    return isOne ? { file, stamp: `${size} ${mtimeMs}` } : undefined;
  } catch {
    return undefined; // Gone, or not for us to read.
  }
}

/** Bytes are searched first: decoding every file of a workspace would take most of the time. */
function hasAcceleratorPin(bytes: Buffer): boolean {
  return bytes.includes("ridgepoint:") && acceleratorPinPattern.test(bytes.toString("utf8"));
}

const readAtOnce = 16;
const largestRtl = 256 << 10;

const foldersWithout = /^(?:\..*|node_modules|__pycache__|venv|dist|out|build)$/;
const deepest = 8;
const mostEntries = 50_000;
const mostFiles = 100;
