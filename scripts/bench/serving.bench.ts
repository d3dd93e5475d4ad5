import { existsSync } from "node:fs";
import path from "node:path";
import { neverCancelled } from "../../server/core/base/cancel.js";
import { phasesOf, type Phases } from "../../server/core/serving/phases.js";
import { serveTogether } from "../../server/core/serving/together.js";
import { findDataFolder, loadCatalogue } from "../../server/io/catalogue-files.js";
import { systemTarget } from "../calibrate/aic-systems.js";
import { openContext } from "../calibrate/context.js";
import { parseCsv } from "../calibrate/csv.js";
import { configOf, decoderOf } from "../calibrate/llm-models.js";

/**
 * What `ridgepoint serve` foretells against a public sample of measured servers (AIConfigurator's, of the calibration half):
 * time to the first token, between tokens, and tokens a second. Nothing of serving was fitted to it.
 *
 *     DATA=../shared/data npm run bench serving
 */
const folder = path.resolve(process.env["DATA"] ?? "../shared/data");
const { value: catalogue } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});

interface Ratios {
  readonly ttft: number[];
  readonly tpot: number[];
  readonly rate: number[];
  readonly inside: number[];
}
if (existsSync(folder)) compare();
else console.log(`There is no data at ${folder} (set DATA); nothing is measured.`);

function compare(): void {
  const ctx = openContext(catalogue, folder, {
    fits: path.resolve("server/data/calibration"),
    pythonPath: [],
  });
  const known = new Map<string, Phases | undefined>();
  const byKind = new Map<string, Ratios>();
  for (const row of parseCsv(ctx.text("aic_e2e.calib.csv") ?? "")) {
    const name = (row["model"] ?? "").split("/").at(-1) ?? "";
    const config = configOf(name);
    const isSound = row["mode"] === "agg" && (row["cfg"] === "ok" || row["cfg"] === "fixed");
    if (config === undefined || !isSound || row["dp"] !== "1" || row["pp"] !== "1") continue;
    const system = row["system"] ?? "";
    const stored = system.startsWith("b") ? "w4a8_mxfp4_mxfp8" : "w4a16_mxfp4";
    const precision = name === "gpt-oss-120b" ? stored : (row["gemm_dtype"] ?? "");
    const target = catalogue.find(systemTarget(system, row["framework"] ?? "", precision));
    const count = (key: string): number => Number(row[key]);
    const [devices, texts] = [count("tp"), count("concurrency")];
    const workload = { inputTokens: count("isl"), outputTokens: count("osl") };
    if (target === undefined) continue;
    const { inputTokens, outputTokens } = workload;
    const key = [name, target.id, devices, inputTokens, outputTokens].join(" ");
    if (!known.has(key)) {
      const model = decoderOf(name, config, devices);
      known.set(key, model && phasesOf(model, { target, devices }, workload, neverCancelled));
    }
    const phases = known.get(key);
    const point = phases && serveTogether(phases, texts);
    if (point === undefined) continue;
    const [ttft, tpot] = [count("ttft_ms") * 1e-3, count("tpot_ms") * 1e-3];
    const rate = (texts * outputTokens) / (ttft + (outputTokens - 1) * tpot);
    // Its clients send all prompts at once, ten rounds of them: the first round waits for one another.
    const each = phases?.prompts(1)?.seconds.value ?? 0;
    const burst = ((texts - 1) / 2 / 10) * each;
    const { low, high } = point.firstTokenSeconds;
    for (const kind of [`${name} ${target.id}`, "all"]) {
      const ratios = byKind.get(kind) ?? { ttft: [], tpot: [], rate: [], inside: [] };
      byKind.set(kind, ratios);
      ratios.ttft.push((point.firstTokenSeconds.value + burst) / ttft);
      ratios.inside.push(low + burst <= ttft && ttft <= high + burst ? 1 : 0);
      ratios.tpot.push(point.tokenSeconds.value / tpot);
      ratios.rate.push(point.tokensPerSecond.value / rate);
    }
    if (process.env["ROWS"] !== undefined)
      console.log(
        [
          key,
          texts,
          ms(point.firstTokenSeconds.value),
          ms(ttft),
          ms(point.tokenSeconds.value),
          ms(tpot),
        ].join("\t"),
      );
  }
  for (const [kind, { ttft, tpot, rate, inside }] of byKind)
    console.log(
      `${kind}: ${tpot.length} rows; first token ${text(ttft)}, ${((100 * inside.filter(Boolean).length) / inside.length).toFixed(0)} % inside, between tokens ${text(tpot)}, tokens a second ${text(rate)}`,
    );
}

function ms(seconds: number): string {
  return (seconds * 1e3).toPrecision(3);
}

/** Median ratio of foretold to measured, and the median error. */
function text(ratios: readonly number[]): string {
  const errors = ratios.map((ratio) => Math.abs(ratio - 1));
  return `× ${median(ratios).toFixed(2)} (${(100 * median(errors)).toFixed(0)} %)`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}
