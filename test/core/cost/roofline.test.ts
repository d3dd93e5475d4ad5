import { describe, expect, test } from "vitest";
import type { KernelCost } from "../../../server/core/cost/cost.js";
import type { Target } from "../../../server/core/targets/target.js";
import { memory, onTarget, roundTarget, sourced } from "../../kit/analysis-text.js";

function costs(graph: string, target: Target = roundTarget()): readonly KernelCost[] {
  return onTarget(graph, target).kernelCosts;
}

function only(graph: string, target?: Target): KernelCost {
  return costs(graph, target)[0]!;
}

const relu = "g (float[1000000] x) => (float[1000000] y) { y = Relu (x) }";
const product =
  "g (float[512,512] x) => (float[512,512] y) <float[512,512] w = ?> { y = MatMul (x, w) }";

describe("roofline", () => {
  test("element-wise work is bound by memory", () => {
    const cost = only(relu);
    // 8 MB through half of 100 GB/s; 1e6 operations at half of 100 Gop/s; 1 µs to start.
    expect(cost.memorySeconds).toBeCloseTo(160e-6, 12);
    expect(cost.computeSeconds).toBeCloseTo(20e-6, 12);
    expect(cost.overheadSeconds).toBeCloseTo(1e-6, 12);
    expect(cost.seconds.value).toBeCloseTo(161e-6, 12);
    expect([cost.bound, cost.level, cost.seconds.method]).toEqual(["memory", "DRAM", "roofline"]);
  });

  test("a large product is bound by arithmetic", () => {
    const cost = only(product);
    // 2·512³ at half of 1 Top/s; 3 · 1 MiB through half of 100 GB/s.
    expect(cost.computeSeconds).toBeCloseTo((2 * 512 ** 3) / 0.5e12, 12);
    expect(cost.memorySeconds).toBeCloseTo((3 * 2 ** 20) / 0.5e11, 12);
    expect(cost.bound).toBe("compute");
  });

  test("a small kernel is bound by its start", () => {
    expect(only("g (float[16] x) => (float[16] y) { y = Relu (x) }").bound).toBe("overhead");
  });

  test("the interval is the runtime's", () => {
    const { seconds } = only(relu);
    expect(seconds.low).toBeCloseTo(seconds.value * 0.5, 12);
    expect(seconds.high).toBeCloseTo(seconds.value * 2, 12);
    expect(seconds.coverage).toBe(0.9);
  });

  test("an efficiency of the kind counts before the default", () => {
    const target = roundTarget({
      runtime: { computeEfficiency: { default: sourced(0.5), matmul: sourced(0.25) } },
    });
    expect(only(product, target).computeSeconds).toBeCloseTo((2 * 512 ** 3) / 0.25e12, 12);
  });

  test("a depthwise convolution has an efficiency of its own", () => {
    const graph =
      "g (float[1,8,16,16] x) => (float[1,8,16,16] y) <float[8,1,3,3] w = ?> { y = Conv <group = 8, pads = [1,1,1,1]> (x, w) }";
    const target = roundTarget({
      runtime: {
        computeEfficiency: {
          default: sourced(1),
          conv: sourced(1),
          "conv-depthwise": sourced(0.1),
        },
      },
    });
    // 8·16·16·9 MACs.
    expect(only(graph, target).computeSeconds).toBeCloseTo((2 * 18432) / 0.1e12, 15);
  });

  test("reasons state the numbers", () => {
    expect(only(product).reasons).toEqual([
      "268 M operations at 50 % (default) of 1 Top/s float32: 537 µs.",
      "2 MiB of activations through DRAM at 50 % of 100 GB/s: 41.9 µs.",
      "1 MiB of weights through DRAM at 50 % of 100 GB/s: 21 µs.",
      "1 µs to start it (Runtime).",
    ]);
  });
});

describe("memory levels", () => {
  const cached = roundTarget({
    chip: { memories: [memory("L2", "cache", 4e6, 1e12), memory("DRAM", "ram", 1e9, 1e11)] },
  });

  test("a working set that fits the cache is served by it", () => {
    // 2 · 400 kB through half of 1 TB/s.
    const cost = only("g (float[100000] x) => (float[100000] y) { y = Relu (x) }", cached);
    expect(cost.memorySeconds).toBeCloseTo(800e3 / 0.5e12, 15);
    expect(cost.level).toBe("L2");
  });

  test("one that does not, by DRAM", () => {
    expect(only(relu, cached).level).toBe("DRAM");
  });

  test("weights come from DRAM unless the whole model fits the cache", () => {
    const two = `g (float[1,512] x) => (float[1,512] y) <float[512,512] a = ?, float[512,2048] b = ?, float[2048,512] c = ?> {
      p = MatMul (x, a)
      q = MatMul (p, b)
      y = MatMul (q, c)
    }`;
    // 1 MiB + 4 MiB + 4 MiB of weights in a cache of 4 MB.
    const [first] = costs(two, cached);
    expect(first?.level).toBe("DRAM");
    expect(first?.memorySeconds).toBeCloseTo(2 ** 20 / 0.5e11 + 4096 / 0.5e12, 12);
    const small = costs(
      "g (float[1,512] x) => (float[1,512] y) <float[512,512] a = ?> { y = MatMul (x, a) }",
      cached,
    );
    expect(small[0]?.level).toBe("L2");
  });

  test("a microcontroller reads weights from flash", () => {
    const board = roundTarget({
      chip: {
        kind: "mcu",
        memories: [memory("SRAM", "ram", 65536, 1e9), memory("flash", "flash", 1e6, 1e8)],
      },
    });
    const cost = only(
      "g (float[1,64] x) => (float[1,64] y) <float[64,64] w = ?> { y = MatMul (x, w) }",
      board,
    );
    // 512 bytes through half of 1 GB/s, 16384 through half of 100 MB/s.
    expect(cost.memorySeconds).toBeCloseTo(512 / 0.5e9 + 16384 / 0.5e8, 12);
    expect(cost.level).toBe("flash");
  });
});

describe("precision", () => {
  test("float tensors take the precision's widths, integers their own", () => {
    const { lowered } = onTarget(
      "g (float[4,64] x, int64[4] i) => (float[4,64] y) <float[64,64] w = ?, float[64] b = ?> { h = MatMul (x, w)\n g = Gather (h, i)\n y = Add (g, b) }",
      roundTarget({ precision: { weightBits: 4, activationBits: 16 } }),
    );
    expect(lowered.kernels.map(({ readBytes, writeBytes }) => [readBytes, writeBytes])).toEqual([
      // x 256 elements of 2 bytes, w 4096 of half a byte.
      [512 + 2048, 512],
      // Rows of 512 bytes, four indices of 8.
      [512 + 32, 512],
      // A vector keeps the activations' width.
      [512 + 128, 512],
    ]);
  });

  test("a product whose operands are quantized on the way in reads them twice", () => {
    const target = roundTarget({
      precision: { quantizesOnTheFly: true, weightBits: 8, activationBits: 16 },
    });
    const cost = only(product, target);
    const plain = only(product, roundTarget({ precision: { weightBits: 8, activationBits: 16 } }));
    // 512·512 activations: 2 bytes read, 1 written.
    expect(cost.memorySeconds - plain.memorySeconds).toBeCloseTo((512 * 512 * 3) / 0.5e11, 12);
    expect(cost.overheadSeconds).toBeCloseTo(2e-6, 12);
  });

  test("integer kernels run at the integer peak", () => {
    const cost = costs(
      `g (uint8[64,64] x) => (float[64,64] y) <int8[64,64] w = ?, float s = {0.1}, uint8 z = {128}, int8 wz = {0}> {
        d = DequantizeLinear (x, s, z)
        v = DequantizeLinear (w, s, wz)
        y = MatMul (d, v)
      }`,
      roundTarget({ passes: ["fold-constants", "fuse-quantization"] }),
    );
    expect(cost).toHaveLength(1);
    expect(cost[0]?.computeSeconds).toBeCloseTo((2 * 64 ** 3) / (0.5 * 4e12), 15);
  });

  test("a chip without the named peak is costed at its slowest", () => {
    const target = roundTarget({
      precision: { arithmetic: ["float4"], vectorArithmetic: ["float4"] },
    });
    expect(only(product, target).computeSeconds).toBeCloseTo((2 * 512 ** 3) / 0.5e12, 12);
  });
});

describe("attention", () => {
  const attention = (rest: string) =>
    `g (float[1,4,64,32] q, float[1,4,64,32] k, float[1,4,64,32] v) => (float[1,4,64,32] y) { y = Attention ${rest} (q, k, v) }`;

  test("a causal mask halves the work", () => {
    const full = only(attention("")).computeSeconds;
    // Query i of 64 sees i + 1 keys: (64 + 1) / 2 of 64 on average.
    expect(only(attention("<is_causal = 1>")).computeSeconds / full).toBeCloseTo(32.5 / 64, 9);
  });
});

describe("totals", () => {
  const two = "g (float[1000000] x) => (float[1000000] y) { a = Relu (x)\n y = Relu (a) }";

  test("latency is the sum of the kernels and the inference's own time; errors are correlated", () => {
    const { latency } = onTarget(two, roundTarget());
    expect(latency?.value).toBeCloseTo(2 * 161e-6 + 10e-6, 12);
    expect(latency?.low).toBeCloseTo((2 * 161e-6 + 10e-6) / 2, 12);
    expect(latency?.high).toBeCloseTo((2 * 161e-6 + 10e-6) * 2, 12);
  });

  test("energy is power × time; of a chip without power, operations and bytes are counted", () => {
    const { energy, latency } = onTarget(two, roundTarget());
    // 70 of 100 W; from idle power over the short end to all of it over the long end.
    expect(energy?.value).toBeCloseTo(70 * latency!.value, 9);
    expect(energy?.low).toBeCloseTo(10 * latency!.low, 9);
    expect(energy?.high).toBeCloseTo(100 * latency!.high, 9);
    const counted = onTarget(two, roundTarget({ chip: { power: {} } }));
    // Two kernels of a million additions at 0.38 pJ and 8 MB through DRAM at 1,300 pJ per 8 bytes (7 nm).
    expect(counted.energy?.value).toBeCloseTo(2 * (0.38e-6 + 8e6 * 162.5e-12), 9);
    expect(counted.energy?.method).toBe("roofline");
    expect(counted.kernelCosts[0]?.reasons.at(-1)).toContain("Jouppi");
  });

  test("crossing to another engine costs the way there and back", () => {
    const target = roundTarget({ runtime: { unsupported: ["Erf"], fallback: "cpu" } });
    const [, erf] = costs(
      "g (float[1000000] x) => (float[1000000] y) { a = Relu (x)\n y = Erf (a) }",
      target,
    );
    // 4 MB written and read through half of 100 GB/s, one start for the copy, one for the kernel.
    expect(erf?.overheadSeconds).toBeCloseTo(8e6 / 0.5e11 + 2e-6, 12);
  });
});
