import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { errorRow, type Judged } from "./error-row.js";
import { groupBy } from "./group.js";
import type { CalibrationSet } from "./set.js";
import { firstByte } from "./split.js";

/**
 * A few of the rows that no fit has seen, and the mean error on them: what `npm test` recomputes without the data sets.
 * Of sets whose licence lets rows be committed, and of subjects that a line can hold.
 */
export function writeSample(folder: string, set: CalibrationSet, judged: readonly Judged[]): void {
  if (!set.isCommittable) return;
  mkdirSync(folder, { recursive: true });
  const chosen = [
    ...groupBy(judged, (item) => `${item.sample.target} ${item.sample.kind}`),
  ].flatMap(([, items]) =>
    items
      .filter(
        ({ sample, estimate }) => sample.subject.kind === "op" && estimate.method === "calibrated",
      )
      .sort((a, b) => rankOf(a) - rankOf(b) || (textOf(a) < textOf(b) ? -1 : 1))
      .slice(0, rowsPerTarget),
  );
  if (chosen.length === 0) return;
  const lines = chosen.map((item) => {
    const { target, kind, seconds } = item.sample;
    return `${target},${kind},${seconds.toPrecision(5)},"${textOf(item).replaceAll('"', '""')}"`;
  });
  const header = `# ${set.origin}. Licence: ${set.licence}. A sample; see docs/accuracy.md.`;
  writeFileSync(
    path.join(folder, `${set.id}.csv`),
    `${header}\ntarget,kind,seconds,op\n${lines.join("\n")}\n`,
  );
  writeMeans(path.join(folder, "errors.json"), set.id, chosen);
}

function writeMeans(file: string, set: string, chosen: readonly Judged[]): void {
  const old = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, Record<string, number>>)
    : {};
  const means = [...groupBy(chosen, ({ sample }) => `${sample.target} ${sample.kind}`)]
    .map(([key, items]) => [key, errorRow("", items).mean] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const all = { ...old, [set]: Object.fromEntries(means) };
  const sorted = Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
}

function textOf({ sample }: Judged): string {
  return sample.subject.kind === "op" ? sample.subject.text : sample.subject.id;
}

function rankOf(item: Judged): number {
  return firstByte(`sample|${textOf(item)}`);
}

const rowsPerTarget = 4;
