import { statSync } from "node:fs";
import path from "node:path";
import type { Cancel } from "../core/base/cancel.js";
import type { Outcome } from "../core/base/problem.js";
import type { Model } from "../core/graph/graph.js";
import { readModelFile } from "../io/read-model.js";

export type ModelReading = Outcome<Model | undefined>;

/**
 * Model files as last read. A file counts as unchanged while it and the weight files it names keep size, time and
 * identity; then the same model object comes back, and nothing behind it is computed anew.
 */
export class ModelFiles {
  readonly #entries = new Map<string, Entry>();
  readonly #limit: number;

  constructor(limit = 8) {
    this.#limit = limit;
  }

  /** `devices`: the part of it that one of so many has. */
  read(file: string, cancel: Cancel, devices = 1): ModelReading {
    const key = `${devices} ${file}`;
    const known = this.#entries.get(key);
    this.#entries.delete(key);
    const entry =
      known !== undefined && known.signature === signatureOf(file, known.weightFiles)
        ? known
        : readAnew(file, cancel, devices);
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#limit && oldest !== undefined) this.#entries.delete(oldest);
    return entry.reading;
  }
}

interface Entry {
  readonly reading: ModelReading;
  readonly weightFiles: readonly string[];
  readonly signature: string;
}

/** A model may spread its weights over thousands of files; the first say whether something changed. */
const weightFileLimit = 64;

function readAnew(file: string, cancel: Cancel, devices: number): Entry {
  // Taken before reading: a file that changes meanwhile is read once more than needed, never once less.
  const own = signatureOf(file, []);
  const reading = readModelFile(file, cancel, devices);
  const weightFiles = reading.value === undefined ? [] : weightFilesOf(reading.value);
  return { reading, weightFiles, signature: own + signatureOfAll(file, weightFiles) };
}

function signatureOf(file: string, weightFiles: readonly string[]): string {
  return statText(file) + signatureOfAll(file, weightFiles);
}

function signatureOfAll(file: string, weightFiles: readonly string[]): string {
  const folder = path.dirname(file);
  return weightFiles.map((name) => statText(path.join(folder, name))).join("");
}

function statText(file: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(file, { bigint: true });
    return `${ino},${size},${mtimeNs};`;
  } catch (error) {
    // Absent, forbidden, a link to itself: the reader says which; here it is one more state of the file.
    return `${error instanceof Error && "code" in error ? String(error.code) : "none"};`;
  }
}

function weightFilesOf({ graph }: Model): readonly string[] {
  const names = new Set<string>();
  for (const { weight } of graph.values) {
    const name = weight?.location?.file;
    if (name !== undefined && isPlain(name)) names.add(name);
    if (names.size >= weightFileLimit) break;
  }
  return [...names];
}

/** What leads out of the model's folder was refused by the reader; it is not even looked at here. */
function isPlain(name: string): boolean {
  return !path.isAbsolute(name) && !name.split(/[\\/]/).includes("..") && !name.includes("\0");
}
