import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import type { onnx } from "onnx-proto";
import { inferModel } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { Propagation } from "../../../server/core/quant/sensitivity/propagate.js";
import type { Scheme } from "../../../server/core/quant/formats/scheme.js";
import { layerWeights } from "../../../server/core/quant/weights.js";
import { compileKernels } from "../../../server/engines/quant/compile-kernels.js";
import { gridsOf } from "../../../server/io/quant/grids-of.js";
import { quantify } from "../../../server/io/quant/quantify.js";
import { openTaskFiles, readerOf } from "../../../server/io/quant/weight-task.js";
import { readModelFile } from "../../../server/io/read-model.js";
import {
  bytesField,
  concat,
  intField,
  modelAround,
  proto,
  valueInfo,
} from "../../kit/onnx-builder.js";
import { quantizedWeight as roundedWeight } from "../../../server/core/quant/measured/quantized-weight.js";
import { scheme } from "./format-kit.js";
import { gaussian } from "./random-numbers.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-operators-"));
const microsoft = bytesField(8, concat(bytesField(1, "com.microsoft"), intField(2, 1)));

interface Case {
  readonly op: string;
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, number | string>>;
  /** By input; those that are no weights are inputs of the model. "" leaves one out. */
  readonly inputs: readonly (readonly [name: string, shape: readonly number[]] | "")[];
  readonly weights: readonly string[];
  readonly outputs: number;
}

const types = proto.AttributeProto.AttributeType;

function attribute(name: string, value: number | string): onnx.IAttributeProto {
  return typeof value === "number"
    ? { name, type: types.INT, i: value }
    : { name, type: types.STRING, s: Buffer.from(value) };
}

/** The model's file, and what reaches it. */
function build(
  one: Case,
  isBehindProduct = false,
): { readonly file: string; readonly bytes: Uint8Array; readonly x: ReadonlyMap<string, Tensor> } {
  const x = new Map<string, Tensor>();
  const initializers: onnx.ITensorProto[] = [];
  const inputs: onnx.IValueInfoProto[] = [];
  for (const [index, input] of one.inputs.entries()) {
    if (input === "") continue;
    const [plain, shape] = input;
    const name = isBehindProduct && plain === "x" ? "x0" : plain;
    const count = shape.reduce((product, extent) => product * extent, 1);
    const data = gaussian(count, index + 1).map((value) => value * 0.4);
    if (one.weights.includes(name))
      initializers.push({
        name,
        dims: [...shape],
        dataType: 1,
        rawData: new Uint8Array(data.buffer),
      });
    else {
      inputs.push(valueInfo(name, shape));
      x.set(name, new Tensor("float32", data, [...shape]));
    }
  }
  const width = one.inputs[0] === "" ? 1 : (one.inputs[0]?.[1].at(-1) ?? 1);
  if (isBehindProduct)
    initializers.push({
      name: "w0",
      dims: [width, width],
      dataType: 1,
      rawData: new Uint8Array(gaussian(width * width, 99).buffer),
    });
  const graph = proto.GraphProto.encode({
    name: "one",
    node: [
      ...(isBehindProduct
        ? [{ name: "product", opType: "MatMul", input: ["x0", "w0"], output: ["x"] }]
        : []),
      {
        name: "layer",
        opType: one.op,
        domain: one.domain ?? "",
        input: one.inputs.map((input) => (input === "" ? "" : input[0])),
        output: Array.from({ length: one.outputs }, (_, index) => `y${index}`),
        attribute: Object.entries(one.attributes ?? {}).map(([name, value]) =>
          attribute(name, value),
        ),
      },
    ],
    initializer: initializers,
    input: inputs,
    output: Array.from({ length: one.outputs }, (_, index) => ({
      name: `y${index}`,
      type: { tensorType: { elemType: 1 } },
    })),
  }).finish();
  const bytes = modelAround(Uint8Array.from(graph), microsoft);
  const file = path.join(
    folder,
    `${isBehindProduct ? "behind-" : ""}${one.op}${JSON.stringify(one.attributes ?? {}).length}.onnx`,
  );
  writeFileSync(file, bytes);
  return { file, bytes, x };
}

async function runtime(
  bytes: Uint8Array,
  x: ReadonlyMap<string, Tensor>,
): Promise<readonly Float32Array[]> {
  const session = await InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const made = await session.run(Object.fromEntries(x));
  return session.outputNames.map((name) => made[name]?.data as Float32Array);
}

/** Outputs, and what each scheme's error adds to their sum. */
function propagated(file: string, x: ReadonlyMap<string, Tensor>, schemes: readonly Scheme[]) {
  const read = readModelFile(file).value!;
  const { model } = inferModel(read, { inputs: new Map(), dims: new Map() }, neverCancelled);
  const files = openTaskFiles(file);
  const inputs = new Map(
    model.graph.inputs.flatMap((id) => {
      const own = x.get(model.graph.values[id]?.name ?? "");
      return own === undefined
        ? []
        : [[id, { shape: own.dims, data: own.data as Float32Array }] as const];
    }),
  );
  const propagation = new Propagation({
    graph: model.graph,
    kernels: compileKernels(gridsOf(schemes)),
    weights: { elements: readerOf(files) },
    layers: layerWeights(model.graph),
    schemes,
    activationSchemes: [],
    inputs,
    batch: 1,
    cancel: neverCancelled,
  });
  const outputs = propagation.forward();
  const [first] = outputs;
  const seed = new Map([[first!.id, new Float32Array(first!.value.data.length).fill(1)]]);
  const projections = [...propagation.backward([seed]).byNode.values()];
  files.close();
  return { outputs: outputs.map(({ value }) => value.data), projections };
}

const recurrent = (count: number): Case["inputs"] => [
  ["x", [7, 2, 5]],
  ["w", [1, count * 6, 5]],
  ["r", [1, count * 6, 6]],
  ["b", [1, 2 * count * 6]],
];

const cases: readonly Case[] = [
  {
    op: "LSTM",
    attributes: { hidden_size: 6 },
    inputs: recurrent(4),
    weights: ["w", "r", "b"],
    outputs: 3,
  },
  {
    op: "LSTM",
    attributes: { hidden_size: 6, direction: "reverse" },
    inputs: recurrent(4),
    weights: ["w", "r", "b"],
    outputs: 3,
  },
  {
    op: "GRU",
    attributes: { hidden_size: 6 },
    inputs: recurrent(3),
    weights: ["w", "r", "b"],
    outputs: 2,
  },
  {
    op: "GRU",
    attributes: { hidden_size: 6, linear_before_reset: 1 },
    inputs: recurrent(3),
    weights: ["w", "r", "b"],
    outputs: 2,
  },
  {
    op: "RNN",
    attributes: { hidden_size: 6 },
    inputs: recurrent(1),
    weights: ["w", "r", "b"],
    outputs: 2,
  },
  {
    op: "Attention",
    domain: "com.microsoft",
    attributes: { num_heads: 2, unidirectional: 1 },
    inputs: [
      ["x", [2, 5, 8]],
      ["w", [8, 24]],
      ["b", [24]],
    ],
    weights: ["w", "b"],
    outputs: 1,
  },
  {
    op: "ConvTranspose",
    attributes: { group: 2 },
    inputs: [
      ["x", [2, 4, 5, 6]],
      ["w", [4, 3, 3, 2]],
      ["b", [6]],
    ],
    weights: ["w", "b"],
    outputs: 1,
  },
  {
    op: "MultiHeadAttention",
    domain: "com.microsoft",
    attributes: { num_heads: 2 },
    inputs: [
      ["q", [1, 3, 8]],
      ["k", [1, 5, 8]],
      ["v", [1, 5, 8]],
      ["b", [24]],
    ],
    weights: ["b"],
    outputs: 1,
  },
];

test.each(cases.map((one) => [one.op, JSON.stringify(one.attributes), one] as const))(
  "%s %s is run as ONNX Runtime does, and what rounding its weights does is that of the runtime",
  async (_, __, one) => {
    const { file, bytes, x } = build(one);
    const schemes = [scheme("int4")];
    const own = propagated(file, x, schemes);
    const expected = await runtime(bytes, x);
    for (const [index, data] of expected.entries())
      for (const [at, value] of data.entries())
        expect(own.outputs[index]?.[at]).toBeCloseTo(value, 4);
    if (one.weights[0] !== "w") return;
    const read = readModelFile(file).value!;
    // The same file with its weights rounded by the reference.
    const rounded = bytes.slice();
    for (const { weight, shape } of layerWeights(read.graph)) {
      const { offset = 0, length = 0 } = weight.location ?? {};
      const data = new Float32Array(bytes.slice(offset, offset + length).buffer);
      rounded.set(new Uint8Array(roundedWeight(schemes[0]!, data, shape).buffer), offset);
    }
    const moved = await runtime(rounded, x);
    const difference = (expected[0] ?? new Float32Array()).reduce(
      (sum, value, at) => sum + value - (moved[0]?.[at] ?? 0),
      0,
    );
    expect(own.projections[0]?.[0]?.[0]).toBeCloseTo(difference, 3);
  },
);

test.each(
  cases
    .filter(({ weights }) => weights[0] === "w")
    .map((one) => [one.op, JSON.stringify(one.attributes), one] as const),
)(
  "gradients go back through %s %s: the effect of a product before it is that of the runtime",
  async (_, __, one) => {
    const { file, bytes, x } = build(one, true);
    const fine = scheme("int8");
    const own = propagated(file, x, [fine]);
    const { weight, shape } = layerWeights(readModelFile(file).value!.graph)[0]!;
    const { offset = 0, length = 0 } = weight.location ?? {};
    const data = new Float32Array(bytes.slice(offset, offset + length).buffer);
    const rounded = bytes.slice();
    rounded.set(new Uint8Array(roundedWeight(fine, data, shape).buffer), offset);
    const [expected] = await runtime(bytes, x);
    const [moved] = await runtime(rounded, x);
    const difference = expected!.reduce((sum, value, at) => sum + value - (moved![at] ?? 0), 0);
    // The layers come back from the last to the first; what is left is second order in the error.
    const effect = own.projections.at(-1)?.[0]?.[0] ?? NaN;
    expect(Math.abs(effect - difference)).toBeLessThan(0.05 * Math.abs(difference) + 1e-4);
  },
);

const tflite = path.resolve(import.meta.dirname, "../../fixtures/tflite");

test.each(readdirSync(tflite).filter((name) => name.endsWith(".tflite")))(
  "every layer of %s that has weights has a risk, propagated to the outputs",
  async (name) => {
    const file = path.join(tflite, name);
    const read = readModelFile(file).value!;
    const { model } = inferModel(read, { inputs: new Map(), dims: new Map() }, neverCancelled);
    const { result } = await quantify({
      model,
      modelPath: file,
      schemes: [scheme("int4")],
      activationSchemes: [],
      cancel: neverCancelled,
    });
    expect(result.sensitivitySource).toMatch(/propagated through the graph/);
    const weighted = new Set(layerWeights(model.graph).map(({ nodeId }) => nodeId));
    expect(result.layers).toHaveLength(weighted.size);
    for (const { schemes } of result.layers) expect(schemes[0]?.sensitivity).toBeGreaterThan(0);
  },
  120_000,
);
