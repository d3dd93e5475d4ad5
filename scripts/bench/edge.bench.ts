import { existsSync } from "node:fs";
import path from "node:path";
import { analyzeTarget } from "../../server/core/analyze.js";
import { neverCancelled } from "../../server/core/base/cancel.js";
import type { TargetAnalysis } from "../../server/core/analysis.js";
import { findDataFolder, loadCatalogue } from "../../server/io/catalogue-files.js";
import { openContext } from "../calibrate/context.js";
import { zooRows } from "../calibrate/edge/zoo-lists.js";
import { closeRecording } from "../calibrate/record/record.js";
import { groupBy } from "../calibrate/group.js";
import type { Subject } from "../calibrate/set.js";
import { hubRows } from "../calibrate/sets/qaihub-perf.js";

/**
 * What small devices are asked beside time: flash and RAM of networks under X-CUBE-AI against the STM32 model zoo's
 * tables, and which networks fall back to the processor on Qualcomm's NPUs. Nothing of it was fitted.
 *
 *     DATA=../shared/data npm run bench edge
 */
const folder = path.resolve(process.env["DATA"] ?? "../shared/data");
const { value: catalogue } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});
const ctx = openContext(catalogue, folder, {
  fits: path.resolve("server/data/calibration"),
  pythonPath: [],
});

if (existsSync(folder)) {
  await compareMemory();
  await compareFallback();
} else console.log(`There is no data at ${folder} (set DATA); nothing is measured.`);
closeRecording();

async function analyze(subject: Subject, id: string): Promise<TargetAnalysis | undefined> {
  const target = catalogue.find(id);
  const inferred = target && (await ctx.infer(subject));
  return target && inferred && analyzeTarget(inferred, target, neverCancelled);
}

async function compareMemory(): Promise<void> {
  const flash: number[] = [];
  const ram: number[] = [];
  for (const { row, subject } of zooRows(ctx, "memory")) {
    if (row["format"]?.toLowerCase() !== "int8") continue;
    const analysis = await analyze(subject, "stm32h747i-disco/x-cube-ai/int8");
    if (analysis === undefined) continue;
    add(flash, analysis.weightBytes, row["weights_flash_kib"]);
    add(ram, analysis.peakActivationBytes, row["act_ram_kib"]);
  }
  print("STM32 flash of weights", flash, 0.005);
  print("STM32 RAM of activations", ram, 0.08);
}

function add(errors: number[], bytes: number | undefined, kibibytes: string | undefined): void {
  const measured = 1024 * Number(kibibytes);
  if (bytes !== undefined && measured > 0) errors.push(Math.abs(bytes / measured - 1));
}

function print(name: string, errors: readonly number[], bound: number): void {
  const sorted = [...errors].sort((a, b) => a - b);
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  const at = (share: number): string =>
    percent(sorted[Math.floor(share * (sorted.length - 1))] ?? NaN);
  const within = sorted.filter((error) => error <= bound).length / sorted.length;
  console.log(
    `${name}: ${sorted.length} rows, median ${at(0.5)}, p90 ${at(0.9)}, within ${percent(bound)}: ${percent(within)}`,
  );
}

/** Correct: the table has layers beside the NPU where we have, and only there. */
async function compareFallback(): Promise<void> {
  let rows = 0;
  let correct = 0;
  const wrong = new Map<string, number>();
  for (const [, own] of groupBy(hubRows(ctx), ({ row }) => row["model"] ?? ""))
    for (const { row, subject, target } of own) {
      const engine = catalogue.find(target)?.runtime.engine;
      if (engine !== "npu") continue;
      const analysis = await analyze(subject, target);
      if (analysis === undefined) continue;
      const expected = analysis.lowered.kernels.some((kernel) => kernel.engine !== engine);
      const seen =
        row["compute_unit"] !== "NPU" || row["layers_cpu"] !== "" || row["layers_gpu"] !== "";
      rows += 1;
      if (expected === seen) correct += 1;
      else {
        const name = `${row["model"]} ${row["runtime"]} ${row["precision"]}`;
        wrong.set(name, (wrong.get(name) ?? 0) + 1);
      }
    }
  console.log(
    `Qualcomm fallback: ${rows} rows, correct ${((100 * correct) / rows).toFixed(1)} % (95 %)`,
  );
  for (const [name, count] of [...wrong].sort(([, a], [, b]) => b - a).slice(0, 12))
    console.log(`  not so: ${name}, ${count} rows`);
}
