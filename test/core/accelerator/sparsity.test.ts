import { expect, test } from "vitest";
import { analyze } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { targetsOf } from "../../../server/core/accelerator/as-target.js";
import { decodeAccelerator } from "../../../server/core/accelerator/decode-accelerator.js";
import { mapModel, type ModelMapping } from "../../../server/core/accelerator/map-model.js";
import { patternOf } from "../../../server/core/accelerator/sparsity.js";
import type { Kernel } from "../../../server/core/lower/lowered.js";
import { findDataFolder, loadCatalogue } from "../../../server/io/catalogue-files.js";
import { realAnalysis } from "../../kit/real-analysis.js";
import { accelerator } from "./arrays.js";

const {
  value: { technology },
} = await loadCatalogue({ dataFolder: await findDataFolder(), chipFolders: [] });

const resnet8 = "test/fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx";
const analysis = await realAnalysis(resnet8, ["gemmini-16/mapper/int8"]);
const kernels = analysis.targets[0]?.lowered.kernels ?? [];

function targetOf(precision: unknown) {
  if (technology === undefined) throw new Error("There is no technology table.");
  const [target] = targetsOf(accelerator({ precisions: [precision] }), technology);
  if (target?.accelerator === undefined) throw new Error("No target.");
  return { id: target.id, bits: target.precision.weightBits, mapped: target.accelerator };
}

function mapOn(precision: unknown, given: readonly Kernel[] = kernels): ModelMapping {
  return mapModel(targetOf(precision).mapped, given);
}

/** Mishra et al., "Accelerating Sparse Deep Neural Networks", 2021: twice the rate; int8 and two bits for every second weight. */
test("2:4 doubles the rate of layers with weights and stores 5 of 8 bits of them", () => {
  expect(patternOf("2:4")).toEqual({ id: "2of4", weights: 0.5, indexBits: 2, balance: 1 });
  const { id, bits } = targetOf({ weights: "int8", sparsity: "2:4" });
  expect({ id, bits }).toEqual({ id: "x/mapper/int8-2of4", bits: 5 });
  const dense = mapOn("int8");
  const sparse = mapOn({ weights: "int8", sparsity: "2:4" });
  for (const [index, kernel] of kernels.entries()) {
    const [before, after] = [dense.kernels[index], sparse.kernels[index]];
    if (before === undefined || after === undefined) throw new Error("A kernel is missing.");
    const factor = kernel.weightReadBytes > 0 ? 2 : 1;
    expect(Math.abs(after.computeCycles - before.computeCycles / factor)).toBeLessThanOrEqual(1);
    expect(after.energy.multipliers * factor).toBeCloseTo(before.energy.multipliers, 12);
    expect(after.utilization).toBeLessThanOrEqual(1);
  }
  expect(sparse.utilization).toBeLessThanOrEqual(1);
});

test("what has no weights gains nothing", () => {
  const product: Kernel = { ...kernelOf("matmul"), weightReadBytes: 0, weightBytes: 0 };
  const [dense] = mapOn("int8", [product]).kernels;
  const [sparse] = mapOn({ weights: "int8", sparsity: "2:4" }, [product]).kernels;
  expect(sparse?.cycles).toBe(dense?.cycles);
});

test("elements that wait for one another keep a share of the gain, and never lose by skipping", () => {
  const cycles = (sparsity: unknown): number =>
    mapOn({ weights: "int8", sparsity }, [kernelOf("conv")]).kernels[0]?.computeCycles ?? NaN;
  const dense = cycles({ weights: 1 });
  expect(cycles({ weights: 0.4, activations: 0.5 }) / dense).toBeCloseTo(0.2, 2);
  expect(cycles({ weights: 0.4, activations: 0.5, balance: 0.8 }) / dense).toBeCloseTo(0.25, 2);
  expect(cycles({ weights: 0.9, balance: 0.5 })).toBe(dense);
});

test("a pattern that keeps nothing or all is refused", () => {
  for (const sparsity of ["4:4", "0:4", "half", 3]) {
    const { value } = decodeAccelerator({
      ...{ id: "x", clock: "1 GHz", node: 28, precisions: [{ weights: "int8", sparsity }] },
      engine: { rows: 4, columns: 4, dataflow: "weight-stationary" },
      buffers: [{ name: "b", size: "1 MiB" }],
    });
    expect(value).toBeUndefined();
  }
});

function kernelOf(kind: string): Kernel {
  const found = kernels.find(({ shape, macs }) => shape.kind === kind && macs > 0);
  if (found === undefined) throw new Error(`There is no ${kind}.`);
  return found;
}

test("patterns by layer: what is named runs in its share of the time, all else is dense", () => {
  const layers = { conv2d_1: "4:16", "conv2d_2/": "8:16" };
  const precision = { weights: "int8", sparsity: { layers } };
  const target = targetOf(precision);
  expect(target.id).toBe("x/mapper/int8-by-layer");
  const own = accelerator({ precisions: [precision] });
  if (technology === undefined) throw new Error("There is no technology table.");
  const bindings = { inputs: new Map(), dims: new Map() };
  const made = analyze(analysis.model, bindings, targetsOf(own, technology), neverCancelled);
  const sparse = made.targets[0];
  if (sparse === undefined) throw new Error("No target.");
  const densities = sparse.lowered.kernels.flatMap(({ weightDensity }) => weightDensity ?? []);
  expect(new Set(densities)).toEqual(new Set([0.25, 0.5]));
  const dense = mapOn("int8", sparse.lowered.kernels);
  const mapped = mapModel(target.mapped, sparse.lowered.kernels);
  for (const [index, kernel] of sparse.lowered.kernels.entries()) {
    const [before, after] = [dense.kernels[index], mapped.kernels[index]];
    if (before === undefined || after === undefined) throw new Error("A kernel is missing.");
    const share = kernel.weightDensity ?? 1;
    expect(Math.abs(after.computeCycles - before.computeCycles * share)).toBeLessThanOrEqual(1);
  }
});

test("patterns by layer pick among as many weights, and stand in place of a share", () => {
  const complaintOf = (sparsity: unknown): string => {
    const { problems } = decodeAccelerator({
      ...{ id: "x", clock: "1 GHz", node: 28, precisions: [{ weights: "int8", sparsity }] },
      engine: { rows: 4, columns: 4, dataflow: "weight-stationary" },
      buffers: [{ name: "b", size: "1 MiB" }],
    });
    return problems.map(({ message }) => message).join(" ");
  };
  expect(complaintOf({ layers: { mlp: "4:16", attn: "2:4" } })).toContain(
    "should pick among as many weights as the other patterns",
  );
  expect(complaintOf({ layers: { mlp: "half" } })).toContain("should name a pattern");
  expect(complaintOf({ layers: { mlp: "2:4" }, weights: 0.5 })).toContain("leave out `weights`");
  expect(complaintOf({ layers: {} })).toContain("one pattern or more");
});
