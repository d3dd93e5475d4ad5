import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { inferModel } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { readJsonStatistics } from "../../../server/core/quant/imports/read-json.js";
import { findNamed } from "../../../server/core/quant/imports/imported.js";
import { importedPlan } from "../../../server/core/quant/imports/with-imported.js";
import { quantizeRows } from "../../../server/core/quant/measure/quantize-rows.js";
import { readStatistics } from "../../../server/io/quant/import-files.js";
import { quantify } from "../../../server/io/quant/quantify.js";
import { quantifyTensors } from "../../../server/io/quant/quantify-tensors.js";
import { readModelFile } from "../../../server/io/read-model.js";
import { scheme } from "../../core/quant/format-kit.js";
import { gaussian } from "../../core/quant/random-numbers.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-imports-"));
const place = (name: string, contents: string | Uint8Array): string => {
  const file = path.join(folder, name);
  writeFileSync(file, contents);
  return file;
};

const formatsOf = (value: unknown, name = "x.json"): Record<string, string> | string => {
  const found = readJsonStatistics(JSON.stringify(value), name);
  return typeof found === "string" ? found : Object.fromEntries(found.formats);
};

test("encodings of AIMET say each weight's format, in both their versions", () => {
  const entry = { bitwidth: 8, dtype: "int", is_symmetric: "True", max: 1, min: -1, scale: 0.01 };
  expect(
    formatsOf({
      version: "0.6.1",
      activation_encodings: {},
      param_encodings: {
        "conv1.weight": [entry, entry],
        "fc.weight": [{ ...entry, bitwidth: 4, is_symmetric: "False" }],
        "norm.weight": [{ bitwidth: 16, dtype: "float" }],
      },
    }),
  ).toEqual({ "conv1.weight": "int8", "fc.weight": "uint4@tensor", "norm.weight": "fp16" });
  expect(
    formatsOf({
      version: "1.0.0",
      param_encodings: [{ name: "conv1.weight", bw: 4, dtype: "INT", is_sym: true, scale: [1, 2] }],
    }),
  ).toEqual({ "conv1.weight": "int4" });
});

test("AIMET's blocks, its third version, and what it leaves out", () => {
  const entry = { enc_type: "PER_BLOCK", dtype: "INT", bw: 4, is_sym: true, scale: [1, 1, 1, 1] };
  expect(
    formatsOf({
      version: "1.0.0",
      activation_encodings: [],
      param_encodings: [
        { ...entry, name: "a", block_size: 64, offset: [-8, -8, -8, -8] },
        { ...entry, name: "b", enc_type: "LPBQ", bw: 8, compressed_bw: 4, block_size: 32 },
        { ...entry, name: "c", enc_type: "PER_TENSOR", bw: 8, scale: [0.1], is_sym: false },
        { name: "d", enc_type: "PER_TENSOR", dtype: "FLOAT", bw: 16 },
      ],
      excluded_layers: ["head"],
    }),
  ).toEqual({ a: "int4@g64", b: "int4@g32", c: "uint8@tensor", d: "fp16", head: "" });
  expect(
    formatsOf({
      version: "2.0.0",
      encodings: [
        { name: "a", output_dtype: "int4", y_scale: [[1, 2]], axis: 1, block_size: 64 },
        { name: "b", output_dtype: "int8", y_scale: [1, 2], axis: 0 },
        { name: "x", output_dtype: "uint8", y_scale: 0.1, y_zero_point: 12 },
      ],
    }),
  ).toEqual({ a: "int4@g64", b: "int8", x: "uint8@tensor" });
});

test("a config.json of ModelOpt says formats too, and names with stars stand for many", () => {
  const found = readJsonStatistics(
    JSON.stringify({
      model_type: "llama",
      quantization_config: {
        config_groups: { group_0: { weights: { num_bits: 4, type: "float", group_size: 16 } } },
        ...{ quant_algo: "NVFP4", quant_method: "modelopt", producer: { name: "modelopt" } },
        ignore: ["lm_head", "model.layers.*.self_attn*"],
      },
    }),
    "config.json",
  );
  if (typeof found === "string") throw new Error(found);
  expect(findNamed(found.formats, ["model.layers.3.self_attn.q_proj.weight"])).toBe("");
  expect(findNamed(found.formats, ["model.layers.3.mlp.up_proj.weight"])).toBe("nvfp4");
});

test("ModelOpt's configuration and states say formats, and what is left out", () => {
  expect(
    formatsOf({
      producer: { name: "modelopt" },
      quantization: {
        quant_algo: "W4A16_AWQ",
        group_size: 64,
        exclude_modules: ["lm_head"],
        quantized_layers: { "layers.0.mlp": { quant_algo: "FP8" } },
      },
    }),
  ).toEqual({ lm_head: "", "layers.0.mlp": "fp8-e4m3@tensor", "*": "int4@g64" });
  expect(
    formatsOf({
      modelopt_state_dict: [
        [
          "quantize",
          {
            metadata: {
              quantizer_state: {
                "conv1.weight_quantizer": { _num_bits: 8, _axis: 0 },
                "conv1.input_quantizer": { _num_bits: 8 },
                "fc.weight_quantizer": { _disabled: true },
                "up.weight_quantizer": { _num_bits: [2, 1], _block_sizes: { "-1": 16 } },
              },
            },
          },
        ],
      ],
    }),
  ).toEqual({
    "conv1.weight_quantizer": "int8",
    "fc.weight_quantizer": "",
    "up.weight_quantizer": "nvfp4",
  });
});

test("what ModelOpt saves beside the weights is read as data, and code in it is refused", () => {
  const made = path.join(folder, "modelopt.pth");
  const evil = path.join(folder, "evil.pth");
  execFileSync("/usr/bin/python3", [
    "-c",
    `
import sys, torch
quantizers = {
    "conv1.weight_quantizer": {"_num_bits": 8, "_axis": 0, "_amax": torch.ones(4)},
    "conv1.input_quantizer": {"_num_bits": 8, "_axis": None},
    "up.weight_quantizer": {"_num_bits": (2, 1), "_block_sizes": {-1: 16, "scale_bits": (4, 3)}},
    "fc.weight_quantizer": {"_disabled": True, "_dtype": torch.bfloat16},
}
mode = {"config": {"algorithm": "max"}, "metadata": {"quantizer_state": quantizers}}
state = {"modelopt_state_dict": [("quantize", mode)], "modelopt_version": "0.29.0"}
torch.save({"modelopt_state": state, "model_state_dict": {"fc.weight": torch.ones(2, 2)}}, sys.argv[1])
class Evil:
    def __reduce__(self):
        return (print, ("executed",))
torch.save({"modelopt_state": Evil()}, sys.argv[2])
`,
    made,
    evil,
  ]);
  const found = readStatistics(made);
  if (typeof found === "string") throw new Error(found);
  expect(found.tool).toBe("ModelOpt");
  expect(Object.fromEntries(found.formats)).toEqual({
    "conv1.weight_quantizer": "int8",
    "up.weight_quantizer": "nvfp4",
    "fc.weight_quantizer": "",
  });
  expect(readStatistics(evil)).toMatch(/refused.*Nothing of it was executed/);
}, 60_000);

test.each([
  ["{", /is no JSON/],
  ["[]", /is in no form that is known/],
  ['{"a": "b"}', /is in no form that is known/],
  ['{"param_encodings": 7}', undefined],
  ['{"modelopt_state_dict": [[0, null], 5]}', /is in no form that is known/],
])("JSON that is something else is told: %s", (text, sentence) => {
  const found = readJsonStatistics(text, "x.json");
  if (sentence === undefined) expect(found).toMatchObject({ formats: new Map() });
  else expect(found).toMatch(sentence);
});

const model = path.resolve(
  import.meta.dirname,
  "../../fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx",
);

test("errors of ONNX Runtime's debugger become sensitivities, and grow with the weights' error", async () => {
  const read = readModelFile(model).value;
  if (read === undefined) throw new Error("the fixture cannot be read");
  const inferred = inferModel(read, { inputs: new Map(), dims: new Map() }, neverCancelled);
  const [first] = inferred.model.graph.nodes;
  const name = inferred.model.graph.values[first?.outputs[0] ?? -1]?.name ?? "";
  const file = place("errors.json", JSON.stringify({ [name]: { qdq_err: 30, xmodel_err: 20 } }));
  const imported = readStatistics(file);
  if (typeof imported === "string") throw new Error(imported);
  const schemes = [scheme("int8"), scheme("int4")];
  const { result } = await quantify({
    model: inferred.model,
    modelPath: model,
    schemes,
    activationSchemes: [],
    cancel: neverCancelled,
    imported,
  });
  const [own, other] = result.layers;
  expect(own?.schemes[0]?.sensitivity).toBeCloseTo(1e-3, 9);
  const [int8, int4] = own?.schemes ?? [];
  expect((int4?.sensitivity ?? 0) / (int8?.sensitivity ?? 1)).toBeCloseTo(
    (int4?.meanSquareError ?? 0) / (int8?.meanSquareError ?? 1),
    6,
  );
  expect(other?.schemes[0]?.sensitivity).toBeUndefined();
  expect(result.sensitivitySource).toMatch(/^errors of ONNX Runtime for 1 of 10 layers in INT8/);
  const plan = importedPlan(inferred.model.graph, result.layers, {
    ...imported,
    formats: new Map([["*", "int8"]]),
  });
  expect(plan.size).toBe(10);
}, 60_000);

const rows = 6;
const columns = 32;
const weight = gaussian(rows * columns, 11);
const squares = Float32Array.from({ length: columns }, (_, column) => 1 + (column % 5) ** 2);

function safetensors(): Uint8Array {
  const header = JSON.stringify({
    "blk.0.attn_q.weight": {
      dtype: "F32",
      shape: [rows, columns],
      data_offsets: [0, rows * columns * 4],
    },
  }).padEnd(128);
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([head, Buffer.from(header), new Uint8Array(weight.buffer)]);
}

function imatrix(calls: number): Uint8Array {
  const name = "blk.0.attn_q.weight";
  const words = (...values: number[]) => Buffer.from(Int32Array.from(values).buffer);
  const values = squares.map((value) => value * calls);
  return Buffer.concat([
    words(1, name.length),
    Buffer.from(name),
    words(calls, columns),
    new Uint8Array(values.buffer),
    words(7),
  ]);
}

/** A GGUF file with one float32 tensor for each entry. */
function gguf(tensors: Readonly<Record<string, Float32Array>>): Uint8Array {
  const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
  const u64 = (value: number) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
  let offset = 0;
  const infos = Object.entries(tensors).map(([name, values]) => {
    const info = [
      u64(name.length),
      Buffer.from(name),
      u32(1),
      u64(values.length),
      u32(0),
      u64(offset),
    ];
    offset += Math.ceil((values.length * 4) / 32) * 32;
    return Buffer.concat(info);
  });
  const head = Buffer.concat([u32(0x46554747), u32(3), u64(infos.length), u64(0), ...infos]);
  const data = Object.values(tensors).map((values) => {
    const bytes = Buffer.alloc(Math.ceil((values.length * 4) / 32) * 32);
    bytes.set(new Uint8Array(values.buffer));
    return bytes;
  });
  return Buffer.concat([head, Buffer.alloc((32 - (head.length % 32)) % 32), ...data]);
}

test.each([
  ["x.dat", imatrix(3)],
  [
    "x.gguf",
    gguf({
      "blk.0.attn_q.weight.in_sum2": squares.map((value) => 4 * value),
      "blk.0.attn_q.weight.counts": Float32Array.of(4),
    }),
  ],
])("an importance matrix weights the errors of a weight's columns: %s", async (name, contents) => {
  const imported = readStatistics(place(name, contents));
  if (typeof imported === "string") throw new Error(imported);
  const schemes = [scheme("int4"), scheme("nf4"), scheme("int4+mse")];
  const { result } = await quantifyTensors({
    file: place("weights.safetensors", safetensors()),
    schemes,
    cancel: neverCancelled,
    imported,
  });
  const quantized = quantizeRows(scheme("int4"), weight, columns);
  const sum = (value: (index: number) => number): number =>
    weight.reduce(
      (total, _, index) => total + (squares[index % columns] ?? 0) * value(index) ** 2,
      0,
    );
  const expected =
    sum((index) => (weight[index] ?? 0) - (quantized[index] ?? 0)) /
    sum((index) => weight[index] ?? 0);
  expect(result.layers[0]?.schemes[0]?.sensitivity).toBeCloseTo(expected, 6);
  expect(result.layers[0]?.schemes[2]?.sensitivity).toBeGreaterThan(0);
  expect(result.sensitivitySource).toContain("llama.cpp's mean squares of activations for 1 of 1");
});

test("an importance matrix that is cut off says where, and one of experts counts the unused alike", () => {
  const whole = imatrix(3);
  expect(readStatistics(place("cut.dat", whole.subarray(0, 60)))).toMatch(
    /cut off: entry 1 of 1 at byte 4 does not fit into its 60 bytes\.$/,
  );
  const lonely = gguf({ "blk.0.ffn_up_exps.weight.in_sum2": Float32Array.of(1, 2) });
  expect(readStatistics(place("lonely.gguf", lonely))).toMatch(
    /has no `blk.0.ffn_up_exps.weight.counts` beside it/,
  );
  const experts = readStatistics(
    place(
      "experts.gguf",
      gguf({
        "blk.0.ffn_up_exps.weight.in_sum2": Float32Array.of(8, 4, 0, 0),
        "blk.0.ffn_up_exps.weight.counts": Float32Array.of(4, 0),
      }),
    ),
  );
  if (typeof experts === "string") throw new Error(experts);
  expect([...(experts.importance.get("blk.0.ffn_up_exps.weight") ?? [])]).toEqual([2, 1, 1, 1]);
});

test("decibels of weights below zero are read, errors below zero are none", () => {
  const decibels = readJsonStatistics('{"a": -3.5, "b": 40}', "weight_sqnr.json");
  if (typeof decibels === "string") throw new Error(decibels);
  expect(decibels.errors.get("a")).toBeCloseTo(10 ** 0.35, 9);
  expect(readJsonStatistics('{"a": -1}', "per_layer_mse_loss.json")).toMatch(/in no form/);
});

test("any truncation of an importance matrix ends in a sentence", () => {
  const whole = imatrix(3);
  for (let length = 0; length < whole.length - 4; length += 3)
    expect(readStatistics(place("cut.dat", whole.subarray(0, length)))).toEqual(expect.any(String));
});
