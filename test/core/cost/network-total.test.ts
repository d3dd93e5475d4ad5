import { describe, expect, test } from "vitest";
import type { NetworkModel } from "../../../server/core/cost/calibrated/calibration.js";
import { networkTotal } from "../../../server/core/cost/calibrated/network.js";
import type { TargetCalibration } from "../../../server/core/cost/calibrated/target-calibration.js";
import type { KernelCost } from "../../../server/core/cost/cost.js";
import type { Target } from "../../../server/core/targets/target.js";
import { loweredOf } from "../../../scripts/calibrate/network-sample.js";

const known = { method: "calibrated" } as TargetCalibration;
const add = { kind: "elementwise" } as const;

/** A hundred equal kernels of so many seconds, with launches of 25 µs. */
function widthOf(seconds: number, measured: Readonly<Record<string, number>>): readonly number[] {
  const lowered = loweredOf([[100, add, 0, 8, 8, 0, 8, 0, 0, 0, 1, 1] as never], "chip");
  const cost = { seconds: { value: seconds } } as KernelCost;
  const network: NetworkModel = {
    inferenceSeconds: 0,
    dispatch: { power: 8, seconds: measured, other: 25e-6 },
    interval: { edges: [], low: [0.9], high: [1.1] },
  };
  const costs = lowered.kernels.map(() => cost);
  const { latency } = networkTotal(network, known, { target: {} as Target, lowered, costs });
  return [latency.value, latency.high / latency.value];
}

describe("launches of a network", () => {
  test("short kernels wait for them, and where they are assumed the interval spans other machines", () => {
    expect(widthOf(1e-6, {})[0]).toBeCloseTo(25e-4, 6);
    expect(widthOf(1e-6, {})[1]).toBeCloseTo(2.2, 2);
    expect(widthOf(1e-6, { unary: 25e-6 })[1]).toBeCloseTo(1.1, 6);
  });

  test("long kernels hide them", () => {
    const [value, width] = widthOf(1e-3, {});
    expect(value).toBeCloseTo(0.1, 6);
    expect(width).toBeCloseTo(1.1, 6);
  });
});

describe("search spaces with fits of their own", () => {
  const target = {
    runtime: { engine: "chip" },
    chip: { memories: [], peaks: {} },
    precision: { arithmetic: "fp32" },
  };
  const lowered = loweredOf([[100, add, 0, 8, 8, 0, 8, 0, 0, 0, 1, 1] as never], "chip");
  const costs = lowered.kernels.map(() => ({ seconds: { value: 1e-4 } }) as KernelCost);
  const features = ["log-kernels", "log-kernels", "log-kernels"];
  const like = {
    mean: features.map(() => Math.log2(100)),
    deviation: features.map(() => 0.1),
    low: 0.9,
    high: 1.1,
  };
  const totalOf = (kernels: number): number => {
    const network: NetworkModel = {
      inferenceSeconds: 0,
      dispatch: {
        power: 8,
        seconds: {},
        other: 1e-6,
        hosts: {
          features,
          measured: [{ name: "batch 1", factor: 1, own: { space: "ours", factor: 2 }, ...like }],
        },
        spaces: {
          ours: {
            power: 8,
            seconds: { unary: 5e-6 },
            other: 0,
            inferenceSeconds: 1e-3,
            kinds: {
              "work-elementwise": { features: ["unary-calls"], weights: Float64Array.of(2e-4) },
            },
          },
        },
      },
      interval: { edges: [], low: [0.5], high: [2] },
    };
    const own = { calibration: { kinds: {} }, method: "calibrated" } as TargetCalibration;
    const asked = { ...lowered, kernels: lowered.kernels.slice(0, kernels) };
    const { latency } = networkTotal(network, own, {
      target: target as unknown as Target,
      lowered: asked,
      costs: costs.slice(0, kernels),
    });
    return latency.value;
  };

  test("a network of the space has its kernels and its launches", () => {
    // Kernels of 200 µs; 2 × (1 ms + 100 × 5 µs) of launches run beside them.
    expect(totalOf(100)).toBeCloseTo((0.02 ** 8 + 0.003 ** 8) ** (1 / 8), 5);
  });

  test("any other has those of all networks", () => {
    expect(totalOf(20)).toBeCloseTo(20e-4, 6);
  });
});

describe("kernels of which the measured networks had none", () => {
  const network: NetworkModel = {
    inferenceSeconds: 0,
    interval: { edges: [], low: [0.9], high: [1.1] },
  };

  /** A thousand microseconds, so many of them by the roofline, which may take 0.4 to 4 times as long. */
  function latencyWith(strange: number): ReturnType<typeof networkTotal>["latency"] {
    const costs = [
      { seconds: { value: 1e-3 - strange, method: "calibrated" } },
      { seconds: { value: strange, low: 0.4 * strange, high: 4 * strange, method: "roofline" } },
    ];
    const lowered = loweredOf([[2, add, 0, 8, 8, 0, 8, 0, 0, 0, 1, 1] as never], "chip");
    return networkTotal(network, known, {
      target: {} as Target,
      lowered,
      costs: costs as KernelCost[],
    }).latency;
  }

  test("a small part hardly widens the interval", () => {
    const { low, high, method } = latencyWith(1e-5);
    expect([low, high].map((end) => end * 1e3)).toEqual([
      expect.closeTo(0.9, 2),
      expect.closeTo(1.1, 2),
    ]);
    expect(method).toBe("calibrated");
  });

  test("half of the time by the roofline is as uncertain as that, and called so", () => {
    const { value, low, high, method } = latencyWith(5e-4);
    expect(value).toBeCloseTo(1e-3, 9);
    expect(high / value).toBeGreaterThan(2.5);
    expect(low / value).toBeGreaterThan(0);
    expect(low / value).toBeLessThan(0.7);
    expect(method).toBe("roofline");
  });
});
