import { expect, test } from "vitest";
import { fitLevels, type LevelRow } from "../../scripts/calibrate/train/fit-levels.js";

const plan = { vendor: "nvidia", features: ["form", "waste"], slopes: [0.5] };

/** Measured at 2^level of the work, and more by half of what is wasted. */
function row(target: string, key: string, form: number, level: number, waste = 0): LevelRow {
  return {
    key,
    target,
    vendor: "nvidia",
    features: Float64Array.of(form, waste),
    work: 1,
    seconds: 2 ** (level + waste / 2),
  };
}

/** Powers of two by which a kernel of the form takes longer than its work. */
function levelOf(rows: readonly LevelRow[], target: string, form: number): number {
  const { regressor } = fitLevels(rows, { ...plan, target })!;
  const { intercept, weights } = regressor as { intercept: number; weights: readonly number[] };
  return (intercept + form * weights[0]!) / Math.LN2;
}

test("each of a chip's networks counts once, whatever its kernels waste", () => {
  const rows = [
    row("a", "one", 0, 1),
    row("a", "one", 0, 1, 0.4),
    row("a", "one", 0, 1, 0.8),
    row("a", "two", 0, 2),
    row("a", "one", 1, 0),
    row("a", "two", 1, 0),
  ];
  expect(levelOf(rows, "a", 0)).toBeCloseTo(1.5, 2);
  expect(levelOf(rows, "a", 1)).toBeCloseTo(0, 2);
});

test("a form that a chip's networks do not have follows the other, a chip without networks the vendor's", () => {
  const rows = [
    ...["one", "two"].map((key) => row("a", key, 0, 3)),
    ...["one", "two"].flatMap((key) => [row("b", key, 0, 1), row("b", key, 1, 2)]),
  ];
  expect(levelOf(rows, "a", 1)).toBeCloseTo(3, 2);
  expect(levelOf(rows, "never measured", 0)).toBeCloseTo(2, 2);
  expect(levelOf(rows, "never measured", 1)).toBeCloseTo(2, 2);
  expect(fitLevels(rows, { ...plan, vendor: "amd", target: "a" })).toBeUndefined();
});
