import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createPythonEngine } from "../../server/engines/python/engine.js";
import type { EngineOutcome } from "../../server/engines/python/job.js";
import type { Figure } from "./print-table.js";
import { printTable } from "./print-table.js";

/** Start, warm runs of an edited file, recovery, memory and idle time of the Python engine, as built in `dist`. */
const root = process.cwd();
const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-bench-"));
const file = path.join(folder, "model.py");
const base = {
  runtimeFolder: path.join(root, "dist/python"),
  packagesFolder: path.join(root, "dist/python/packages"),
  cacheFolder: path.join(root, "test-out/python-images"),
  log: () => undefined,
};

// Five hundred lines of plain Python: what the engine itself takes, without any model.
const lines = (edit: number): string =>
  Array.from({ length: 500 }, (_, n) => `def f${n}(x):  # ${edit}\n    return x + ${n}\n`).join("");
const source = (edit: number): string => `${lines(edit)}\nresult = f1(${edit})\n`;

/** Fifty residual blocks: about as many layers as ResNet-50 has. */
const network = `import torch
from torch import nn

class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1)
        self.bn = nn.BatchNorm2d(width)
        self.act = nn.ReLU()

    def forward(self, x):
        return x + self.act(self.bn(self.conv(x)))

# ridgepoint: input=float32[1,3,224,224]
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 64, 7, 2, 3)
        self.blocks = nn.Sequential(*[Block(64) for _ in range(50)])

    def forward(self, x):
        return self.blocks(self.stem(x))
`;

try {
  const maker = createPythonEngine(base);
  await maker.warmUp([{ folder, isLibrary: false }]);
  maker.dispose();

  const starts: number[] = [];
  for (let index = 0; index < 5; index++) {
    const engine = createPythonEngine(base);
    starts.push(await timed(() => run(engine, source(index))));
    engine.dispose();
  }

  const engine = createPythonEngine(base);
  await run(engine, source(0));
  const warm: number[] = [];
  for (let edit = 0; edit < 60; edit++) warm.push(await timed(() => run(engine, source(edit))));

  const traced: number[] = [];
  for (let edit = 0; edit < 30; edit++)
    traced.push(await timed(() => run(engine, `${network}\n# ${edit}`, 20, "trace")));

  const before = cpuSeconds(engine.processId);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const idlePercent = ((cpuSeconds(engine.processId) - before) / 3) * 100;
  const memory = residentMegabytes(engine.processId);

  await run(engine, "while True: pass", 0.2);
  const afterLoop = await timed(() => run(engine, source(0)));
  await run(engine, "sum(range(10**12))", 0.2);
  const afterKill = await timed(() => run(engine, source(0)));
  await run(engine, "x = []\nwhile True: x.append(bytearray(1 << 20))");
  const afterBomb = await timed(() => run(engine, source(0)));
  engine.dispose();

  const figures: Figure[] = [
    {
      name: "cold: process, image, first answer (median of 5)",
      value: quantile(starts, 0.5),
      unit: "ms",
      bound: 2500,
    },
    { name: "warm: edited file of 1000 lines (median)", value: quantile(warm, 0.5), unit: "ms" },
    {
      name: "warm: edited file of 1000 lines (p95)",
      value: quantile(warm, 0.95),
      unit: "ms",
      bound: 100,
    },
    {
      name: "warm: trace of 50 residual blocks (median)",
      value: quantile(traced, 0.5),
      unit: "ms",
    },
    {
      name: "warm: trace of 50 residual blocks (p95)",
      value: quantile(traced, 0.95),
      unit: "ms",
      bound: 100,
    },
    { name: "next answer after an endless loop", value: afterLoop, unit: "ms", bound: 3000 },
    { name: "next answer after a killed process", value: afterKill, unit: "ms", bound: 3000 },
    { name: "next answer after a memory bomb", value: afterBomb, unit: "ms", bound: 3000 },
    { name: "resident memory of the process", value: memory, unit: "MB", bound: 250 },
    { name: "CPU while idle", value: idlePercent, unit: "%", bound: 1 },
  ];
  printTable(figures);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function run(
  engine: ReturnType<typeof createPythonEngine>,
  text: string,
  seconds = 20,
  task = "execute",
): Promise<EngineOutcome> {
  writeFileSync(file, "");
  return engine.run({
    roots: [{ folder, isLibrary: false }],
    request: { task, file, inputs: [], models: "all", pins: {} },
    overlays: new Map([[file, text]]),
    limits: { seconds },
  });
}

async function timed(work: () => Promise<EngineOutcome>): Promise<number> {
  const begin = performance.now();
  const outcome = await work();
  if (outcome.kind !== "answer") throw new Error(JSON.stringify(outcome));
  return performance.now() - begin;
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

/** Linux only, as the benchmarks are. */
function cpuSeconds(processId = 0): number {
  const fields = readFileSync(`/proc/${processId}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  const ticks = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

function residentMegabytes(processId = 0): number {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${processId}/status`, "utf8"));
  return (Number(found?.[1]) * 1024) / 1e6;
}
