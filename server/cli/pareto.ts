import { formatNumber, formatQuantity } from "../core/base/units.js";
import type { readResults } from "../core/search/read-results.js";
import { table } from "../core/reports/text-table.js";
import type { MetricKind } from "../core/search/alternatives.js";
import {
  compareAlternatives,
  groupings,
  type Grouping,
  type ParetoAxis,
} from "../core/search/compare-alternatives.js";
import { readArguments } from "./arguments.js";
import type { Command } from "./command.js";
import { print } from "./print.js";
import { readResultsFile } from "./results-file.js";
import { UsageError } from "./usage-error.js";

export const command: Command = {
  name: "pareto",
  summary: "the front of a file of batch results",
  usage: `ridgepoint pareto RESULTS.jsonl [--axis METRIC[=LIMIT]]… [--json]

RESULTS.jsonl is what \`ridgepoint batch\` prints; a line may carry "metrics": {"accuracy": 0.76}, "label" and
"series" of its own; or what \`ridgepoint quantize --json\` prints.
--axis METRIC[=LIMIT]  two or three of latency, throughput, energy, memory, activations, weights, parameters, macs, or a
                       metric of the lines (default: latency and memory); beyond LIMIT a point is out of the question
--by GROUP             a front for each target, model, batch or series
--json                 all points with their state, and the front's share of the box that they span`,
  run: async (words) => {
    const { file, axes, grouping, isJson } = parse(words);
    const alternatives = readResultsFile(file);
    if (alternatives === undefined) return 1;
    const result = compareAlternatives(alternatives, axes, grouping);
    const output = isJson
      ? `${JSON.stringify(
          {
            axes: result.axes,
            hypervolume: result.hypervolume,
            ...(grouping !== "none" && { groups: result.groups }),
            alternatives: alternatives.map((alternative, at) => ({
              ...alternative,
              state: result.states[at],
            })),
          },
          null,
          2,
        )}\n`
      : textOf(alternatives, result);
    await print(output);
    return alternatives.length > 0 ? 0 : 1;
  },
};

function textOf(
  alternatives: ReturnType<typeof readResults>["value"],
  { axes, states, hypervolume, groups, groupOf }: ReturnType<typeof compareAlternatives>,
): string {
  const [first] = axes;
  const rows = alternatives
    .map((alternative, at) => ({
      alternative,
      state: states[at] ?? "unknown",
      group: groupOf[at] ?? 0,
    }))
    .filter(({ state }) => state === "front")
    .sort(
      (a, b) =>
        a.group - b.group ||
        (a.alternative.metrics[first?.id ?? ""]?.value ?? 0) -
          (b.alternative.metrics[first?.id ?? ""]?.value ?? 0),
    )
    .map(({ alternative }) => [
      alternative.label,
      ...axes.map((kind) => {
        const metric = alternative.metrics[kind.id];
        if (metric === undefined) return "?";
        const text = metricText(metric.value, kind);
        return metric.low === metric.high
          ? text
          : `${text} (${metricText(metric.low, kind)}–${metricText(metric.high, kind)})`;
      }),
    ]);
  const count = (state: string): number => states.filter((other) => other === state).length;
  const head = `${rows.length} of ${alternatives.length} on the front · ${count("dominated")} dominated · ${count("outside")} beyond a limit or not fitting · ${count("unknown")} not known\n`;
  const volume =
    hypervolume === null
      ? ""
      : `hypervolume ${formatNumber(hypervolume)} of the box of all points\n`;
  const fronts = groups
    .filter(({ label }) => label !== "")
    .map(
      ({ label, count: all, frontCount, hypervolume: own }) =>
        `  ${label}: ${frontCount} of ${all}${own === null ? "" : `, hypervolume ${formatNumber(own)}`}\n`,
    )
    .join("");
  return `${head}${volume}${fronts}\n${table(["front", ...axes.map(({ label }) => label)], rows, `l${"r".repeat(axes.length)}`)}`;
}

function metricText(value: number, { unit }: MetricKind): string {
  return formatQuantity(value, unit, 2);
}

function parse(words: readonly string[]): {
  readonly file: string;
  readonly axes: readonly ParetoAxis[];
  readonly grouping: Grouping;
  readonly isJson: boolean;
} {
  const given = readArguments(words, { flags: ["json"], once: ["by"], many: ["axis"] });
  const { files } = given;
  const axes = given.all("axis").map(axisOf);
  const by = given.one("by") ?? "none";
  const grouping = groupings.find((one) => one === by);
  if (grouping === undefined)
    throw new UsageError(`\`--by\` takes one of ${groupings.join(", ")}.`);
  const [file] = files;
  if (file === undefined || files.length > 1)
    throw new UsageError("`ridgepoint pareto` takes one file of batch results.");
  if (axes.length === 1 || axes.length > 3)
    throw new UsageError("Give two or three axes, for example `--axis latency --axis memory`.");
  return {
    file,
    axes:
      axes.length === 0
        ? [
            { metric: "latency", limit: null },
            { metric: "memory", limit: null },
          ]
        : axes,
    grouping,
    isJson: given.has("json"),
  };
}

function axisOf(word: string): ParetoAxis {
  const equals = word.indexOf("=");
  if (equals < 0) return { metric: word, limit: null };
  const limit = Number(word.slice(equals + 1));
  if (!Number.isFinite(limit))
    throw new UsageError(`\`--axis ${word}\` should read METRIC=LIMIT, with a number in SI units.`);
  return { metric: word.slice(0, equals), limit };
}
