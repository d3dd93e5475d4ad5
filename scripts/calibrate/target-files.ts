import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { ErrorRow } from "../../server/core/cost/calibrated/calibration.js";
import type { Fragment } from "./set.js";

interface TargetFile {
  target: string;
  date: string;
  sources: { set: string; licence: string; rows: number; note?: string }[];
  kinds: Record<string, unknown>;
  network?: unknown;
  energy?: unknown;
  error: readonly ErrorRow[];
}

/** Puts what a set teaches into the files of its targets, in place of what it taught before; answers their sizes. */
export function writeFragments(
  folder: string,
  set: string,
  fragments: readonly Fragment[],
  date: string,
): readonly number[] {
  return fragments.map((fragment) => {
    const old = readTargetFile(folder, fragment.target);
    const file: TargetFile = {
      target: fragment.target,
      date,
      sources: [...old.sources.filter((source) => source.set !== set), { ...fragment.source }].sort(
        (a, b) => (a.set < b.set ? -1 : 1),
      ),
      kinds: sortedByKey({ ...keptKinds(old.kinds, fragment.kinds ?? {}), ...fragment.kinds }),
      ...((fragment.network ?? old.network) === undefined
        ? {}
        : { network: fragment.network ?? old.network }),
      ...((fragment.energy ?? old.energy) === undefined
        ? {}
        : { energy: fragment.energy ?? old.energy }),
      error: old.error,
    };
    return write(folder, file);
  });
}

/** Weights of work are fitted together: those of an earlier fit do not go with those of a later one. */
function keptKinds(
  old: Record<string, unknown>,
  added: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const isWork = (id: string): boolean => id.startsWith("work-");
  if (!Object.keys(added).some(isWork)) return old;
  return Object.fromEntries(Object.entries(old).filter(([id]) => !isWork(id)));
}

/** Replaces rows of the same kinds. */
export function writeErrors(folder: string, target: string, rows: readonly ErrorRow[]): void {
  const old = readTargetFile(folder, target);
  const kinds = new Set(rows.map(({ kind }) => kind));
  const error = [...old.error.filter(({ kind }) => !kinds.has(kind)), ...rows].sort((a, b) =>
    a.kind < b.kind ? -1 : 1,
  );
  write(folder, { ...old, error });
}

export function hasTargetFile(folder: string, target: string): boolean {
  return existsSync(fileOf(folder, target));
}

export function readTargetFile(folder: string, target: string): TargetFile {
  const file = fileOf(folder, target);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as TargetFile;
  return { target, date: "", sources: [], kinds: {}, error: [] };
}

function write(folder: string, content: TargetFile): number {
  const file = fileOf(folder, content.target);
  mkdirSync(path.dirname(file), { recursive: true });
  const text = `${JSON.stringify(content)}\n`;
  if (text.length > 200_000) throw new Error(`${file}: ${text.length} B, more than 200,000.`);
  writeFileSync(file, text);
  return text.length;
}

function fileOf(folder: string, target: string): string {
  return path.join(folder, `${target}.json`);
}

function sortedByKey(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
