import path from "node:path";
import { expect, test } from "vitest";
import { inferModel } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import {
  addedByRounding,
  excessOfRounding,
} from "../../../server/core/quant/sensitivity/rounding-noise.js";
import { quantify } from "../../../server/io/quant/quantify.js";
import { readModelFile } from "../../../server/io/read-model.js";
import { scheme } from "./format-kit.js";
import { gaussian, random } from "./random-numbers.js";

test.each([0.01, 0.1, 0.24, 0.26, 0.5, 2])(
  "rounding two numbers that differ by %f steps adds to their difference what is foretold",
  (sigma) => {
    const count = 200_000;
    const next = random(5);
    const moves = gaussian(count, 6);
    let added = 0;
    for (const move of moves) {
      const x = 100 * next();
      const delta = sigma * move;
      added += (Math.round(x + delta) - Math.round(x)) ** 2 - delta ** 2;
    }
    expect(excessOfRounding(sigma) / (added / count)).toBeCloseTo(1, 1);
  },
);

test("a small movement sets off all rounding behind it, none sets off none", () => {
  expect(addedByRounding(0, [1, 1])).toBe(0);
  expect(addedByRounding(100, [1, 1])).toBeCloseTo(2 / 6, 9);
  expect(addedByRounding(1e-6, [1, 1])).toBeGreaterThan(0.02);
});

test("a quantized model in its own format errs nowhere, in another one early layers set off what is behind", async () => {
  const file = path.resolve(
    import.meta.dirname,
    "../../fixtures/onnx/mlperftiny_kws_dscnn_k1.onnx",
  );
  const read = readModelFile(file).value;
  if (read === undefined) throw new Error("the fixture cannot be read");
  const { model } = inferModel(read, { inputs: new Map(), dims: new Map() }, neverCancelled);
  const schemes = ["int8", "uint8", "int8@tensor", "fp8-e4m3"].map((id) => scheme(id));
  const { result } = await quantify({
    model,
    modelPath: file,
    schemes,
    activationSchemes: [scheme("uint8@tensor")],
    cancel: neverCancelled,
  });
  expect(result.layers).toHaveLength(10);
  for (const { schemes: own } of result.layers) {
    expect(own[0]?.sqnrDb).toBe(Infinity);
    expect(own[0]?.sensitivity).toBe(0);
    expect(own[0]?.activationSensitivity).toBe(0);
    expect(own[1]?.sensitivity).toBe(0);
  }
  const floors = result.layers.map(({ schemes: own }) => own[3]?.floor ?? 0);
  expect([...floors].sort((left, right) => right - left)).toEqual(floors);
  // Measured in ONNX Runtime on 8 generated samples (`bench quantization`): 5.5e-3 the first layer, 2.1e-4 the last.
  const risks = result.layers.map(({ schemes: own }) => own[3]?.sensitivity ?? 0);
  expect(risks[0]).toBeGreaterThan(5.5e-3 / 3);
  expect(risks[0]).toBeLessThan(5.5e-3 * 3);
  expect(risks.at(-1)).toBeLessThan(2.1e-4 * 3);
});
