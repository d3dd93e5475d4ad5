import { describe, expect, test } from "vitest";
import type { NetworkModel } from "../../../server/core/cost/calibrated/calibration.js";
import { networkTotal } from "../../../server/core/cost/calibrated/network.js";
import type { TargetCalibration } from "../../../server/core/cost/calibrated/target-calibration.js";
import type { KernelCost } from "../../../server/core/cost/cost.js";
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
  const { latency } = networkTotal(
    network,
    known,
    lowered,
    lowered.kernels.map(() => cost),
  );
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
