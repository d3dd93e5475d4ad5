import { existsSync } from "node:fs";
import { targetsOf } from "../core/accelerator/as-target.js";
import type { Catalogue, Target } from "../core/targets/target.js";
import { view as mappingView, type MappedLayer, type MappingView } from "../core/views/mapping.js";
import { findDataFolder, loadCatalogue } from "../io/catalogue-files.js";
import { readAcceleratorFile } from "../io/accelerator-file.js";
import type { Command } from "./command.js";
import { runJob, withJobContext, type JobResult } from "./job.js";
import { mapText } from "./map-text.js";
import { parseMapWords, type MapWords } from "./map-words.js";
import { print } from "./print.js";
import { progressOnStderr } from "./progress.js";
import { rtlPrices } from "./rtl-prices.js";
import { UsageError } from "./usage-error.js";
import { parseAnalyzeWords } from "./words.js";

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
  --search METHOD       tries --points of these combinations (64), not all: random, evolution, annealing, bayesian,
                        several with commas, or all beside one another; tells how well what was tried foretells the rest
  --limit MEASURE=X     latency=2ms, energy=3mJ, area=5mm2, repeatable: what exceeds one is marked, and searches avoid it
  --with MODEL          a further model that runs on the same chip at the same time, repeatable; kernels that do not wait
                        for one another run on different engines
  --fuse                tries layers tile by tile together, so that what lies between them stays on the chip: which layers, tiles,
                        overlaps kept or made again, and what that saves
  --split               deals a layer out to several engines of the chip where that is better than one: along which extent, how
                        much to each
  --part PART           where the RTL's own comment describes the accelerator: what that RTL takes on this part (asic, xc7a35t, …) at every
                        size of the sweep, gain and price beside its own size, and the front of time, that price and energy
  --json                everything as JSON`,
  run: async (words) => {
    const asked = parseMapWords(words);
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
    const [job, ...others] = await withJobContext(
      withTarget(catalogue, target),
      async (context) => {
        const run = (file: string | undefined): Promise<JobResult> =>
          runJob(context, { ...request, file, targets: [target.id] }, progressOnStderr());
        const first = await run(request.file);
        const results = [first];
        for (const file of asked.with) results.push(await run(file));
        return results;
      },
    );
    if (job === undefined) return 1;
    const lost = others.find(({ analysis }) => analysis === undefined);
    if (lost !== undefined) {
      const [first] = lost.document.problems;
      process.stderr.write(
        `ridgepoint: ${first?.message ?? "A file of `--with` holds no model."}\n`,
      );
      return 1;
    }
    const { sweep, search, limits, fuses, splits } = asked;
    const shown =
      job.analysis === undefined
        ? null
        : mappingView(
            job.analysis,
            {
              target: target.id,
              sweep,
              limits,
              fuses,
              splits,
              ...(search !== undefined && { search }),
            },
            others.flatMap(({ analysis }) => analysis ?? []),
          );
    const complaints = [
      ...(shown?.complaints ?? []),
      ...(splits && shown?.splits === null
        ? ["`--split` changes nothing: the chip has one engine; its cores share layers anyway."]
        : []),
    ];
    const { part } = request.design;
    const prices =
      part === undefined || shown === null || target.accelerator === undefined
        ? null
        : await rtlPrices(target.accelerator.accelerator, request, shown.sweep, progressOnStderr());
    if (typeof prices === "string") complaints.push(prices);
    const rtl = typeof prices === "string" ? null : prices;
    for (const complaint of complaints) process.stderr.write(`ridgepoint: ${complaint}\n`);
    const chosen = shown === null ? null : { ...shown, layers: chosenLayers(shown, asked.layers) };
    const output = asked.isJson
      ? `${JSON.stringify({ schemaVersion: 1, file: job.document.file, mapping: chosen === null ? null : { ...chosen, prices: rtl }, problems: job.document.problems }, null, 2)}\n`
      : chosen === null
        ? ""
        : mapText(chosen, asked.layers.length > 0, rtl);
    if (chosen === null) {
      const [first] = job.document.problems;
      process.stderr.write(`ridgepoint: ${first?.message ?? "The file holds no model."}\n`);
    }
    await print(output);
    return chosen !== null && job.isAnalysed ? 0 : 1;
  },
};

function chooseAccelerator(catalogue: Catalogue, asked: MapWords): Target | undefined {
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
    if (!existsSync(asked.accelerator)) {
      const ours = catalogue.targets.flatMap((target) => target.accelerator?.accelerator.id ?? []);
      throw new UsageError(
        `There is neither an architecture file nor an accelerator \`${asked.accelerator}\`; ours are ${[...new Set(ours)].join(", ")}.`,
      );
    }
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
