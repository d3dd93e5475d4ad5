import { createHash } from "node:crypto";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import path from "node:path";
import { cacheFolder } from "../cache-folder.js";

/**
 * What was found out about the weights of one model file, kept on disk: reading 4 GB again takes a minute. A file of the
 * cache holds a line for each result, `[key, value]`, so that what a stopped run has found is kept too; a line that
 * cannot be read counts for nothing. Keys name everything that a value depends on (`cached-results.ts`).
 */
export interface Shelf {
  get(key: string): unknown;
  put(key: string, value: unknown): void;
}

/** Bytes of one model's file, and of all of them: the one is then begun anew, of the others the oldest go. */
export interface CacheLimits {
  readonly fileBytes: number;
  readonly allBytes: number;
}

const usualLimits: CacheLimits = { fileBytes: 32 << 20, allBytes: 256 << 20 };

export function openShelf(
  modelPath: string,
  folder = resultFolder(),
  limits: CacheLimits = usualLimits,
): Shelf {
  const file = path.join(folder, `${hashOf(path.resolve(modelPath)).slice(0, 32)}${extension}`);
  const known = readLines(file);
  let bytes = sizeOf(file);
  return {
    get: (key) => {
      const text = known.get(key);
      return text === undefined ? undefined : parsed(text)?.[1];
    },
    put: (key, value) => {
      const line = `${JSON.stringify([key, value], keepNumber)}\n`;
      known.set(key, line);
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        if (bytes + line.length > limits.fileBytes) {
          rmSync(file, { force: true });
          bytes = 0;
        }
        if (bytes === 0) removeOldest(folder, limits.allBytes - limits.fileBytes);
        appendFileSync(file, line, { mode: 0o600 });
        bytes += line.length;
      } catch {
        // A full disk or a folder that is not ours: the result is known, and will be found again.
      }
    },
  };
}

export function resultFolder(): string {
  return path.join(cacheFolder(), "quantization");
}

/** Answers the bytes that were freed. */
export function clearResults(folder = resultFolder()): number {
  return filesOf(folder).reduce((sum, { file, bytes }) => {
    rmSync(file, { force: true });
    return sum + bytes;
  }, 0);
}

export function hashOf(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}

/** JSON has no NaN and no infinities; `cached-results.ts` reads their names. */
function keepNumber(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

const extension = ".jsonl";

function readLines(file: string): Map<string, string> {
  const known = new Map<string, string>();
  let text: string;
  try {
    text = readFileSync(file, "utf8");
    // Its time says when it was last of use.
    utimesSync(file, new Date(), new Date());
  } catch {
    return known;
  }
  for (const line of text.split("\n")) {
    // The key is enough here: most values of a large file are never asked for.
    const key = /^\["([0-9a-f]{64})",/.exec(line)?.[1];
    if (key !== undefined) known.set(key, line);
  }
  return known;
}

function parsed(line: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function removeOldest(folder: string, most: number): void {
  let bytes = 0;
  for (const entry of filesOf(folder).sort((left, right) => right.modified - left.modified)) {
    bytes += entry.bytes;
    if (bytes > most) rmSync(entry.file, { force: true });
  }
}

function filesOf(
  folder: string,
): { readonly file: string; readonly bytes: number; readonly modified: number }[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const file = path.join(folder, name);
    const status = name.endsWith(extension) ? statSync(file, { throwIfNoEntry: false }) : undefined;
    return status === undefined ? [] : [{ file, bytes: status.size, modified: status.mtimeMs }];
  });
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
