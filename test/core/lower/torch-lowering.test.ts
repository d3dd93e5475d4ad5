import { describe, expect, test } from "vitest";
import type { PassId } from "../../../server/core/lower/lowered.js";
import { roundTarget } from "../../kit/analysis-text.js";
import { torchKernels, torchLowered, type TorchCall } from "../../kit/torch-kernels.js";

const eagerPasses: readonly PassId[] = ["fold-constants", "strided-views", "drop-views"];
const compiledPasses: readonly PassId[] = [...eagerPasses, "fuse-pointwise"];
const autocast = { weightBits: 32, activationBits: 16, isAutocast: true };
const eager = roundTarget({ passes: eagerPasses });
const eagerAmp = roundTarget({ passes: eagerPasses, precision: autocast });
const compiledAmp = roundTarget({ passes: compiledPasses, precision: autocast });

describe("torch.autocast", () => {
  // 8 tokens of 4 channels: 128 bytes in float32, 64 in float16; the weights have 16 elements.
  const block: readonly TorchCall[] = [
    ["layer_norm", ["x"], "n", [2, 4, 4], { normalized_shape: [4], eps: 1e-5 }],
    ["linear", ["n", "w"], "l", [2, 4, 4]],
    ["gelu", ["l"], "g", [2, 4, 4], { approximate: "none" }],
    ["add", ["x", "g"], "y", [2, 4, 4]],
  ];

  test("a normalization runs in 32 bits, and the product behind it converts what it reads", () => {
    // The product converts 128 B of activations and 64 B of weights to half of that: 192 + 96.
    expect(torchKernels(eagerAmp, { x: [2, 4, 4] }, { w: [4, 4] }, block)).toBe(
      [
        "layer_norm: normalization read=128 write=128",
        "linear: matmul read=96 write=64 converted=288",
        "gelu: elementwise read=64 write=64",
        "add: elementwise read=192 write=128",
      ].join("\n"),
    );
  });

  test("a compiler converts where it writes, and leaves products to their libraries", () => {
    expect(torchKernels(compiledAmp, { x: [2, 4, 4] }, { w: [4, 4] }, block)).toBe(
      [
        "layer_norm: normalization read=128 write=64",
        "linear: matmul read=96 write=64 converted=96",
        "gelu+add: elementwise read=192 write=128",
      ].join("\n"),
    );
  });
});

describe("attention", () => {
  const attend = (outer: readonly number[]): readonly TorchCall[] => [
    ["scaled_dot_product_attention", ["q", "k", "v"], "y", [...outer, 8, 4], { is_causal: false }],
  ];
  const inputsOf = (outer: readonly number[]) => ({
    q: [...outer, 8, 4],
    k: [...outer, 8, 4],
    v: [...outer, 8, 4],
  });

  test("of four axes keeps its scores on the chip", () => {
    expect(torchKernels(eager, inputsOf([2, 3]), {}, attend([2, 3]))).toBe(
      "scaled_dot_product_attention: attention read=2304 write=768",
    );
  });

  test("of other ranks writes and reads them twice", () => {
    // 2 × 3 × 5 heads of 8 × 8 scores of 4 bytes, four times.
    expect(torchKernels(eager, inputsOf([2, 3, 5]), {}, attend([2, 3, 5]))).toBe(
      "scaled_dot_product_attention: attention read=11520 write=3840 converted=30720",
    );
  });

  test("of other ranks is like any before PyTorch 2.0, and on a CPU its scores stay in the cache", () => {
    const inputs = inputsOf([2, 3, 5]);
    const old = roundTarget({ passes: eagerPasses, runtime: { id: "pytorch-1.13-eager-nchw" } });
    const cpu = roundTarget({ passes: eagerPasses, chip: { kind: "cpu" } });
    for (const target of [old, cpu])
      expect(torchKernels(target, inputs, {}, attend([2, 3, 5]))).toBe(
        "scaled_dot_product_attention: attention read=11520 write=3840",
      );
  });

  test("of other ranks has the form of products while the parts keep the width of their tensors", () => {
    const formOn = (id: string): unknown =>
      torchLowered(
        roundTarget({ passes: eagerPasses, runtime: { id } }),
        inputsOf([2, 3, 5]),
        {},
        attend([2, 3, 5]),
      ).lowered.kernels[0]?.shape;
    expect(formOn("pytorch-2.1-eager-nchw")).toMatchObject({ kind: "attention", isUnfused: true });
    expect(formOn("pytorch-2.9-eager-nchw")).not.toHaveProperty("isUnfused");
  });
});

describe("strides", () => {
  test("a reshape that strides can say is a view, one that they cannot is a copy", () => {
    const heads: readonly TorchCall[] = [
      ["reshape", ["x"], "r", [2, 4, 2, 3], { shape: [2, 4, 2, 3] }],
      ["permute", ["r"], "p", [2, 2, 4, 3], { dims: [0, 2, 1, 3] }],
      ["reshape", ["p"], "f", [4, 12], { shape: [4, 12] }],
      ["relu", ["f"], "y", [4, 12]],
    ];
    expect(torchKernels(eager, { x: [2, 4, 6] }, {}, heads)).toBe(
      ["reshape: movement read=192 write=192", "relu: elementwise read=192 write=192"].join("\n"),
    );
    // To a compiler the copy is index arithmetic of the kernel behind it.
    const compiled = roundTarget({ passes: compiledPasses });
    expect(torchKernels(compiled, { x: [2, 4, 6] }, {}, heads)).toBe(
      "reshape+relu: movement read=192 write=192",
    );
  });

  test("a normalization over channels packs its image, and makes it channels-last for what follows", () => {
    const image: readonly TorchCall[] = [
      ["permute", ["x"], "p", [1, 2, 2, 4], { dims: [0, 2, 3, 1] }],
      ["layer_norm", ["p"], "n", [1, 2, 2, 4], { normalized_shape: [4], eps: 1e-5 }],
      ["permute", ["n"], "q", [1, 4, 2, 2], { dims: [0, 3, 1, 2] }],
      ["relu", ["q"], "y", [1, 4, 2, 2]],
    ];
    expect(torchKernels(eager, { x: [1, 4, 2, 2] }, {}, image)).toBe(
      [
        "layer_norm: normalization read=64 write=64 converted=128",
        "relu: elementwise read=64 write=64 channels-last",
      ].join("\n"),
    );
  });

  test("`contiguous` of what is packed is nothing", () => {
    const calls: readonly TorchCall[] = [
      ["contiguous", ["x"], "c", [4, 4]],
      ["relu", ["c"], "y", [4, 4]],
    ];
    expect(torchKernels(eager, { x: [4, 4] }, {}, calls)).toBe(
      "relu: elementwise read=64 write=64",
    );
  });
});
