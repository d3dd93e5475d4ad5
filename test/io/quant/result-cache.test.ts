import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import type { QuantizationResult } from "../../../server/core/quant/result.js";
import { resultsOn } from "../../../server/io/quant/cached-results.js";
import { quantify } from "../../../server/io/quant/quantify.js";
import { clearResults, hashOf, openShelf } from "../../../server/io/quant/result-cache.js";
import { readModelFile } from "../../../server/io/read-model.js";
import { scheme } from "../../core/quant/format-kit.js";

const fixture = path.resolve(
  import.meta.dirname,
  "../../fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx",
);

/** A copy of the model, and a folder for its cache. */
function workplace() {
  const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-results-"));
  const modelPath = path.join(folder, "model.onnx");
  copyFileSync(fixture, modelPath);
  // A time that can be set again to the nanosecond.
  utimesSync(modelPath, 1e9, 1e9);
  const model = readModelFile(modelPath, neverCancelled).value!;
  const cache = path.join(folder, "cache");
  const ask = async (build = "1"): Promise<QuantizationResult> => {
    const { result } = await quantify({
      model,
      modelPath,
      schemes: [scheme("int8"), scheme("mxfp4")],
      activationSchemes: [scheme("uint8@tensor")],
      cancel: neverCancelled,
      results: resultsOn(openShelf(modelPath, cache), modelPath, build),
    });
    return result;
  };
  const file = () => path.join(cache, readdirSync(cache)[0]!);
  return { modelPath, cache, ask, file };
}

/** Other bytes of the same length, with the time of the old ones: nobody who does not read them can tell. */
function overwrite(file: string): void {
  writeFileSync(file, new Uint8Array(statSync(file).size).fill(60));
  utimesSync(file, 1e9, 1e9);
}

test("weights of a file that is as it was are not read again", async () => {
  const { modelPath, ask } = workplace();
  const first = await ask();
  expect(first.sensitivitySource).toMatch(/^first-order/);
  overwrite(modelPath);
  expect(await ask()).toEqual(first);
  // Of another build, or written since, they are.
  expect(await ask("2")).not.toEqual(first);
  utimesSync(modelPath, new Date(), new Date());
  expect(await ask()).not.toEqual(first);
});

test.each([
  ["cut off", (file: string) => truncateSync(file, statSync(file).size - 400)],
  ["no text", (file: string) => writeFileSync(file, new Uint8Array(5000).fill(255))],
  [
    "of wrong values",
    (file: string) =>
      writeFileSync(file, readFileSync(file, "utf8").replaceAll('"energy":', '"energie":')),
  ],
])("a cache that is %s counts for nothing", async (_, spoil) => {
  const { ask, file } = workplace();
  const first = await ask();
  spoil(file());
  expect(await ask()).toEqual(first);
});

test("numbers that JSON has not survive", () => {
  const { modelPath, cache } = workplace();
  const question = resultsOn(openShelf(modelPath, cache), modelPath, "1");
  const measured = {
    source: "measured",
    schemeIds: ["int8"],
    activationSchemeIds: [],
    layers: [[3, { weights: [NaN], activations: [Infinity] }]] as const,
  };
  question.keepMeasured("[]", measured);
  const again = resultsOn(openShelf(modelPath, cache), modelPath, "1");
  expect(again.measured("[]")).toEqual(measured);
  expect(again.measured("[8]")).toBeUndefined();
});

test("the cache stays within its bounds, the last used is kept, and it can be cleared", () => {
  const { cache } = workplace();
  const limits = { fileBytes: 1000, allBytes: 3000 };
  const value = "x".repeat(300);
  for (const [index, model] of ["a", "b", "c", "d", "e"].entries()) {
    const shelf = openShelf(`/${model}`, cache, limits);
    for (let key = 0; key < 10; key++) shelf.put(hashOf(`${key}`), value);
    const file = path.join(cache, `${hashOf(path.resolve(`/${model}`)).slice(0, 32)}.jsonl`);
    utimesSync(file, new Date(1e12 + index * 1e6), new Date(1e12 + index * 1e6));
  }
  const files = readdirSync(cache).map((name) => statSync(path.join(cache, name)).size);
  expect(files.every((size) => size <= 1000)).toBe(true);
  expect(files.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(3000);
  expect(openShelf("/e", cache, limits).get(hashOf("9"))).toBe(value);
  expect(openShelf("/a", cache, limits).get(hashOf("9"))).toBeUndefined();
  expect(clearResults(cache)).toBeGreaterThan(0);
  expect(readdirSync(cache)).toEqual([]);
});
