import path from "node:path";
import { expect, test } from "vitest";
import { analyzeTarget } from "../../server/core/analyze.js";
import { neverCancelled } from "../../server/core/base/cancel.js";
import { decodeCalibration } from "../../server/core/cost/calibrated/decode-calibration.js";
import { findDataFolder, loadCatalogue } from "../../server/io/catalogue-files.js";
import { openContext } from "../../scripts/calibrate/context.js";
import { fitFamily, type FamilyPlan } from "../../scripts/calibrate/edge/family.js";
import { callOf, configOf } from "../../scripts/calibrate/llm-models.js";
import type { Sample } from "../../scripts/calibrate/set.js";

const { value: catalogue } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});
const folder = path.resolve(import.meta.dirname, "none");
const ctx = openContext(catalogue, folder, { fits: folder, pythonPath: [] });

const target = "qualcomm-snapdragon-8-elite/genie/w4a16";
const config = configOf("plamo-1b")!;
const plan: FamilyPlan = {
  source: { set: "made up", licence: "", rows: 0 },
  groupOf: (id) => id,
  crowding: 0,
  least: 1,
  pulls: { level: 1e-4, weight: 1, group: 1 },
  prior: { compute: 1, weights: 1 },
};

function decode(seconds: number, past: number): Sample {
  const subject = callOf("plamo-1b", config, 1, past);
  return { target, kind: "LLM decode", key: `plamo-1b ${past}`, seconds, subject };
}

async function predicted(sample: Sample, fragment: unknown): Promise<number> {
  const { value: calibration } = decodeCalibration(
    { ...(fragment as object), date: "2026-01-01", sources: [] },
    target,
  );
  const chip = catalogue.find(target)!;
  const fitted = {
    ...chip,
    calibration: () =>
      ({ calibration: calibration!, method: "calibrated", lender: "", loan: undefined }) as const,
  };
  const inferred = await ctx.infer(sample.subject);
  return analyzeTarget(inferred!, fitted, neverCancelled).latency!.value;
}

test("attention, which no amounts describe, is not paid twice", async () => {
  // Long enough for attention to take most of the time.
  const sample = decode(0.06, 100_000);
  const [fragment] = await fitFamily(ctx, [sample], plan);
  expect((await predicted(sample, fragment)) / sample.seconds).toBeCloseTo(1, 1);
});

test("a target with fewer rows than the plan asks for is left out", async () => {
  const rows = [decode(0.02, 100), decode(0.021, 200)];
  expect(await fitFamily(ctx, rows, { ...plan, least: 3 })).toEqual([]);
  expect(await fitFamily(ctx, rows, { ...plan, least: 2 })).toHaveLength(1);
});
