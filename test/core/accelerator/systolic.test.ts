import { expect, test } from "vitest";
import type { Dataflow } from "../../../server/core/accelerator/accelerator.js";
import type { Contraction } from "../../../server/core/accelerator/contraction.js";
import { product } from "../../../server/core/accelerator/contraction.js";
import { mapContraction } from "../../../server/core/accelerator/map-contraction.js";
import { accelerator, bareArray, convolution, engineOf, precisionOf } from "./arrays.js";

/**
 * Cycles that SCALE-Sim v2 (Samajdar et al., ISPASS 2020; commit 22f88b1) reports without stalls, by its number of the last
 * cycle. The first is the simulator's own golden trace; the others by `npm run bench map`, which compares whole networks.
 */
function check(size: number, dataflow: Dataflow, contraction: Contraction): number {
  const array = bareArray(size, size, dataflow);
  const mapping = mapContraction(
    {
      accelerator: array,
      engine: engineOf(array),
      precision: precisionOf(array),
      objective: "latency",
    },
    contraction,
  );
  return mapping.computeCycles - 1;
}

test("weights stationary: AlexNet's first layer on 32×32 takes SCALE-Sim's 112,283 cycles", () => {
  expect(check(32, "weight-stationary", convolution(227, 11, 3, 96, 4))).toBe(112283);
});

test("outputs stationary: a layer of ResNet-50 on 32×32 takes SCALE-Sim's 117,391 cycles", () => {
  expect(check(32, "output-stationary", convolution(56, 3, 64, 64, 1))).toBe(117391);
});

test("inputs stationary: a layer of ResNet-50 on 128×128 takes SCALE-Sim's 10,207 cycles", () => {
  expect(check(128, "input-stationary", convolution(14, 1, 1024, 256, 1))).toBe(10207);
});

test("small groups lie along the diagonal of a weight-stationary array", () => {
  // Three groups of nine weights fill 27 rows and 3 columns of 32×32: 11 folds for 32 groups in place of 32.
  const one = convolution(16, 3, 1, 1, 1);
  const cycles = check(32, "weight-stationary", { ...one, groups: 32 }) + 1;
  expect(cycles).toBe(11 * (32 + 14 * 14 + 62));
});

test("a pipelined array loads the next fold behind the present one", () => {
  const array = accelerator({ engine: { rows: 16, columns: 16, dataflow: "weight-stationary" } });
  const mapping = mapContraction(
    {
      accelerator: array,
      engine: engineOf(array),
      precision: precisionOf(array),
      objective: "latency",
    },
    product(1, 100, 32, 32),
  );
  // Four folds of 100 rows, and once the load and the skew.
  expect(mapping.computeCycles).toBe(4 * 100 + 16 + 30);
});

test("two levels of buffers: each is filled through the one around it", () => {
  const array = accelerator({
    buffers: [
      { name: "near", size: "4 KiB" },
      { name: "far", size: "256 KiB" },
    ],
  });
  const { traffic } = mapContraction(
    {
      accelerator: array,
      engine: engineOf(array),
      precision: precisionOf(array),
      objective: "latency",
    },
    product(1, 256, 256, 256),
  );
  const [near, far, dram] = traffic;
  // All three operands fit the far buffer: each crosses to the DRAM once.
  expect(dram).toEqual({ memory: "DRAM", readBytes: 2 * 65536, writeBytes: 65536 });
  expect(far?.writeBytes).toBeGreaterThanOrEqual(3 * 65536);
  expect(near?.readBytes).toBeGreaterThan(far?.readBytes ?? Infinity);
});
