import { table } from "../core/reports/text-table.js";
import { rankCorrelations, type RankCorrelations } from "../core/search/rank-correlation.js";
import { readArguments } from "./arguments.js";
import type { Command } from "./command.js";
import { print } from "./print.js";
import { readResultsFile } from "./results-file.js";
import { UsageError } from "./usage-error.js";

export const command: Command = {
  name: "rank",
  summary: "how well MACs and other counts rank models by latency",
  usage: `ridgepoint rank RESULTS.jsonl [--metric NAME] [--json]

RESULTS.jsonl is what \`ridgepoint batch\` prints for several models. For each target: Spearman's rank correlation of MACs,
parameters, output elements of convolutions and matrix products, and bytes read and written with the predicted latency.
--metric NAME  energy, or a metric of the lines such as a measured latency, in place of latency
--json         the same as JSON`,
  run: async (words) => {
    const given = readArguments(words, { flags: ["json"], once: ["metric"], many: [] });
    const [file] = given.files;
    if (file === undefined || given.files.length > 1)
      throw new UsageError("`ridgepoint rank` takes one file of batch results.");
    const alternatives = readResultsFile(file);
    if (alternatives === undefined) return 1;
    const found = rankCorrelations(alternatives, given.one("metric") ?? "latency");
    const output = given.has("json") ? `${JSON.stringify(found, null, 2)}\n` : textOf(found);
    await print(output);
    return alternatives.length > 0 ? 0 : 1;
  },
};

function textOf({ measures, targets }: RankCorrelations): string {
  return table(
    ["target", "models", ...measures.map(({ label }) => label)],
    targets.map(({ targetId, modelCount, correlations }) => [
      targetId,
      String(modelCount),
      ...correlations.map((value) => (value === null ? "?" : value.toFixed(2))),
    ]),
    `lr${"r".repeat(measures.length)}`,
  );
}
