import { expect, test } from "vitest";
import { ExplainedCost, type KernelCost, type Method } from "../../../server/core/cost/cost.js";
import { endsOfSum } from "../../../server/core/cost/sum-of-kernels.js";

function cost(value: number, method: Method): KernelCost {
  return new ExplainedCost(
    {
      seconds: { value, low: 0.8 * value, high: 1.3 * value, method, coverage: 0.9 },
      joules: undefined,
      bound: "memory",
      level: "DRAM",
      computeSeconds: 0,
      memorySeconds: value,
      overheadSeconds: 0,
    },
    () => [],
  );
}

test("equal kernels err alike, however many", () => {
  const layer = cost(1, "calibrated");
  const { low, high } = endsOfSum(new Array<KernelCost>(10).fill(layer));
  expect(low).toBeCloseTo(8, 9);
  expect(high).toBeCloseTo(13, 9);
});

test("errors of different measured kernels average out in part", () => {
  const { low, high } = endsOfSum(Array.from({ length: 4 }, () => cost(1, "calibrated")));
  // √(0.2 × 4² + 0.8 × 4) of one kernel's 0.2 and 0.3, by hand.
  expect(low).toBeCloseTo(4 - 0.2 * Math.sqrt(6.4), 9);
  expect(high).toBeCloseTo(4 + 0.3 * Math.sqrt(6.4), 9);
});

test("a wrong efficiency is wrong for all kernels of a roofline, and of a lender", () => {
  for (const method of ["roofline", "borrowed"] as const) {
    const { low, high } = endsOfSum(Array.from({ length: 4 }, () => cost(1, method)));
    expect(low).toBeCloseTo(3.2, 9);
    expect(high).toBeCloseTo(5.2, 9);
  }
});
