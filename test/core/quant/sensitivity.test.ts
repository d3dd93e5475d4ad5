import path from "node:path";
import { expect, test } from "vitest";
import { inferModel } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { layerWeights } from "../../../server/core/quant/weights.js";
import { quantify } from "../../../server/io/quant/quantify.js";
import { readModelFile } from "../../../server/io/read-model.js";
import { scheme } from "./format-kit.js";
import { relativeError, run, spearman, truthModel, withQuantized } from "./ort-truth.js";

const folder = path.resolve(import.meta.dirname, "../../fixtures/onnx");
const file = path.join(folder, "mlperftiny_vww_mobilenetv1_f32.onnx");

test("sensitivity without data ranks layers as ONNX Runtime measures them, and better than weight error", async () => {
  const read = readModelFile(file).value;
  if (read === undefined) throw new Error("the fixture cannot be read");
  const { model } = inferModel(read, { inputs: new Map(), dims: new Map() }, neverCancelled);
  const layers = layerWeights(model.graph);
  const schemes = ["int8", "int4", "fp8-e4m3"].map((id) => scheme(id));
  const { result } = await quantify({
    model,
    modelPath: file,
    schemes,
    activationSchemes: [],
    cancel: neverCancelled,
  });
  const truth = truthModel(file, "input_1", [1, 3, 96, 96]);
  const sampleCount = 16;
  const reference = await run(truth, truth.bytes, sampleCount);
  for (const [index, one] of schemes.entries()) {
    const measured: number[] = [];
    for (const layer of layers)
      measured.push(
        relativeError(
          reference,
          await run(truth, withQuantized(truth, [{ layer, scheme: one }]), sampleCount),
        ),
      );
    const own = result.layers.map(({ schemes: found }) => found[index]?.sensitivity ?? NaN);
    const baseline = result.layers.map(({ schemes: found }) => -(found[index]?.sqnrDb ?? NaN));
    expect(own).toHaveLength(28);
    expect([one.id, spearman(own, measured)]).toEqual([
      one.id,
      expect.toSatisfy((r: number) => r >= 0.75),
    ]);
    expect(spearman(own, measured)).toBeGreaterThan(spearman(baseline, measured));
  }
}, 120_000);
