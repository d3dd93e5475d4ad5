import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { deflateRawSync } from "node:zlib";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { readNpy } from "../../../server/core/quant/measured/npy.js";
import { layerWeights } from "../../../server/core/quant/weights.js";
import { runMeasuredTask } from "../../../server/io/quant/measured-task.js";
import type { SampleChoice } from "../../../server/io/quant/open-run.js";
import { readModelFile } from "../../../server/io/read-model.js";
import { scheme } from "../../core/quant/format-kit.js";
import { gaussian } from "../../core/quant/random-numbers.js";
import { withQuantized } from "../../core/quant/ort-truth.js";

const file = path.resolve(
  import.meta.dirname,
  "../../fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx",
);
const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-samples-"));
const sampleLength = 3 * 32 * 32;

function npy(descr: string, shape: readonly number[], bytes: Uint8Array): Uint8Array {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const header = text.padEnd(117) + "\n";
  return Buffer.concat([
    Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, header.length & 255, header.length >> 8]),
    Buffer.from(header, "latin1"),
    bytes,
  ]);
}

/** A zip archive with one compressed entry. */
function npz(name: string, contents: Uint8Array): Uint8Array {
  const packed = deflateRawSync(contents);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(8, 10);
  central.writeUInt32LE(packed.length, 20);
  central.writeUInt32LE(contents.length, 24);
  central.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length + packed.length, 16);
  const text = Buffer.from(name, "latin1");
  return Buffer.concat([local, text, packed, central, text, end]);
}

const samples = gaussian(2 * sampleLength, 5);
const stacked = npy("<f4", [2, 3, 32, 32], new Uint8Array(samples.buffer));

const measured = (choice: SampleChoice, modelPath = file) =>
  runMeasuredTask(
    {
      modelPath,
      bindings: { inputs: new Map(), dims: new Map() },
      schemes: [scheme("int8"), scheme("int4")],
      activationSchemes: [scheme("uint8@tensor")],
      samples: choice,
    },
    neverCancelled,
    () => undefined,
  );

/** Outputs on the two samples, one after the other. */
async function outputs(bytes: Uint8Array): Promise<readonly number[]> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const found: number[] = [];
  for (const index of [0, 1]) {
    const data = samples.slice(index * sampleLength, (index + 1) * sampleLength);
    const made = await session.run({ input_1: new Tensor("float32", data, [1, 3, 32, 32]) });
    for (const name of session.outputNames) found.push(...(made[name]?.data as Float32Array));
  }
  return found;
}

test("what is measured on samples is what the native runtime answers with weights overwritten", async () => {
  const place = path.join(folder, "stacked.npy");
  writeFileSync(place, stacked);
  const answer = await measured({ kind: "files", place });
  if (answer.kind !== "measured") throw new Error(answer.reason);
  expect(answer.source).toContain("2 samples from stacked.npy");
  const model = readModelFile(file).value;
  if (model === undefined) throw new Error("the fixture cannot be read");
  const bytes = new Uint8Array(readFileSync(file));
  const reference = await outputs(bytes);
  const energy = reference.reduce((sum, value) => sum + value * value, 0);
  for (const layer of layerWeights(model.graph).slice(0, 3)) {
    const moved = await outputs(
      withQuantized({ bytes, inputName: "", shape: [] }, [{ layer, scheme: scheme("int4") }]),
    );
    const error = reference.reduce((sum, value, at) => sum + (value - (moved[at] ?? 0)) ** 2, 0);
    const found = answer.byNode.get(layer.nodeId);
    expect(found?.weights[1]).toBeGreaterThan(found?.weights[0] ?? NaN);
    expect((found?.weights[1] ?? NaN) / (error / energy)).toBeCloseTo(1, 2);
    expect(found?.activations[0]).toBeGreaterThan(0);
  }
}, 120_000);

test("archives and bare elements hold the same samples", async () => {
  const zipped = path.join(folder, "one.npz");
  writeFileSync(zipped, npz("anything.npy", stacked));
  const bare = path.join(folder, "one.bin");
  writeFileSync(bare, new Uint8Array(samples.buffer));
  const first = await measured({ kind: "files", place: zipped });
  const second = await measured({ kind: "files", place: bare });
  if (first.kind !== "measured" || second.kind !== "measured")
    throw new Error(JSON.stringify([first, second]));
  expect([...first.byNode]).toEqual([...second.byNode]);
}, 120_000);

test.each([
  ["short.npy", stacked.subarray(0, 5000), /is shorter than its shape/],
  ["shape.npy", npy("<f4", [7, 7], new Uint8Array(196)), /has the shape \(7, 7\), where/],
  ["text.npy", new Uint8Array(40), /is no .npy file/],
  ["broken.npz", npz("a.npy", stacked).subarray(0, 900), /is no .npz file/],
  ["odd.bin", new Uint8Array(11), /11 bytes, which is no whole number of samples/],
  ["absent.npy", undefined, /is no file of samples/],
])("samples that cannot be read are told: %s", async (name, contents, sentence) => {
  const place = path.join(folder, name);
  if (contents !== undefined) writeFileSync(place, contents);
  const answer = await measured({ kind: "files", place });
  expect(answer.kind === "impossible" ? answer.reason : "").toMatch(sentence);
});

test("a model with an operator that ONNX has not is not run, and the operator is named", async () => {
  const tflite = path.resolve(file, "../../tflite/tflm_micro_speech_lstm.tflite");
  const answer = await measured({ kind: "generated", count: 1 }, tflite);
  expect(answer.kind === "impossible" ? answer.reason : "").toMatch(/UNIDIRECTIONAL_SEQUENCE_LSTM/);
});

test("any truncation of an array ends in a sentence", () => {
  for (let length = 0; length < 200; length++)
    expect(readNpy(stacked.subarray(0, length))).toEqual(expect.any(String));
});
