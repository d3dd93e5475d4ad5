import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { ChipPart, ErrorRow } from "../../server/core/cost/calibrated/calibration.js";
import type { Fragment } from "./set.js";

interface TargetFile {
  target: string;
  date: string;
  sources: { set: string; licence: string; rows: number; note?: string }[];
  kinds: Record<string, unknown>;
  network?: unknown;
  energy?: unknown;
  part?: ChipPart;
  error: readonly ErrorRow[];
  /** Sets that were fitted once more to all rows (`--final`): errors and intervals are those of the fit before. */
  final?: readonly string[];
}

/** Puts what a set teaches into the files of its targets, in place of what it taught before; answers their sizes. */
export function writeFragments(
  folder: string,
  set: string,
  fragments: readonly Fragment[],
  {
    date,
    isFinal,
    keepsIntervals,
  }: { readonly date: string; readonly isFinal: boolean; readonly keepsIntervals: boolean },
): readonly number[] {
  return fragments.map((fragment) => {
    const old = readTargetFile(folder, fragment.target);
    // Where all rows of a target were held out there is no fit before, and the intervals are those of this fit's folds.
    const isKnown = old.sources.some((source) => source.set === set);
    const file: TargetFile = {
      target: fragment.target,
      date,
      sources: [...old.sources.filter((source) => source.set !== set), { ...fragment.source }].sort(
        (a, b) => (a.set < b.set ? -1 : 1),
      ),
      kinds: sortedByKey({
        ...keptKinds(old.kinds, fragment.kinds ?? {}),
        ...(keepsIntervals && isKnown
          ? withOldIntervals(fragment.kinds ?? {}, old.kinds)
          : fragment.kinds),
      }),
      ...((fragment.network ?? old.network) === undefined
        ? {}
        : {
            network:
              keepsIntervals && isKnown
                ? withOldInterval(fragment.network ?? old.network, old.network)
                : (fragment.network ?? old.network),
          }),
      ...((fragment.energy ?? old.energy) === undefined
        ? {}
        : { energy: fragment.energy ?? old.energy }),
      ...((fragment.part ?? old.part) === undefined ? {} : { part: fragment.part ?? old.part }),
      error: old.error,
      ...finalOf(old, set, isFinal),
    };
    return write(folder, file);
  });
}

function withOldInterval(network: unknown, old: unknown): unknown {
  const interval = (old as { readonly interval?: unknown } | undefined)?.interval;
  return interval === undefined ? network : { ...(network as object), interval };
}

/** Intervals of a fit that has not seen the rows by which it is judged. */
function withOldIntervals(
  kinds: Readonly<Record<string, unknown>>,
  old: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(kinds).map(([id, kind]) => {
      // All parts of whole networks have one interval, and more rows may tell one more of them from the rest.
      const before = old[id] ?? (isWork(id) ? workOf(old) : undefined);
      if (!isRecord(kind)) return [id, kind];
      if ("sameAs" in kind)
        return [
          id,
          isRecord(before) && before["interval"] !== undefined
            ? { ...kind, interval: before["interval"] }
            : kind,
        ];
      if (!isRecord(before) || before["interval"] === undefined)
        throw new Error(`${id} was not fitted without held-out rows: run calibrate first.`);
      const { interval, transfer } = before;
      return [id, { ...kind, interval, ...(transfer !== undefined && { transfer }) }];
    }),
  );
}

function isWork(id: string): boolean {
  return id.startsWith("work-");
}

function workOf(kinds: Readonly<Record<string, unknown>>): unknown {
  return Object.entries(kinds).find(([id]) => isWork(id))?.[1];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function finalOf(old: TargetFile, set: string, isFinal: boolean): Pick<TargetFile, "final"> {
  const others = (old.final ?? []).filter((name) => name !== set);
  const final = isFinal ? [...others, set].sort() : others;
  return final.length === 0 ? {} : { final };
}

/** Weights of work are fitted together: those of an earlier fit do not go with those of a later one. */
function keptKinds(
  old: Record<string, unknown>,
  added: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  if (!Object.keys(added).some(isWork)) return old;
  return Object.fromEntries(Object.entries(old).filter(([id]) => !isWork(id)));
}

/** Replaces rows of the same kinds, and all that others had lent. */
export function writeErrors(folder: string, target: string, rows: readonly ErrorRow[]): void {
  const old = readTargetFile(folder, target);
  const kinds = new Set(rows.map(({ kind }) => kind));
  const error = [
    ...old.error.filter(({ kind, of }) => of === undefined && !kinds.has(kind)),
    ...rows,
  ].sort((a, b) => (a.kind < b.kind ? -1 : 1));
  write(folder, { ...old, error });
}

export function replaceErrors(folder: string, target: string, error: readonly ErrorRow[]): void {
  write(folder, { ...readTargetFile(folder, target), error });
}

/** Sorted. */
export function targetIdsIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length).split(path.sep).join("/"))
    .sort();
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
