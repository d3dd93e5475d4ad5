// Opening large models: time and memory must follow the number of nodes, never the size of the weights.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { analyze, inferModel } from "../../server/core/analyze.js";
import { neverCancelled } from "../../server/core/base/cancel.js";
import type { Model } from "../../server/core/graph/graph.js";
import type { Target } from "../../server/core/targets/target.js";
import { findDataFolder, loadCatalogue } from "../../server/io/catalogue-files.js";
import { readModelFile } from "../../server/io/read-model.js";
import { bigChain, sparseWeightsFile } from "../../test/kit/onnx-builder.js";
import { medianOf, printTable, type Figure } from "./print-table.js";

const noBindings = { inputs: new Map(), dims: new Map() };

if (process.argv[2] === "--open") {
  // A process of its own for each file, so that its memory is the file's.
  const begin = process.cpuUsage();
  const clock = performance.now();
  const { value } = readModelFile(process.argv[3] ?? "");
  if (value === undefined) throw new Error("the file did not open");
  const wallSeconds = (performance.now() - clock) / 1000;
  const { user, system } = process.cpuUsage(begin);
  const seconds = (user + system) / 1e6;
  process.stdout.write(
    JSON.stringify({
      seconds,
      wallSeconds,
      megabytes: process.resourceUsage().maxRSS / 1024,
      nodes: value.graph.nodes.length,
    }),
  );
} else if (process.argv[2] === "--analyze") {
  // Once, in a process that has compiled nothing yet: what a user waits for the first time.
  const target = await chosenTarget();
  const begin = process.cpuUsage();
  const clock = performance.now();
  const { value } = readModelFile(process.argv[3] ?? "");
  if (value === undefined) throw new Error("the file did not open");
  analyze(value, noBindings, [target], neverCancelled);
  const wallSeconds = (performance.now() - clock) / 1000;
  const { user, system } = process.cpuUsage(begin);
  process.stdout.write(JSON.stringify({ seconds: (user + system) / 1e6, wallSeconds }));
} else {
  const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-bench-"));
  try {
    await measure(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string): Promise<void> {
  const figures: Figure[] = [];
  const empty = open(written(folder, "small.onnx", bigChain(2)));
  for (const [gigabytes, nodes] of [
    [0.1, 2000],
    [1, 2000],
    [4, 2000],
    [4, 20_000],
  ] as const) {
    const file = path.join(folder, `${gigabytes}-${nodes}.onnx`);
    sparseWeightsFile(file, nodes, Math.round(gigabytes * 1e9));
    const runs = [open(file), open(file), open(file)].sort((a, b) => a.seconds - b.seconds);
    const [, middle] = runs;
    if (middle === undefined) continue;
    const isBounded = gigabytes === 4 && nodes === 2000;
    const name = `${gigabytes} GB of weights, ${nodes} nodes`;
    figures.push({
      name: `${name}: open, processor`,
      value: middle.seconds,
      unit: "s",
      ...(isBounded && { bound: 0.3 }),
    });
    figures.push({ name: `${name}: open, wall clock`, value: middle.wallSeconds, unit: "s" });
    figures.push({
      name: `${name}: peak memory`,
      value: middle.megabytes,
      unit: "MB",
      ...(isBounded && { bound: 150 }),
    });
    figures.push({
      name: `${name}: of it above an empty model`,
      value: middle.megabytes - empty.megabytes,
      unit: "MB",
    });
    rmSync(file);
  }
  figures.push(...(await largeGraph(folder)));
  printTable(figures);
}

async function largeGraph(folder: string): Promise<readonly Figure[]> {
  const file = written(folder, "chain.onnx", bigChain(50_000));
  const target = await chosenTarget();
  let model: Model | undefined;
  // Processor time: what the wall clock shows on a machine that does nothing else.
  const timed = (run: () => void): number => {
    const begin = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 1e6;
  };
  const read = medianOf(3, () => timed(() => void (model = readModelFile(file).value)));
  if (model === undefined) throw new Error("the chain did not open");
  const subject = model;
  const infer = medianOf(3, () =>
    timed(() => void inferModel(subject, noBindings, neverCancelled)),
  );
  const all = medianOf(3, () =>
    timed(() => void analyze(subject, noBindings, [target], neverCancelled)),
  );
  const cold = coldRun(file);
  return [
    { name: "50,000 nodes: read", value: read, unit: "s" },
    { name: "50,000 nodes: infer, work, memory plan", value: infer, unit: "s" },
    { name: "50,000 nodes: cost on one target", value: all - infer, unit: "s" },
    { name: "50,000 nodes: in all, warm", value: read + all, unit: "s", bound: 2 },
    {
      name: "50,000 nodes: in all, cold, processor (compiler and collector included)",
      value: cold.seconds,
      unit: "s",
      bound: 2,
    },
    { name: "50,000 nodes: in all, cold, wall clock", value: cold.wallSeconds, unit: "s" },
  ];
}

async function chosenTarget(): Promise<Target> {
  const { value: catalogue } = await loadCatalogue({
    dataFolder: await findDataFolder(),
    chipFolders: [],
  });
  const target = catalogue.find("nvidia-rtx-4090/tensorrt/fp16");
  if (target === undefined) throw new Error("the target is not there");
  return target;
}

/** The best of three processes: other work on the machine only adds to it. */
function coldRun(file: string): { readonly seconds: number; readonly wallSeconds: number } {
  const once = (): ReturnType<typeof coldRun> =>
    JSON.parse(
      execFileSync(process.execPath, [process.argv[1] ?? "", "--analyze", file], {
        encoding: "utf8",
      }),
    ) as ReturnType<typeof coldRun>;
  const runs = [once(), once(), once()];
  return {
    seconds: Math.min(...runs.map((run) => run.seconds)),
    wallSeconds: Math.min(...runs.map((run) => run.wallSeconds)),
  };
}

function open(file: string): {
  readonly seconds: number;
  readonly wallSeconds: number;
  readonly megabytes: number;
} {
  const out = execFileSync(process.execPath, [process.argv[1] ?? "", "--open", file], {
    encoding: "utf8",
  });
  return JSON.parse(out) as ReturnType<typeof open>;
}

function written(folder: string, name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
}
