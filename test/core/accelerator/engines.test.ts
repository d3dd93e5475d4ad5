import { expect, test } from "vitest";
import type { CrossbarEngine } from "../../../server/core/accelerator/accelerator.js";
import { crossbarCycles, peakMacsPerCycle } from "../../../server/core/accelerator/accelerator.js";
import { converterBits, crossbarsFor } from "../../../server/core/accelerator/map-crossbar.js";
import { mapModel } from "../../../server/core/accelerator/map-model.js";
import { cyclesOf } from "../../../server/core/accelerator/streaming.js";
import { readAcceleratorFile } from "../../../server/io/accelerator-file.js";
import { findDataFolder, loadCatalogue } from "../../../server/io/catalogue-files.js";
import { realAnalysis } from "../../kit/real-analysis.js";
import { precisionOf } from "./arrays.js";

const resnet8 = "test/fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx";

async function mapOn(id: string) {
  const { value: catalogue } = await loadCatalogue({
    dataFolder: await findDataFolder(),
    chipFolders: [],
  });
  const mapped = catalogue.find(id)?.accelerator;
  const analysis = await realAnalysis(resnet8, [id]);
  const kernels = analysis.targets[0]?.lowered.kernels ?? [];
  if (mapped === undefined) throw new Error(`There is no ${id}.`);
  return mapModel(mapped, kernels);
}

/** FINN's end-to-end notebook of TFC-w1a1: (PE, SIMD) of its four matrix-vector units, and their expected cycles. */
test("a streaming unit takes the cycles that FINN expects", () => {
  const units = [
    { outputs: 64, window: 784, outputsAtOnce: 16, windowAtOnce: 49, cycles: 64 },
    { outputs: 64, window: 64, outputsAtOnce: 8, windowAtOnce: 8, cycles: 64 },
    { outputs: 64, window: 64, outputsAtOnce: 8, windowAtOnce: 8, cycles: 64 },
    { outputs: 10, window: 64, outputsAtOnce: 10, windowAtOnce: 8, cycles: 8 },
  ];
  for (const { cycles, ...unit } of units) expect(cyclesOf({ ...unit, vectors: 1 })).toBe(cycles);
});

test("a pipeline is as slow as its slowest unit, and deals out no more multipliers than there are", async () => {
  const { pipeline, kernels, intervalCycles, cycles } = await mapOn("streaming-4096/mapper/int8");
  expect(pipeline?.multipliersUsed).toBeLessThanOrEqual(4096);
  expect(Math.max(...kernels.map((kernel) => kernel.computeCycles))).toBe(intervalCycles);
  // What each unit would take of an FPGA is said with it; eight bits go into DSPs.
  const units = kernels.filter(({ macs }) => macs > 0);
  for (const { notes } of units)
    expect(notes.at(-1)).toMatch(
      /^On an AMD FPGA about [\d.]+( k)? LUTs, [1-9]\d* DSPs and \d+ RAMB18\.$/,
    );
  expect(cycles).toBeGreaterThan(intervalCycles);
  expect(intervalCycles).toBeGreaterThanOrEqual(12.5e6 / 4096);
});

/**
 * ISAAC (Shafiee et al., ISCA 2016): 16 cycles of 100 ns for 16 bits; 9-bit converters before its encoding; 478.95 GOPS/mm²
 * on 85.4 mm², which is 40.9 TOPS.
 */
test("ISAAC's file has ISAAC's peak, its cycle count and its converters", () => {
  const isaac = readAcceleratorFile("server/data/accelerators/isaac.accelerator.json").value;
  if (isaac === undefined) throw new Error("ISAAC's file cannot be read.");
  const engine = isaac.engine as CrossbarEngine;
  expect(crossbarCycles(engine, precisionOf(isaac)) / isaac.clock).toBeCloseTo(1.6e-6, 12);
  const peak = 2 * peakMacsPerCycle(isaac, precisionOf(isaac)) * isaac.clock;
  expect(peak / (478.95e9 * 85.4)).toBeCloseTo(1, 1);
  expect(converterBits(engine)).toBe(9);
  // VGG's conv5 layers: 4608 × 512 weights of 8 cells.
  expect(crossbarsFor(engine, 4608, 512 * 8)).toBe(36 * 32);
});

test.each(["isaac/mapper/int16", "gddr6-pim/mapper/bf16", "quad-core-16/mapper/int4xint8"])(
  "%s maps a network without using more than it has",
  async (id) => {
    const { kernels, seconds, joules } = await mapOn(id);
    expect(seconds).toBeGreaterThan(0);
    expect(joules).toBeGreaterThan(0);
    for (const kernel of kernels) {
      expect(kernel.utilization).toBeLessThanOrEqual(1);
      expect(Number.isFinite(kernel.cycles)).toBe(true);
      expect(kernel.dramBytes).toBeGreaterThanOrEqual(0);
    }
  },
);

test("weights of half the width come at twice the rate where the file says so", async () => {
  const wide = await mapOn("quad-core-16/mapper/int8");
  const narrow = await mapOn("quad-core-16/mapper/int4xint8");
  // Layers that the memory holds back may be dealt out otherwise: of those that are alike.
  const isAlike = (index: number): boolean =>
    wide.kernels[index]?.notes[0] === narrow.kernels[index]?.notes[0];
  const compute = (of: typeof wide): number =>
    of.kernels.reduce(
      (sum, { computeCycles }, index) => sum + (isAlike(index) ? computeCycles : 0),
      0,
    );
  expect(compute(wide) / compute(narrow)).toBeGreaterThan(1.6);
  expect(narrow.cycles).toBeLessThan(wide.cycles);
  expect(narrow.dramBytes).toBeLessThan(wide.dramBytes);
});
