import {
  formatBytes,
  formatCount,
  formatJoules,
  formatNumber,
  formatSeconds,
  formatShare,
} from "../core/base/units.js";
import { targetsOf } from "../core/accelerator/as-target.js";
import type { Objective } from "../core/accelerator/tiling.js";
import type { SweptParameter } from "../core/accelerator/sweep.js";
import { table } from "../core/reports/text-table.js";
import type { Catalogue, Target } from "../core/targets/target.js";
import { view as mappingView, type MappedLayer, type MappingView } from "../core/views/mapping.js";
import { findDataFolder, loadCatalogue } from "../io/catalogue-files.js";
import { readAcceleratorFile } from "../io/accelerator-file.js";
import { readArguments } from "./arguments.js";
import type { Command } from "./command.js";
import { runJob, withJobContext } from "./job.js";
import { print } from "./print.js";
import { progressOnStderr } from "./progress.js";
import { UsageError } from "./usage-error.js";
import { analyzeOptions, parseAnalyzeWords } from "./words.js";

export const command: Command = {
  name: "map",
  summary: "a model's layers mapped onto a spatial accelerator",
  usage: `ridgepoint map MODEL --accelerator FILE [options]

Searches tiles and loop orders for every layer; tells cycles, utilization, bytes per memory, energy and what limits,
with the accelerator's area. FILE is an architecture file (docs/accelerators.md) or the name of one of ours:
\`ridgepoint targets mapper\` lists them. MODEL and the other options are those of \`analyze\`.

  --accelerator FILE    architecture file, or the id of one of ours
  --precision ID        one of the accelerator's precisions (default: its first)
  --layer TEXT          only layers whose name or operator holds TEXT, with their tiles; repeatable
  --objective WHAT      latency (default), traffic or energy: what the search makes small first
  --sweep NAME=A,B,…    every value of a parameter (rows, columns, dataflow, cores, clock, node, dram, a buffer's
                        name …), all combinations of several; the Pareto front of time, area and energy
  --json                everything as JSON`,
  run: async (words) => {
    const asked = parse(words);
    const { request } = parseAnalyzeWords(asked.rest);
    if (request.targets.length > 0)
      throw new UsageError("`ridgepoint map` takes `--accelerator`, not `--target`.");
    const { value: catalogue, problems } = await loadCatalogue({
      dataFolder: await findDataFolder(),
      chipFolders: [],
    });
    for (const problem of problems) process.stderr.write(`ridgepoint: ${problem.message}\n`);
    const target = chooseAccelerator(catalogue, asked);
    if (target === undefined) return 1;
    const job = await withJobContext(withTarget(catalogue, target), (context) =>
      runJob(context, { ...request, targets: [target.id] }, progressOnStderr()),
    );
    const shown =
      job.analysis === undefined
        ? null
        : mappingView(job.analysis, { target: target.id, sweep: asked.sweep });
    for (const complaint of shown?.complaints ?? [])
      process.stderr.write(`ridgepoint: ${complaint}\n`);
    const chosen = shown === null ? null : { ...shown, layers: chosenLayers(shown, asked.layers) };
    const output = asked.isJson
      ? `${JSON.stringify({ schemaVersion: 1, file: job.document.file, mapping: chosen, problems: job.document.problems }, null, 2)}\n`
      : chosen === null
        ? ""
        : textOf(chosen, asked.layers.length > 0);
    if (chosen === null) {
      const [first] = job.document.problems;
      process.stderr.write(`ridgepoint: ${first?.message ?? "The file holds no model."}\n`);
    }
    await print(output);
    return chosen !== null && job.isAnalysed ? 0 : 1;
  },
};

interface Asked {
  readonly accelerator: string;
  readonly precision: string | undefined;
  readonly layers: readonly string[];
  readonly objective: Objective;
  readonly sweep: readonly SweptParameter[];
  readonly isJson: boolean;
  readonly rest: readonly string[];
}

function chooseAccelerator(catalogue: Catalogue, asked: Asked): Target | undefined {
  const { technology } = catalogue;
  if (technology === undefined) {
    process.stderr.write("ridgepoint: The table of operations cannot be read.\n");
    return undefined;
  }
  const known = catalogue.targets.find(
    ({ accelerator }) => accelerator?.accelerator.id === asked.accelerator,
  );
  let accelerator = known?.accelerator?.accelerator;
  if (accelerator === undefined) {
    const read = readAcceleratorFile(asked.accelerator);
    for (const { message } of read.problems) process.stderr.write(`ridgepoint: ${message}\n`);
    accelerator = read.value;
  }
  if (accelerator === undefined) return undefined;
  const targets = targetsOf(accelerator, technology, asked.objective);
  if (asked.precision === undefined) return targets[0];
  const found = targets.find((target) => target.precision.id === asked.precision);
  if (found === undefined)
    throw new UsageError(
      `\`${accelerator.id}\` has no precision \`${asked.precision}\`; it has ${accelerator.precisions.map(({ id }) => id).join(", ")}.`,
    );
  return found;
}

function withTarget(catalogue: Catalogue, target: Target): Catalogue {
  return {
    ...catalogue,
    targets: [...catalogue.targets, target],
    find: (id) => (id === target.id ? target : catalogue.find(id)),
  };
}

function chosenLayers({ layers }: MappingView, texts: readonly string[]): readonly MappedLayer[] {
  if (texts.length === 0) return layers;
  const wanted = texts.map((text) => text.toLowerCase());
  return layers.filter((layer) =>
    wanted.some((text) => `${layer.name} ${layer.op}`.toLowerCase().includes(text)),
  );
}

function textOf(view: MappingView, isDetailed: boolean): string {
  const { accelerator, totals } = view;
  const hasEngines = view.layers.some(({ engine }) => engine !== null);
  const head = [
    view.label,
    `${formatCount(totals.cycles)} cycles · ${formatSeconds(totals.seconds)} at ${formatCount(accelerator.clock)}Hz${totals.intervalCycles < totals.cycles ? ` · every ${formatSeconds(totals.intervalCycles / accelerator.clock)}` : ""}`,
    `${formatShare(totals.utilization)} of ${hasEngines ? "the fastest engine's peak" : `${formatCount(accelerator.elementCount)} elements`} used (${formatShare(totals.meanUtilization)} of the engine on average over layers)`,
    `${formatBytes(totals.dramBytes)} DRAM traffic · ${formatJoules(totals.joules)} · ${formatNumber(totals.watts)} W${totals.area === null ? "" : ` · ${areaText(totals.area.total)} (multipliers ${areaText(totals.area.multipliers)}, buffers ${areaText(totals.area.buffers)})`} at ${accelerator.node} nm`,
    ...(totals.uncostedCount > 0
      ? [`${totals.uncostedCount} nodes are not costed and left out`]
      : []),
  ].join("\n");
  const rows = view.layers.map((layer) => [
    layer.name,
    layer.op,
    ...(hasEngines ? [layer.engine ?? ""] : []),
    formatCount(layer.macs),
    formatCount(layer.cycles),
    formatSeconds(layer.seconds),
    layer.macs === 0 ? "" : formatShare(layer.utilization),
    formatBytes(layer.dramBytes),
    formatJoules(layer.energy.total),
    layer.limit === "buffer" ? (layer.limitingMemory ?? "buffer") : layer.limit,
  ]);
  const layers = table(
    [
      ...["layer", "op", ...(hasEngines ? ["engine"] : [])],
      ...["MACs", "cycles", "time", "used", "DRAM", "energy", "limit"],
    ],
    rows,
    `ll${hasEngines ? "l" : ""}rrrrrrl`,
  );
  const details = isDetailed
    ? view.layers
        .map(
          ({ name, reasons }) =>
            `\n${name}\n${reasons.map((reason) => `  ${reason}`).join("\n")}\n`,
        )
        .join("")
    : "";
  return `${head}\n\n${layers}${details}${view.sweep.length > 0 ? `\n${sweepText(view)}` : ""}`;
}

function sweepText({ sweep }: MappingView): string {
  const [first] = sweep;
  const keys = Object.keys(first?.values ?? {});
  const rows = [...sweep]
    .sort((a, b) => a.seconds - b.seconds)
    .map((point) => [
      point.isOnFront ? "●" : "",
      ...keys.map((key) => point.values[key] ?? ""),
      formatCount(point.cycles),
      formatSeconds(point.seconds),
      formatShare(point.utilization),
      point.area === null ? "?" : areaText(point.area),
      formatJoules(point.joules),
      formatBytes(point.dramBytes),
    ]);
  return table(
    ["front", ...keys, "cycles", "time", "used", "area", "energy", "DRAM"],
    rows,
    `l${"r".repeat(keys.length + 6)}`,
  );
}

function areaText(squareMetres: number): string {
  return `${formatNumber(squareMetres * 1e6)} mm²`;
}

function parse(words: readonly string[]): Asked {
  const given = readArguments(
    words,
    { flags: ["json"], once: ["accelerator", "precision", "objective"], many: ["layer", "sweep"] },
    analyzeOptions,
  );
  const accelerator = given.one("accelerator");
  if (accelerator === undefined)
    throw new UsageError("`ridgepoint map` needs `--accelerator FILE`.");
  const objective = given.one("objective") ?? "latency";
  if (objective !== "traffic" && objective !== "latency" && objective !== "energy")
    throw new UsageError(`\`--objective ${objective}\` should be latency, traffic or energy.`);
  return {
    accelerator,
    precision: given.one("precision"),
    layers: given.all("layer"),
    objective,
    sweep: given.all("sweep").map(sweptOf),
    isJson: given.has("json"),
    rest: [...given.files, ...given.passed],
  };
}

function sweptOf(word: string): SweptParameter {
  const equals = word.indexOf("=");
  const values = word
    .slice(equals + 1)
    .split(",")
    .map((value) => value.trim());
  if (equals < 1 || values.some((value) => value === ""))
    throw new UsageError(
      `\`--sweep ${word}\` should read NAME=A,B,…, for example \`--sweep rows=8,16,32\`.`,
    );
  return { key: word.slice(0, equals), values: [...new Set(values)] };
}
