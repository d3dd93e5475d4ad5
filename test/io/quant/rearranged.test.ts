import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, expect, test } from "vitest";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { type LayerWeight, layerWeights } from "../../../server/core/quant/weights.js";
import { runMeasuredTask } from "../../../server/io/quant/measured-task.js";
import { openLayerWeight, openTaskFiles } from "../../../server/io/quant/weight-task.js";
import { readModelFile } from "../../../server/io/read-model.js";
import { scheme } from "../../core/quant/format-kit.js";
import { gaussian } from "../../core/quant/random-numbers.js";
import { cli } from "../../kit/cli.js";
import { encodeModel, node, proto, valueInfo } from "../../kit/onnx-builder.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-rearranged-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Node = ReturnType<typeof node>;
type Tensors = Parameters<typeof encodeModel>[0]["graph"] extends infer G
  ? NonNullable<NonNullable<G> extends { initializer?: infer I } ? I : never>
  : never;

const ints = (name: string, values: readonly number[]) => ({
  name,
  type: proto.AttributeProto.AttributeType.INTS,
  ints: [...values],
});
const int = (name: string, i: number) => ({
  name,
  type: proto.AttributeProto.AttributeType.INT,
  i,
});

function floats(name: string, dims: readonly number[], values: Float32Array) {
  return { name, dataType: 1, dims: [...dims], rawData: new Uint8Array(values.buffer.slice(0)) };
}

function whole(name: string, values: readonly number[]) {
  return {
    name,
    dataType: 7,
    dims: [values.length],
    rawData: new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer),
  };
}

function bytes8(name: string, dims: readonly number[], values: Int8Array) {
  return { name, dataType: 3, dims: [...dims], rawData: new Uint8Array(values.buffer.slice(0)) };
}

/** `values` of `shape` with their extents in another order, as ONNX's Transpose defines it. */
function transpose(values: Float32Array, shape: readonly number[], order: readonly number[]) {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const extents = order.map((from) => shape[from]!);
  return Float32Array.from(values, (_, at) => {
    let rest = at;
    let from = 0;
    for (let axis = extents.length - 1; axis >= 0; axis -= 1) {
      from += (rest % extents[axis]!) * strides[order[axis]!]!;
      rest = Math.floor(rest / extents[axis]!);
    }
    return values[from]!;
  });
}

const conv = gaussian(8 * 3 * 3 * 3, 1);
const depthwise = gaussian(8 * 9, 2);
const dense = gaussian(8 * 32, 3);
const head = gaussian(32 * 10, 4);
const codes = Int8Array.from(gaussian(10 * 16, 5), (x) => Math.max(-127, Math.min(127, 40 * x)));
const scales = Float32Array.from({ length: 16 }, (_, at) => 0.01 + at / 1000);

function save(name: string, nodes: readonly Node[], initializer: Tensors): string {
  const file = path.join(folder, name);
  const graph = {
    name: "net",
    node: [...nodes],
    initializer,
    input: [valueInfo("x", [1, 3, 8, 8])],
    output: [valueInfo("y", [1, 16])],
  };
  writeFileSync(
    file,
    encodeModel({ irVersion: 8, opsetImport: [{ domain: "", version: 13 }], graph }),
  );
  return file;
}

const body = (c: string, d: string, w: string, h: string, q: string): readonly Node[] => [
  node(`c0 = Conv(x, ${c})`, { attribute: [ints("pads", [1, 1, 1, 1])] }),
  node("c1 = Relu(c0)"),
  node(`d0 = Conv(c1, ${d})`, { attribute: [int("group", 8), ints("pads", [1, 1, 1, 1])] }),
  node("d1 = GlobalAveragePool(d0)"),
  node("d2 = Flatten(d1)"),
  node(`m0 = MatMul(d2, ${w})`),
  node("m1 = Relu(m0)"),
  node(`g0 = Gemm(m1, ${h})`),
  node(`y = MatMul(g0, ${q})`),
];

const straight = save(
  "straight.onnx",
  [
    node("q = DequantizeLinear(codes, scales)", { attribute: [int("axis", 1)] }),
    ...body("conv", "depthwise", "dense", "head", "q"),
  ],
  [
    floats("conv", [8, 3, 3, 3], conv),
    floats("depthwise", [8, 1, 3, 3], depthwise),
    floats("dense", [8, 32], dense),
    floats("head", [32, 10], head),
    bytes8("codes", [10, 16], codes),
    floats("scales", [16], scales),
  ],
);

/** As other frameworks keep them: [h, w, in, out], [h, w, channels, multiplier], [out, in]; scales before and after a Transpose. */
const moved = save(
  "moved.onnx",
  [
    node("conv_t = Transpose(conv)", { attribute: [ints("perm", [3, 2, 0, 1])] }),
    node("depthwise_r = Reshape(depthwise, shape)"),
    node("depthwise_t = Transpose(depthwise_r)", { attribute: [ints("perm", [3, 2, 0, 1])] }),
    node("dense_t = Transpose(dense)"),
    node("head_u = Squeeze(head, axes)"),
    node("head_t = Transpose(head_u)", { attribute: [ints("perm", [1, 0])] }),
    node("real = DequantizeLinear(codes, scales)", { attribute: [int("axis", 0)] }),
    node("q = Transpose(real)", { attribute: [ints("perm", [1, 0])] }),
    ...body("conv_t", "depthwise_t", "dense_t", "head_t", "q"),
  ],
  [
    floats("conv", [3, 3, 3, 8], transpose(conv, [8, 3, 3, 3], [2, 3, 1, 0])),
    floats("depthwise", [3, 3, 8, 1], transpose(depthwise, [8, 1, 3, 3], [2, 3, 0, 1])),
    whole("shape", [3, 3, 1, -1]),
    floats("dense", [32, 8], transpose(dense, [8, 32], [1, 0])),
    floats("head", [1, 10, 32], transpose(head, [32, 10], [1, 0])),
    whole("axes", [0]),
    bytes8(
      "codes",
      [16, 10],
      Int8Array.from(transpose(Float32Array.from(codes), [10, 16], [1, 0])),
    ),
    floats("scales", [16], scales),
  ],
);

function layersOf(file: string): readonly LayerWeight[] {
  const { value } = readModelFile(file);
  if (value === undefined) throw new Error(`${file} cannot be read`);
  return layerWeights(value.graph);
}

function numbersOf(file: string, layer: LayerWeight): Float32Array {
  const files = openTaskFiles(file);
  const into = new Float32Array(layer.shape.rows * layer.shape.columns);
  openLayerWeight(files, layer)?.load(0, into.length, into);
  files.close();
  return into;
}

test("the two files say the same: ONNX Runtime answers alike", async () => {
  const input = new Tensor("float32", gaussian(3 * 64, 9), [1, 3, 8, 8]);
  const [a, b] = await Promise.all(
    [straight, moved].map(async (file) => {
      const session = await InferenceSession.create(file, {
        logSeverityLevel: 3,
        graphOptimizationLevel: "disabled",
      });
      return (await session.run({ x: input }))["y"]?.data as Float32Array;
    }),
  );
  for (const [index, value] of a!.entries()) expect(b![index]).toBeCloseTo(value, 3);
});

test("weights behind Transpose, Reshape and Squeeze are the layer's own", () => {
  const [plain, other] = [layersOf(straight), layersOf(moved)];
  expect(other).toHaveLength(plain.length);
  expect(plain).toHaveLength(5);
  for (const [index, layer] of plain.entries()) {
    const own = other[index]!;
    expect(own.shape).toEqual(layer.shape);
    expect(own.weight.shape).toEqual(layer.weight.shape);
    expect(own.name).toBe(layer.name);
    expect(numbersOf(moved, own)).toEqual(numbersOf(straight, layer));
  }
});

test.each([
  ["quantization", ["analyze", "--quantization"]],
  ["plan", ["quantize", "--format", "int8", "--format", "int4-g32", "--limit", "size=1kB"]],
  [
    "check",
    ["quantize", "--format", "int8", "--format", "int4", "--check", "--samples", "generated:3"],
  ],
])(
  "what is said of one file is said of the other: %s",
  async (_, [command = "", ...words]) => {
    const answers = await Promise.all(
      [straight, moved].map(async (file) => {
        const { out, err } = await cli([
          ...[command, file, "--target", "raspberry-pi-5/onnxruntime/fp32", "--json"],
          ...words,
        ]);
        expect(err).not.toMatch(/could not|cannot/);
        const { quantization, plan, check } = JSON.parse(out) as Record<string, unknown>;
        return JSON.stringify({ quantization, plan, check }, rounded).replaceAll(file, "FILE");
      }),
    );
    expect(answers[0]).toMatch(/Conv|conv/);
    expect(answers[1]).toBe(answers[0]);
  },
  120_000,
);

/** Nodes have other numbers in the two files; digits beyond float32's differ by the order of sums. */
function rounded(key: string, value: unknown): unknown {
  if (/(^|[a-z])(id|node|nodes|ids|line|bytes|durationSeconds)$/i.test(key)) return undefined;
  return typeof value === "number" ? Number(value.toPrecision(3)) : value;
}

test("on samples both move their outputs alike", async () => {
  const file = path.join(folder, "samples.bin");
  writeFileSync(file, new Uint8Array(gaussian(2 * 3 * 64, 6).buffer));
  const [a, b] = await Promise.all(
    [straight, moved].map(async (modelPath) => {
      const answer = await runMeasuredTask(
        {
          modelPath,
          bindings: { inputs: new Map(), dims: new Map() },
          schemes: [scheme("int8"), scheme("int4")],
          activationSchemes: [scheme("uint8@tensor")],
          samples: { kind: "files", place: file },
        },
        neverCancelled,
        () => undefined,
      );
      if (answer.kind !== "measured") throw new Error(answer.reason);
      return [...answer.byNode.values()];
    }),
  );
  expect(a).toHaveLength(5);
  expect(b).toHaveLength(5);
  for (const [index, effect] of a!.entries()) {
    const own = b![index]!;
    for (const [at, risk] of effect.weights.entries()) expectAlike(own.weights[at], risk);
    for (const [at, risk] of effect.activations.entries()) expectAlike(own.activations[at], risk);
  }
}, 120_000);

/** Sums of another order, in float32. */
function expectAlike(value: number | undefined, other: number): void {
  expect(value).toBeGreaterThan(other * 0.98 - 1e-12);
  expect(value).toBeLessThan(other * 1.02 + 1e-12);
}

test("a scale for each of what a reshape takes apart is not guessed at", () => {
  const file = save(
    "apart.onnx",
    [
      node("real = DequantizeLinear(codes, scales)", { attribute: [int("axis", 1)] }),
      node("q = Reshape(real, shape)"),
      node("y = MatMul(x, q)"),
    ],
    [bytes8("codes", [10, 16], codes), floats("scales", [16], scales), whole("shape", [40, 4])],
  );
  expect(layersOf(file)).toEqual([]);
});
