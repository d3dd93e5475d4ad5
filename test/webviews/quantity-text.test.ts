import { describe, expect, test } from "vitest";
import { joulesText, secondsRange, secondsText } from "../../webviews/src/kit/quantity-text.js";
import type { Quantity } from "../../server/core/views/layer-cost.js";

function estimate(value: number, low: number, high: number): Quantity {
  return { value, low, high, method: "roofline" };
}

describe("digits follow the interval", () => {
  test.each([
    // Within ±5 %: three.
    [estimate(79.34e-6, 77e-6, 82e-6), "79.3 µs"],
    // Within ±25 %: two.
    [estimate(79.34e-6, 71e-6, 90e-6), "79 µs"],
    [estimate(127.4e-6, 110e-6, 140e-6), "130 µs"],
    // Wider: two, and marked.
    [estimate(212e-6, 106e-6, 420e-6), "210 µs ~"],
    [estimate(0, 0, 0), "0 s"],
  ])("%o", (quantity, expected) => expect(secondsText(quantity)).toBe(expected));

  test("joules too", () => expect(joulesText(estimate(0.4123, 0.2, 0.9))).toBe("410 mJ ~"));
});

describe("intervals", () => {
  test.each([
    [estimate(79e-6, 71e-6, 90e-6), "71–90 µs"],
    [estimate(0.9e-3, 820e-6, 1.24e-3), "820 µs–1.2 ms"],
    [estimate(1, 1, 1), "1 s"],
  ])("%o", (quantity, expected) => expect(secondsRange(quantity)).toBe(expected));
});
