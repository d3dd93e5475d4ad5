import { readFileSync } from "node:fs";
import path from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { inferModel } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { type Exported, exportOnnx } from "../../../server/core/onnx-export/export-model.js";
import { runMeasuredTask } from "../../../server/io/quant/measured-task.js";
import { openTaskFiles, readerOf } from "../../../server/io/quant/weight-task.js";
import { readModelFile } from "../../../server/io/read-model.js";
import { scheme } from "../../core/quant/format-kit.js";
import { gaussian } from "../../core/quant/random-numbers.js";

const fixtures = path.resolve(import.meta.dirname, "../../fixtures");
const none = { inputs: new Map(), dims: new Map() };

function exported(file: string, format: string): Exported | string {
  const modelPath = path.join(fixtures, file);
  const model = readModelFile(modelPath, neverCancelled).value!;
  const { inferred } = inferModel(model, none, neverCancelled);
  const files = openTaskFiles(modelPath);
  try {
    return exportOnnx(inferred, format, ({ weight }) => weight && readerOf(files)(weight));
  } finally {
    files.close();
  }
}

async function run(bytes: Uint8Array, given: Tensor): Promise<Float32Array> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const made = await session.run({ [session.inputNames[0]!]: given });
  return made[session.outputNames[0]!]!.data as Float32Array;
}

function whole(answer: Exported | string): Exported {
  if (typeof answer === "string") throw new Error(answer);
  return answer;
}

/** Signal to noise, dB. */
function likeness(left: Float32Array, right: Float32Array): number {
  const energy = left.reduce((sum, value) => sum + value * value, 0);
  const error = left.reduce((sum, value, at) => sum + (value - right[at]!) ** 2, 0);
  return 10 * Math.log10(energy / error);
}

test.each([
  ["onnx/mlperftiny_ic_resnet8_f32.onnx", [1, 3, 32, 32]],
  ["onnx/mlperftiny_vww_mobilenetv1_f32.onnx", [1, 3, 96, 96]],
])("%s written anew answers what the file does", async (file, shape) => {
  const x = gaussian(
    shape.reduce((product, extent) => product * extent),
    3,
  );
  const given = new Tensor("float32", x, shape);
  const own = await run(readFileSync(path.join(fixtures, file)), given);
  const again = await run(whole(exported(file, "torch")).bytes, given);
  expect(likeness(own, again)).toBeGreaterThan(90);
});

test("a quantized TensorFlow Lite model in real numbers is near the float model that it was made of", async () => {
  const pixels = Int8Array.from({ length: 3072 }, (_, at) => ((at * 37) % 251) - 125);
  const made = await run(
    whole(exported("tflite/mlperftiny_ic_resnet8_int8.tflite", "tflite")).bytes,
    new Tensor("int8", pixels, [1, 32, 32, 3]),
  );
  // The float model takes the real pixels, channels first.
  const real = Float32Array.from(
    { length: 3072 },
    (_, at) => pixels[(at % 1024) * 3 + Math.floor(at / 1024)]! + 128,
  );
  const own = await run(
    readFileSync(path.join(fixtures, "onnx/mlperftiny_ic_resnet8_f32.onnx")),
    new Tensor("float32", real, [1, 3, 32, 32]),
  );
  expect(likeness(own, made)).toBeGreaterThan(20);
});

test("a TensorFlow Lite model is run on samples, and the finer format moves it less", async () => {
  const answer = await runMeasuredTask(
    {
      modelPath: path.join(fixtures, "tflite/mlperftiny_ic_resnet8_int8.tflite"),
      bindings: none,
      schemes: [scheme("int8@tensor"), scheme("int4")],
      activationSchemes: [scheme("uint8@tensor"), scheme("fp8-e4m3@tensor")],
      samples: { kind: "generated", count: 1 },
    },
    neverCancelled,
    () => undefined,
  );
  if (answer.kind !== "measured") throw new Error(answer.reason);
  expect(answer.source).toContain("1 generated sample");
  expect(answer.byNode.size).toBe(10);
  for (const { weights, activations } of answer.byNode.values()) {
    expect(weights[1]).toBeGreaterThan(weights[0]!);
    // What is rounded to 8 bits anyway.
    expect(activations[0]).toBe(0);
    expect(activations[1]).toBeGreaterThan(0);
  }
}, 120_000);

test("what has no counterpart is named with its place", () => {
  expect(exported("tflite/tflm_micro_speech_lstm.tflite", "tflite")).toMatch(
    /^`UNIDIRECTIONAL_SEQUENCE_LSTM`.* cannot be exported to ONNX: it has no counterpart in ONNX\.$/,
  );
});

test("of a model that cannot be exported the operator is named", async () => {
  const answer = await runMeasuredTask(
    {
      modelPath: path.join(fixtures, "tflite/tflm_keyword_scrambled_int8.tflite"),
      bindings: none,
      schemes: [scheme("int4")],
      activationSchemes: [],
      samples: { kind: "generated", count: 1 },
    },
    neverCancelled,
    () => undefined,
  );
  expect(answer).toMatchObject({
    kind: "impossible",
    reason: expect.stringContaining("`SVDF`") as string,
  });
});
