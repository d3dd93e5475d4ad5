import { readFileSync } from "node:fs";
import path from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import type { Model } from "../../../server/core/graph/graph.js";
import { editOnnx } from "../../../server/core/quant/measured/onnx-edit.js";
import { type LayerWeight, layerWeights } from "../../../server/core/quant/weights.js";
import { openLayerWeight, openTaskFiles } from "../../../server/io/quant/weight-task.js";
import { readModelFile } from "../../../server/io/read-model.js";

const fixtures = path.resolve(import.meta.dirname, "../../fixtures");

function read(file: string): Model {
  const { value } = readModelFile(file);
  if (value === undefined) throw new Error(`${file} cannot be read`);
  return value;
}

function numbers(file: string, layer: LayerWeight): Float32Array {
  const files = openTaskFiles(file);
  const { rows, columns } = layer.shape;
  const into = new Float32Array(rows * columns);
  openLayerWeight(files, layer)?.load(0, into.length, into);
  files.close();
  return into;
}

test.each([
  ["mlperftiny_kws_dscnn_k1.onnx", 10],
  ["mlperftiny_ad_autoencoder_k1.onnx", 10],
])(
  "weights behind DequantizeLinear are the numbers that ONNX Runtime makes of them: %s",
  async (name, count) => {
    const file = path.join(fixtures, "onnx", name);
    const { graph } = read(file);
    const layers = layerWeights(graph);
    expect(layers).toHaveLength(count);
    const nameOf = (id: number): string => graph.values[id]?.name ?? "";
    const wanted = layers.map(({ nodeId, inputIndex }) =>
      nameOf(graph.nodes[nodeId]?.inputs[inputIndex] ?? -1),
    );
    const bytes = editOnnx(new Uint8Array(readFileSync(file)), {
      renames: new Map(),
      nodes: [],
      initializers: [],
      inputs: [],
      outputs: wanted,
    });
    const session = await InferenceSession.create(bytes, {
      logSeverityLevel: 3,
      graphOptimizationLevel: "disabled",
    });
    const [input = -1] = graph.inputs;
    const declared = graph.values[input]?.declared;
    const shape =
      declared?.kind === "tensor" ? (declared.shape ?? []).map((dim) => Number(dim) || 1) : [];
    const length = shape.reduce((product, extent) => product * extent, 1);
    const made = await session.run({
      [nameOf(input)]: new Tensor("float32", new Float32Array(length), shape),
    });
    for (const [index, layer] of layers.entries()) {
      const own = numbers(file, layer);
      const truth = made[wanted[index] ?? ""]?.data as Float32Array;
      expect(own).toHaveLength(truth.length);
      const furthest = own.reduce(
        (most, value, at) => Math.max(most, Math.abs(value - (truth[at] ?? NaN))),
        0,
      );
      expect(furthest).toBeLessThan(1e-6);
    }
  },
);

test("8-bit buffers of TensorFlow Lite are the float model's weights, to a step of the coarsest channel", () => {
  const names = ["mlperftiny_kws_dscnn_int8.tflite", "mlperftiny_kws_dscnn_f32.tflite"];
  const [quantized = [], float = []] = names.map((name) => {
    const file = path.join(fixtures, "tflite", name);
    return layerWeights(read(file).graph).map((layer) => ({ layer, values: numbers(file, layer) }));
  });
  expect(quantized).toHaveLength(10);
  for (const [index, { layer, values }] of quantized.entries()) {
    const truth = float[index]?.values ?? new Float32Array(0);
    expect(layer.shape).toEqual(float[index]?.layer.shape);
    const scales = layer.dequantization?.scales ?? [];
    const step = Array.isArray(scales) ? Math.max(...(scales as number[])) : NaN;
    const furthest = values.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - (truth[at] ?? NaN))),
      0,
    );
    // The two files were not made from one another: they are apart by a little more than rounding.
    expect(furthest).toBeLessThan(step);
    const squares = (x: Float32Array): number => x.reduce((sum, value) => sum + value * value, 0);
    const error = squares(values.map((value, at) => value - (truth[at] ?? NaN)));
    expect(error).toBeLessThan(squares(truth) * 1e-3);
  }
});
