import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { inferModel } from "../../../server/core/analyze.js";
import { bytesOf, emptyNeighbourhood } from "../../../server/core/base/byte-source.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { format } from "../../../server/core/formats/onnx.js";
import type { Model } from "../../../server/core/graph/graph.js";

/**
 * Nodes, MACs and initializer elements of the models in test/fixtures/onnx, counted apart from this code. They agree with
 * what is published of the networks: ResNet-50 4.09 GMAC, ResNet-18 1.81, VGG-19 19.63 (torchvision's model table), the
 * MLPerf Tiny autoencoder 264,192 (Banbury et al., MLPerf Tiny Benchmark: its ten dense layers).
 */
const expected: Readonly<Record<string, readonly [nodes: number, macs: number, elements: number]>> =
  {
    "mlperftiny_ad_autoencoder_k1.onnx": [52, 264_192, 265_948],
    "mlperftiny_kws_dscnn_k1.onnx": [58, 2_656_768, 24_966],
    "mlperftiny_vww_mobilenetv1_f32.onnx": [59, 7_489_664, 210_852],
    "mlperftiny_ic_resnet8_f32.onnx": [24, 12_501_632, 77_708],
    "onnx_light_densenet121.onnx": [1746, 2_834_161_664, 1967],
    "onnx_light_resnet50.onnx": [415, 4_089_184_256, 2194],
    "onnx_light_inception_v1.onnx": [237, 1_431_556_352, 1343],
    "onnx_light_squeezenet.onnx": [105, 349_151_936, 757],
    "onnx_light_vgg19.onnx": [82, 19_632_062_464, 217],
    "onnx_light_zfnet512.onnx": [38, 1_481_727_008, 37],
    "onnx_light_bvlc_alexnet.onnx": [40, 654_560_384, 36],
    "resnet18_v1_7_no_weight.onnx": [69, 1_814_073_344, 11_699_112],
  };

const folder = new URL("../../fixtures/onnx/", import.meta.url);

test("every binary fixture is in the table", () => {
  const files = readdirSync(folder).filter((file) => file.endsWith(".onnx"));
  expect(files.sort()).toEqual(Object.keys(expected).sort());
});

test.each(Object.entries(expected))(
  "%s: MACs and initializers, no node without a cost",
  (file, counts) => {
    const model = read(file);
    const { totals, layers, problems } = inferModel(
      model,
      { inputs: new Map(), dims: new Map() },
      neverCancelled,
    );
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(layers.filter(({ isCosted }) => !isCosted).map(({ reason }) => reason)).toEqual([]);
    expect([model.graph.nodes.length, totals.macs, initializerElements(model)]).toEqual(counts);
  },
);

function read(file: string): Model {
  const { value } = format.read(bytesOf(readFileSync(new URL(file, folder))), {
    fileName: file,
    neighbourhood: emptyNeighbourhood,
    cancel: neverCancelled,
  });
  if (value === undefined) throw new Error(`${file} could not be read`);
  return value;
}

function initializerElements(model: Model): number {
  let elements = 0;
  for (const { weight } of model.graph.values)
    if (weight !== undefined) elements += weight.shape.reduce((all, extent) => all * extent, 1);
  return elements;
}
