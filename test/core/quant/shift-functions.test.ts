import { expect, test } from "vitest";
import {
  shiftExp,
  shiftFormDb,
  shiftGelu,
  shiftmax,
} from "../../../server/core/quant/shift-functions.js";

test("the shift-based exponential is exact at zero and errs as its two approximations say", () => {
  expect(shiftExp(0)).toBe(1);
  // x · 1.4375 = −1: half, by the shift alone.
  expect(shiftExp(-1 / 1.4375)).toBeCloseTo(0.5, 12);
  // 1 + r/2 over 2^r is largest at r = 1/ln 2 − 2 = −0.557: 1.0615. What 1.4375 lacks to log2(e) is 0.0036 of x.
  for (let x = 0; x > -6; x -= 0.01) {
    const ratio = shiftExp(x) / Math.exp(x);
    expect(ratio).toBeGreaterThanOrEqual(1 - 1e-9);
    expect(ratio).toBeLessThan(1.0616 * Math.exp(-0.003602 * x));
  }
});

test("Shiftmax sums to one and keeps the order, ShiftGELU keeps the ends", () => {
  const rounded = shiftmax([0.5, -1, 2, 2]);
  expect(rounded.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
  expect(rounded[1]).toBeLessThan(rounded[0]!);
  expect(rounded[2]).toBe(rounded[3]);
  expect(shiftGelu(0)).toBe(0);
  expect(shiftGelu(8)).toBeCloseTo(8, 3);
  expect(shiftGelu(-8)).toBeCloseTo(0, 3);
});

test("what they keep is told in decibels, and nothing of operators without such a form", () => {
  expect(shiftFormDb("Softmax")).toBeGreaterThan(25);
  expect(shiftFormDb("Gelu")).toBeGreaterThan(25);
  expect(shiftFormDb("LayerNormalization")).toBeUndefined();
});
