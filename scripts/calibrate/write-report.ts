import { writeFileSync } from "node:fs";
import { format } from "prettier";
import { countOutside, coverageVerdict } from "./coverage.js";
import { groupBy } from "./group.js";
import { pooledError } from "./pooled-error.js";
import { sets } from "./sets/index.js";
import { readTargetFile, targetIdsIn } from "./target-files.js";

/** docs/accuracy.md: the error of each target on measurements that its fit never saw. */
export async function writeReport(folder: string, file: string): Promise<void> {
  const rows = targetIdsIn(folder).flatMap((id) => {
    const { error, sources, date } = readTargetFile(folder, id);
    return error
      .filter(({ of }) => of === undefined)
      .map((row) => ({ id, row, sources: sources.map(({ set }) => set), date }));
  });
  const kinds = [...groupBy(rows, ({ row }) => row.kind)].sort(([a], [b]) => (a < b ? -1 : 1));
  const outside = countOutside(rows.map(({ row }) => row));
  const text = [
    preamble,
    `Of the ${outside.judged} lines by target with ${outside.leastRows} rows or more, ${outside.below} have less than 85 % inside and ${outside.above} more than 95 %. Were every interval exactly right and every row independent, chance alone would put ${Math.round(outside.byChance)} of them there. \`differs\` says where the share inside is not 90 % by more than chance (90 % lies outside of Wilson's 95 % interval for it): intervals of ${outside.tooNarrow} of these lines are too narrow and those of ${outside.tooWide} too wide. One in twenty of the lines says so by chance, and more where rows of one shape or network err alike.`,
    "",
    `## Where the measurements come from\n\n| set | licence | origin |\n| --- | --- | --- |`,
    ...sets.map((set) => `| ${set.id} | ${set.licence} | ${set.origin} |`),
    "",
    "## By kind, over all targets\n\n| kind | targets | rows | median | mean | p90 | inside the interval | differs |\n| --- | --: | --: | --: | --: | --: | --: | --- |",
    ...kinds.map(([kind, items]) => {
      const all = pooledError(
        kind,
        items.map(({ row }) => row),
      );
      return `| ${kind} | ${items.length} | ${all.rows} | ${percent(all.median)} | ${percent(all.mean)} | ${percent(all.p90)} | ${percent(all.coverage)} | ${coverageVerdict(all)} |`;
    }),
    "",
    "## By target\n\n| target | kind | rows | median | mean | p90 | inside the interval | differs | rank | sets | fitted |\n| --- | --- | --: | --: | --: | --: | --: | --- | --: | --- | --- |",
    ...rows.map(
      ({ id, row, sources, date }) =>
        `| \`${id}\` | ${row.kind} | ${row.rows} | ${percent(row.median)} | ${percent(row.mean)} | ${percent(row.p90)} | ${percent(row.coverage)} | ${coverageVerdict(row)} | ${row.rank?.toFixed(3) ?? ""} | ${sources.join(", ")} | ${date} |`,
    ),
    "",
  ].join("\n");
  writeFileSync(file, await format(text, { parser: "markdown", printWidth: 120 }));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

const preamble = `# Accuracy

What Ridgepoint predicts beside what was measured, target by target. Written by \`npm run accuracy\`; nobody edits it.

Errors are |predicted − measured| ÷ measured on measurements that no fit has seen: rows are held out by key, so that a
shape, a model or a family of models is wholly unseen, on every chip and precision. \`inside the interval\` is the share of
measurements within the stated interval, which promises 90 %; \`rank\` is Spearman's correlation. Measured targets of which no
row was held out state the errors of those that they were fitted with. Others that are not listed borrow the utilisation of a
sibling, or are plain rooflines; \`ridgepoint targets\` tells which.
`;
