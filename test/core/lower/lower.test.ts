import { describe, expect, test } from "vitest";
import type { PassId } from "../../../server/core/lower/lowered.js";
import { allPasses, kernelsOf, onTarget, roundTarget } from "../../kit/analysis-text.js";

function check(graph: string, passes: readonly PassId[], expected: string): void {
  expect(kernelsOf(graph, roundTarget({ passes }))).toBe(expected);
}

describe("views and constants", () => {
  test("a view vanishes, and its reader reads what it looks at", () => {
    const graph = `g (float[2,8] x) => (float[16] y) <int64[1] s = {16}> {
      v = Reshape (x, s)
      y = Relu (v)
    }`;
    // 16 floats in, 16 floats out.
    check(
      graph,
      ["fold-constants", "drop-views"],
      "Relu: elementwise macs=0 flops=16 weights=0 read=64 write=64",
    );
    const { lowered } = onTarget(graph, roundTarget());
    expect(lowered.kernelOfNode).toEqual([-1, 0]);
  });

  test("a value read only through its view is still written", () => {
    check(
      `g (float[2,8] x) => (float[16] y) <int64[1] s = {16}> {
        r = Relu (x)
        y = Reshape (r, s)
      }`,
      allPasses,
      "Relu: elementwise macs=0 flops=16 weights=0 read=64 write=64",
    );
  });

  test("what follows from constants is computed when the model is loaded", () => {
    check(
      `g (float[4] x) => (float[4] y) <float[4] a = ?, float[4] b = ?> {
        c = Add (a, b)
        y = Mul (x, c)
      }`,
      ["fold-constants", "drop-views"],
      "Mul: elementwise macs=0 flops=4 weights=16 read=32 write=16",
    );
  });
});

describe("convolutions", () => {
  const block = `g (float[1,3,8,8] x) => (float[1,4,8,8] y) <float[4,3,3,3] w = ?, float[4] s = ?, float[4] b = ?, float[4] m = ?, float[4] v = ?> {
    c = Conv <pads = [1,1,1,1]> (x, w)
    n = BatchNormalization (c, s, b, m, v)
    y = Relu (n)
  }`;

  test("BatchNormalization merges into the weights, and the activation into the epilogue", () => {
    // macs 8·8·4 · 3·3·3; reads 768 of x and 432 of w; the four vectors of the normalization are gone.
    check(
      block,
      ["fold-constants", "fold-batch-norm", "fuse-activation"],
      "Conv+BatchNormalization+Relu: conv macs=6912 flops=256 weights=432 read=1200 write=1024",
    );
  });

  test("without the passes each is a kernel", () => {
    expect(
      kernelsOf(block, roundTarget({ passes: [] }))
        .split("\n")
        .map((line) => line.split(":")[0]),
    ).toEqual(["Conv", "BatchNormalization", "Relu"]);
  });

  test("a residual addition joins the later convolution; the shared input is read once", () => {
    // c2: 4·3·3·4 = 144 weights of 4 bytes; reads r (1024) and w (576), once though the addition reads r again.
    check(
      `g (float[1,4,8,8] r) => (float[1,4,8,8] y) <float[4,4,3,3] w = ?> {
        c = Conv <pads = [1,1,1,1]> (r, w)
        a = Add (c, r)
        y = Relu (a)
      }`,
      allPasses,
      "Conv+Add+Relu: conv macs=9216 flops=512 weights=576 read=1600 write=1024",
    );
  });

  test("an output that the caller sees is not swallowed", () => {
    check(
      `g (float[1,4,8,8] x) => (float[1,4,8,8] c, float[1,4,8,8] y) <float[4,4,1,1] w = ?> {
        c = Conv (x, w)
        y = Relu (c)
      }`,
      allPasses,
      `Conv: conv macs=1024 flops=0 weights=64 read=1088 write=1024
Relu: elementwise macs=0 flops=256 weights=0 read=1024 write=1024`,
    );
  });
});

describe("patterns that exporters write out", () => {
  test("x·sigmoid(x) with its bias runs behind the product", () => {
    // MatMul 8·16·16; bias 64 bytes; per element: bias 1, sigmoid and product as their rules count.
    const kernels = kernelsOf(
      `g (float[8,16] x) => (float[8,16] y) <float[16,16] w = ?, float[16] b = ?> {
        l = MatMul (x, w)
        a = Add (l, b)
        s = Sigmoid (a)
        y = Mul (a, s)
      }`,
      roundTarget({ passes: ["fold-constants", "fuse-activation"] }),
    );
    expect(kernels).toMatch(
      /^MatMul\+Add\+Sigmoid\+Mul: matmul macs=2048 .* weights=1088 read=1600 write=512$/,
    );
  });

  test("GELU by Erf runs behind the product", () => {
    const kernels = kernelsOf(
      `g (float[8,16] x) => (float[8,16] y) <float[16,16] w = ?, float r = {1.41421356}, float one = {1}, float half = {0.5}> {
        l = MatMul (x, w)
        d = Div (l, r)
        e = Erf (d)
        p = Add (e, one)
        m = Mul (l, p)
        y = Mul (m, half)
      }`,
      roundTarget({ passes: ["fold-constants", "fuse-activation"] }),
    );
    expect(kernels.split(":")[0]).toBe("MatMul+Div+Erf+Add+Mul+Mul");
  });

  test("LayerNorm is one normalization though a residual reads its input too", () => {
    const kernels = kernelsOf(
      `g (float[2,4,16] x) => (float[2,4,16] y) <float[16] s = ?, float[16] b = ?, float e = {0.001}, float two = {2}, int64[1] axes = {-1}> {
        mean = ReduceMean <keepdims = 1> (x, axes)
        d = Sub (x, mean)
        p = Pow (d, two)
        var = ReduceMean <keepdims = 1> (p, axes)
        ve = Add (var, e)
        sd = Sqrt (ve)
        q = Div (d, sd)
        qs = Mul (q, s)
        n = Add (qs, b)
        y = Add (n, x)
      }`,
      roundTarget({ passes: ["fold-constants", "fuse-elementwise"] }),
    );
    // Reads x once (512), two vectors of 16 (128), e, two and axes (16); writes y.
    expect(kernels).toMatch(
      /^ReduceMean\+Sub\+Pow\+ReduceMean\+Add\+Sqrt\+Div\+Mul\+Add\+Add: normalization .* weights=144 read=656 write=512$/,
    );
  });

  test("RMSNorm is one normalization", () => {
    const kernels = kernelsOf(
      `g (float[2,4,16] x) => (float[2,4,16] y) <float[16] s = ?, float e = {0.001}, float two = {2}, int64[1] axes = {-1}> {
        p = Pow (x, two)
        var = ReduceMean <keepdims = 1> (p, axes)
        ve = Add (var, e)
        sd = Sqrt (ve)
        i = Reciprocal (sd)
        q = Mul (x, i)
        y = Mul (q, s)
      }`,
      roundTarget({ passes: ["fold-constants", "fuse-elementwise"] }),
    );
    expect(kernels).toMatch(/^ReduceMean\+Pow\+Add\+Sqrt\+Reciprocal\+Mul\+Mul: normalization /);
  });
});

describe("attention", () => {
  const block = (mask: string) => `g (float[1,8,64] x) => (float[1,8,64] y) <
    float[64,64] wq = ?, float[64,64] wk = ?, float[64,64] wv = ?, float[64,64] wo = ?,
    int64[4] split = {1,8,4,16}, int64[3] merge = {1,8,64}, float scale = {0.25}, int64[2] ss = {8,8}> {
    q = MatMul (x, wq)
    k = MatMul (x, wk)
    v = MatMul (x, wv)
    q4 = Reshape (q, split)
    k4 = Reshape (k, split)
    v4 = Reshape (v, split)
    qt = Transpose <perm = [0,2,1,3]> (q4)
    kt = Transpose <perm = [0,2,3,1]> (k4)
    vt = Transpose <perm = [0,2,1,3]> (v4)
    s = MatMul (qt, kt)
    ss2 = Mul (s, scale)
    ${mask}
    p = Softmax (sm)
    o = MatMul (p, vt)
    ot = Transpose <perm = [0,2,1,3]> (o)
    om = Reshape (ot, merge)
    z = MatMul (om, wo)
    y = Add (z, x)
  }`;

  test("a Transformer block's products, softmax and mask are one kernel", () => {
    const kernels = kernelsOf(
      block("big = ConstantOfShape (ss)\n sm = Add (ss2, big)"),
      roundTarget({ passes: allPasses }),
    ).split("\n");
    // Scores 4 heads · 8·8·16 MACs and as many for the values; reads q, k, v of 2048 bytes, the mask of 256, the scale.
    expect(kernels.map((line) => line.replace(/flops=\d+ /, ""))).toEqual([
      "MatMul: matmul macs=32768 weights=16384 read=18432 write=2048",
      "MatMul: matmul macs=32768 weights=16384 read=18432 write=2048",
      "MatMul: matmul macs=32768 weights=16384 read=18432 write=2048",
      "Transpose: movement macs=0 weights=0 read=2048 write=2048",
      "Transpose: movement macs=0 weights=0 read=2048 write=2048",
      "Transpose: movement macs=0 weights=0 read=2048 write=2048",
      "MatMul+Mul+Add+Softmax+MatMul: attention macs=8192 weights=260 read=6404 write=2048",
      "Transpose: movement macs=0 weights=0 read=2048 write=2048",
      "MatMul+Add: matmul macs=32768 weights=16384 read=20480 write=2048",
    ]);
  });

  test("its shape is in heads and positions; a mask made by Trilu is causal", () => {
    const { lowered } = onTarget(
      block("ones = ConstantOfShape (ss)\n tri = Trilu (ones)\n sm = Add (ss2, tri)"),
      roundTarget({ passes: allPasses }),
    );
    expect(lowered.kernels.find(({ shape }) => shape.kind === "attention")?.shape).toEqual({
      kind: "attention",
      batch: 1,
      queryHeads: 4,
      keyHeads: 4,
      queryLength: 8,
      keyLength: 8,
      headSize: 16,
      valueHeadSize: 16,
      isCausal: true,
      window: 0,
    });
  });
});

describe("quantization", () => {
  const qdq = `g (float[1,3,8,8] x) => (float[1,4,8,8] y) <int8[4,3,3,3] w = ?, int8[4,4,3,3] w2 = ?, int32[4] b = ?, float s = {0.1}, int8 wz = {0}, uint8 z = {128}, int32 bz = {0}> {
    xq = QuantizeLinear (x, s, z)
    xd = DequantizeLinear (xq, s, z)
    wd = DequantizeLinear (w, s, wz)
    bd = DequantizeLinear (b, s, bz)
    c = Conv <pads = [1,1,1,1]> (xd, wd, bd)
    r = Relu (c)
    rq = QuantizeLinear (r, s, z)
    rd = DequantizeLinear (rq, s, z)
    w2d = DequantizeLinear (w2, s, wz)
    c2 = Conv <pads = [1,1,1,1]> (rd, w2d, bd)
    cq = QuantizeLinear (c2, s, z)
    cd = DequantizeLinear (cq, s, z)
    a = Add (cd, rd)
    aq = QuantizeLinear (a, s, z)
    y = DequantizeLinear (aq, s, z)
  }`;

  test("dequantize → operator → quantize is one integer kernel; the borders stay", () => {
    const kernels = kernelsOf(
      qdq,
      roundTarget({
        passes: ["fold-constants", "drop-views", "fuse-activation", "fuse-quantization"],
      }),
    ).split("\n");
    // Convolutions read bytes: x of 192, w of 108, b of 16, s and z of the quantization behind them.
    expect(kernels.map((line) => line.replace(/flops=\d+ /, ""))).toEqual([
      "QuantizeLinear: quantize macs=0 weights=5 read=773 write=192",
      "Conv+Relu+QuantizeLinear: conv int8 macs=6912 weights=129 read=321 write=256",
      "Conv+QuantizeLinear: conv int8 macs=9216 weights=165 read=421 write=256",
      "Add+QuantizeLinear: elementwise int8 macs=0 weights=5 read=517 write=256",
      "DequantizeLinear: quantize macs=0 weights=5 read=261 write=1024",
    ]);
  });

  test("a compiler joins the residual addition as well, and keeps the sum in integers", () => {
    const kernels = kernelsOf(qdq, roundTarget({ passes: allPasses })).split("\n");
    expect(kernels[2]?.replace(/flops=\d+ /, "")).toBe(
      "Conv+QuantizeLinear+Add+QuantizeLinear: conv int8 macs=9216 weights=165 read=421 write=256",
    );
  });

  test("weights stay int8 on a float target, activations are wide where nothing fuses", () => {
    const { lowered } = onTarget(qdq, roundTarget({ passes: ["fold-constants", "drop-views"] }));
    // 108 + 144 of int8, 4 biases of int32, s of 4, z of 1.
    expect(lowered.weightBytes).toBe(108 + 144 + 16 + 4 + 1);
    expect(lowered.kernels.every(({ arithmetic }) => arithmetic === undefined)).toBe(true);
  });
});

describe("engines", () => {
  test("an unsupported operator runs on the fallback, and pays for the tensors that cross", () => {
    const { lowered, problems } = onTarget(
      `g (float[16] x) => (float[16] y) {
        a = Relu (x)
        b = Erf (a)
        y = Relu (b)
      }`,
      roundTarget({
        passes: allPasses,
        runtime: { unsupported: ["Erf"], engine: "npu", fallback: "cpu" },
      }),
    );
    expect(lowered.kernels.map(({ engine, transferBytes }) => [engine, transferBytes])).toEqual([
      ["npu", 0],
      ["cpu", 64],
      ["npu", 64],
    ]);
    expect(problems.map(({ message }) => message)).toEqual([
      "Chip · Runtime · fp32: the npu does not run `Erf`; the cpu does, and the time includes bringing tensors over.",
    ]);
  });

  test("without a fallback it has no cost, and there is no latency", () => {
    const { lowered, latency } = onTarget(
      "g (float[16] x) => (float[16] y) { y = Erf (x) }",
      roundTarget({ runtime: { unsupported: ["Erf"] } }),
    );
    expect(lowered.uncosted).toEqual([
      { nodeId: 0, reason: "Runtime does not run `Erf`, and has no other engine to run it on." },
    ]);
    expect(latency).toBeUndefined();
  });
});

describe("order", () => {
  test("a kernel runs after all that it reads, whatever is fused", () => {
    const { lowered } = onTarget(
      `g (float[1,4,8,8] x) => (float[1,4,8,8] y) <float[4,4,1,1] w = ?> {
        a = Conv (x, w)
        b = Sigmoid (x)
        c = Conv (b, w)
        d = Add (a, c)
        y = Mul (d, x)
      }`,
      roundTarget({ passes: allPasses }),
    );
    const written = new Set([0]);
    for (const kernel of lowered.kernels) {
      for (const id of kernel.reads) expect(written.has(id)).toBe(true);
      for (const id of kernel.writes) written.add(id);
    }
    expect(lowered.kernels).toHaveLength(3);
  });

  test("shares of a kernel's nodes add up to one", () => {
    const { lowered } = onTarget(
      `g (float[1,4,8,8] x) => (float[1,4,8,8] y) <float[4,4,1,1] w = ?> {
        c = Conv (x, w)
        y = Relu (c)
      }`,
      roundTarget({ passes: allPasses }),
    );
    // 2·1024 for the convolution, 256 for the activation.
    expect(lowered.kernels[0]?.shares).toEqual([2048 / 2304, 256 / 2304]);
  });
});
