import { expect, test } from "vitest";
import { tellingNames } from "../../../server/core/views/telling-names.js";

test("short names stay, of long ones what tells them apart", () => {
  const long = (index: number, next: number): string =>
    `model/batch_normalization_${index}/FusedBatchNormV3;model/depthwise_conv2d_${next}/depthwise;model/depthwise_conv2d_${index}/BiasAdd/ReadVariableOp/resource1`;
  expect(tellingNames(["conv1", long(1, 3), long(2, 3), long(3, 3)])).toEqual([
    "conv1",
    "depthwise_conv2d_1",
    "depthwise_conv2d_2",
    "depthwise_conv2d_3",
  ]);
});

test("steps are added until no two are alike; equal names stay whole", () => {
  const layer = (index: number, name: string): string =>
    `/model/decoder/transformer/layers.${index}/self_attention/${name}/MatMul`;
  const names = [0, 1].flatMap((index) => ["q", "k"].map((name) => layer(index, name)));
  expect(tellingNames(names)).toEqual([
    ...["layers.0/…/q", "layers.0/…/k"],
    ...["layers.1/…/q", "layers.1/…/k"],
  ]);
  const twice = layer(0, "q");
  expect(tellingNames([twice, twice])).toEqual([twice, twice]);
});
