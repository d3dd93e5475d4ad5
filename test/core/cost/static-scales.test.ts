import path from "node:path";
import { expect, test } from "vitest";
import { analyze } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { withCalibrations } from "../../../server/core/cost/calibrated/attach.js";
import type { KernelCost } from "../../../server/core/cost/cost.js";
import type { Model } from "../../../server/core/graph/graph.js";
import { readOpCall } from "../../../server/core/formats/op-call.js";
import { openCalibrations } from "../../../server/io/calibration-files.js";
import { findDataFolder, loadCatalogue } from "../../../server/io/catalogue-files.js";
import { callOf, configOf } from "../../../scripts/calibrate/llm-models.js";

const { value: plain } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});
const store = await openCalibrations(path.resolve("server/data/calibration"), () => undefined);
const catalogue = withCalibrations(plain, store, () => undefined);
const subject = callOf("llama-3.1-8b", configOf("llama-3.1-8b")!, 1, 1024, 8);
const model = subject.kind === "model" ? await subject.load() : undefined;

function costsOf(of: Model, target: string): readonly KernelCost[] {
  const bindings = { inputs: new Map(), dims: new Map() };
  return analyze(of, bindings, [catalogue.find(target)!], neverCancelled).targets[0]!.kernelCosts;
}

/** Microseconds of the products that project to queries, keys and values: by themselves, and in the model. */
function projection(target: string): { readonly alone: number; readonly inModel: KernelCost } {
  const op = readOpCall("MatMul(bf16[8,4096], bf16[4096,6144])").value!;
  const bindings = { inputs: new Map(), dims: new Map() };
  const [analysis] = analyze(model!, bindings, [catalogue.find(target)!], neverCancelled).targets;
  const at = analysis!.lowered.kernels.findIndex(
    ({ shape }) => shape.kind === "matmul" && shape.n === 6144 && shape.k === 4096,
  );
  return {
    alone: 1e6 * costsOf(op, target)[0]!.seconds.value,
    inModel: analysis!.kernelCosts[at]!,
  };
}

function saved(target: string): number {
  const { alone, inModel } = projection(target);
  return alone - 1e6 * inModel.seconds.value;
}

test("a checkpoint has the scale of its inputs, which the measured operator found each time", () => {
  // `aic_quant` on H200: 7.1 to 7.4 µs to find a scale of few rows, 1.3 to 1.4 µs to divide by it.
  expect(saved("nvidia-h200-sxm/tensorrt-llm/fp8")).toBeGreaterThan(7.5);
  expect(saved("nvidia-h200-sxm/tensorrt-llm/fp8")).toBeLessThan(9.5);
  // vLLM divides in a kernel of its own.
  expect(saved("nvidia-h200-sxm/vllm/fp8")).toBeGreaterThan(6);
  expect(saved("nvidia-h200-sxm/vllm/fp8")).toBeLessThan(8);
});

test("inputs of 16 bits and of blocks with scales of their own take what was measured", () => {
  expect(Math.abs(saved("nvidia-h200-sxm/tensorrt-llm/bf16"))).toBeLessThan(0.5);
  expect(Math.abs(saved("nvidia-h200-sxm/tensorrt-llm/fp8-block"))).toBeLessThan(0.5);
});

test("the interval gets wider by what is not known of the part that is left out, and the reasons say it", () => {
  const { alone, inModel } = projection("nvidia-h200-sxm/tensorrt-llm/fp8");
  const { value, low, high } = inModel.seconds;
  const op = readOpCall("MatMul(bf16[8,4096], bf16[4096,6144])").value!;
  const before = costsOf(op, "nvidia-h200-sxm/tensorrt-llm/fp8")[0]!.seconds;
  expect(before.value).toBeCloseTo(alone * 1e-6, 9);
  expect(high / low).toBeGreaterThan(before.high / before.low);
  expect(low).toBeLessThan(value);
  expect(inModel.reasons.at(-1)).toMatch(/µs less than measured/);
});
