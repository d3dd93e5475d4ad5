import { expect, test } from "vitest";
import { kernelModel } from "../../../server/core/cost/calibrated/models/network-kernel.js";
import type { KernelView } from "../../../server/core/cost/calibrated/kernel-model.js";
import type { Kernel } from "../../../server/core/lower/lowered.js";
import type { KernelShape } from "../../../server/core/ops/kernel-shape.js";
import { findDataFolder, loadCatalogue } from "../../../server/io/catalogue-files.js";

const { value: catalogue } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});
const target = catalogue.find("nvidia-rtx-3090/pytorch-2.1-eager-nhwc/amp-fp16")!;

interface Conv {
  readonly channels: number;
  readonly groups: number;
  readonly window?: readonly [number, number];
  readonly stride?: number;
  readonly size?: number;
  readonly isChannelsLast?: boolean;
}

function feature(name: string, conv: Conv): number {
  return viewOf(conv).features[kernelModel.features.indexOf(name)]!;
}

function viewOf(conv: Conv): KernelView {
  const { channels, groups, window = [3, 3], stride = 1, size = 28 } = conv;
  const shape: KernelShape = {
    kind: "conv",
    batch: 32,
    groups,
    inputChannels: channels,
    outputChannels: channels,
    inputSize: [size, size],
    outputSize: [size / stride, size / stride],
    kernelSize: window,
    strides: [stride, stride],
    isTransposed: false,
  };
  const kernel = { nodeIds: [0], reads: [0], shape, macs: 1e6, readBytes: 1e6, writeBytes: 1e6 };
  const rest = { castBytes: 0, otherFlops: 0, weightReadBytes: 1e3 };
  const { isChannelsLast = false } = conv;
  return kernelModel.describe({ ...kernel, ...rest, isChannelsLast } as unknown as Kernel, target)!;
}

// RegNetY-032, -064, -160 and -320: groups of 24, 72, 112 and 232 channels.
test.each([
  [24, Math.log2(32 / 24)],
  [32, 0],
  [72, Math.log2(128 / 72)],
  [112, Math.log2(128 / 112)],
  [128, 0],
  [232, Math.log2(256 / 232)],
  [264, Math.log2(384 / 264)],
])("groups of %i channels leave so much of their tiles empty", (width, fill) => {
  expect(feature("group-fill", { channels: 4 * width, groups: 4 })).toBeCloseTo(fill, 6);
});

test("dense and depthwise convolutions have no groups to fill", () => {
  expect(feature("group-fill", { channels: 72, groups: 1 })).toBe(0);
  expect(feature("group-fill", { channels: 72, groups: 72 })).toBe(0);
});

test.each<[string, Conv, 0 | 1]>([
  ["3×3", { channels: 96, groups: 96 }, 0],
  [
    "5×5 with a stride over few channels",
    { channels: 96, groups: 96, window: [5, 5], stride: 2 },
    1,
  ],
  ["3×3 with a stride over 512 channels", { channels: 512, groups: 512, stride: 2, size: 14 }, 0],
  ["7×7 (ConvNeXt)", { channels: 96, groups: 96, window: [7, 7] }, 1],
  ["a band (InceptionNeXt)", { channels: 96, groups: 96, window: [1, 11] }, 1],
  ["fewer than 32 channels", { channels: 16, groups: 16 }, 1],
  ["7×7 with channels last", { channels: 96, groups: 96, window: [7, 7], isChannelsLast: true }, 0],
])("PyTorch runs its own depthwise kernel: %s", (_, conv, expected) => {
  expect(feature("own-depthwise", conv)).toBe(expected);
});

test("windows beyond 7 (ConvMixer) stand apart", () => {
  expect(feature("large-depthwise", { channels: 96, groups: 96, window: [7, 7] })).toBe(0);
  expect(feature("large-depthwise", { channels: 96, groups: 96, window: [9, 9] })).toBe(1);
});

test("with channels last, depthwise windows beyond 7×7 leave most of the matrix units empty", () => {
  const seconds = (window: readonly [number, number], isChannelsLast: boolean): number =>
    viewOf({ channels: 96, groups: 96, window, isChannelsLast }).computeSeconds;
  expect(seconds([9, 9], true) / seconds([9, 9], false)).toBeCloseTo(256, 6);
  expect(seconds([7, 7], true)).toBe(seconds([7, 7], false));
  expect(seconds([1, 11], true)).toBe(seconds([1, 11], false));
});
