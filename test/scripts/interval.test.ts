import { expect, test } from "vitest";
import { fitKind, kindPredictor, type KindRow } from "../../scripts/calibrate/train/fit-kind.js";
import { intervalsByTarget, tailOf } from "../../scripts/calibrate/train/interval.js";
import { asOfWholeFit } from "../../scripts/calibrate/train/learning.js";
import { randomSource } from "../../scripts/calibrate/train/matrix.js";
import { fitTrees } from "../../scripts/calibrate/train/trees.js";

/** Rows of a curved surface with a little noise: the more of them, the better the fit. */
function rows(count: number, seed: number): readonly KindRow[] {
  const random = randomSource(seed);
  return Array.from({ length: count }, (_, index) => {
    const [x, y] = [8 * random(), 8 * random()];
    const log = 0.5 * Math.sin(1.3 * x) + 0.4 * Math.cos(x * y * 0.2) + 0.02 * (random() - 0.5);
    const work = 1e-3;
    return {
      key: `${seed} ${index}`,
      features: Float64Array.of(x, y),
      work,
      seconds: work * Math.exp(log),
    };
  });
}

test("an interval holds for the fit that has seen all rows, not for those of the folds", () => {
  const kind = fitKind(rows(500, 1), {
    features: ["x", "y"],
    train: (features, targets) =>
      fitTrees(features, targets, { count: 80, depth: 4, rate: 0.12, leafRows: 4 }),
  });
  const predict = kindPredictor(kind);
  const { edges, low, high } = kind["interval"] as {
    readonly edges: number[];
    readonly low: number[];
    readonly high: number[];
  };
  const others = rows(3000, 2);
  const inside = others.filter((row) => {
    const predicted = predict(row);
    const at = edges.filter((edge) => predicted >= edge).length;
    const ratio = row.seconds / predicted;
    return low[at]! <= ratio && ratio <= high[at]!;
  });
  expect(inside.length / others.length).toBeGreaterThan(0.85);
  expect(inside.length / others.length).toBeLessThan(0.95);
});

test("residuals shrink as far as more rows make the fit better", () => {
  const residuals = (width: number): { predicted: number; measured: number }[] =>
    Array.from({ length: 100 }, (_, index) => ({
      predicted: 1,
      measured: Math.exp((width * (index - 50)) / 50),
    }));
  const widest = (found: readonly { measured: number }[]): number => Math.log(found[99]!.measured);
  const share = 0.5;
  // Half of the rows, a tenth more error: the other half takes it off again.
  expect(widest(asOfWholeFit(residuals(0.1), residuals(0.11), share))).toBeCloseTo(
    widest(residuals(0.1 / 1.1)),
    3,
  );
  // A fit that learns nothing from rows keeps its errors.
  expect(asOfWholeFit(residuals(0.1), residuals(0.1), share)).toEqual(residuals(0.1));
  expect(asOfWholeFit(residuals(0.1), residuals(0.05), share)).toEqual(residuals(0.1));
  // No faster than with the square root.
  expect(widest(asOfWholeFit(residuals(0.1), residuals(1), share))).toBeCloseTo(
    widest(residuals(0.1 * Math.SQRT1_2)),
    3,
  );
});

test("targets that were fitted together each have their own width, one with few rows the common one", () => {
  const residuals = (target: string, count: number, width: number) =>
    Array.from({ length: count }, (_, index) => ({
      target,
      predicted: 1,
      measured: Math.exp(width * ((2 * (index + 0.5)) / count - 1)),
    }));
  const { of } = intervalsByTarget(
    [...residuals("calm", 150, 0.1), ...residuals("wild", 150, 0.4), ...residuals("new", 2, 4)],
    { groups: 1 },
  );
  const width = (target: string): number => Math.log(of.get(target)!.high[0]!);
  // Nine tenths of the width, drawn a sixth of the way to the mean.
  expect(width("calm")).toBeGreaterThan(0.09);
  expect(width("calm")).toBeLessThan(0.14);
  expect(width("wild")).toBeGreaterThan(0.3);
  expect(width("wild")).toBeLessThan(0.36);
  expect(width("new")).toBeLessThan(0.36);
});

test("rows count by how little those of a key are alike", () => {
  const rows = (residualOf: (key: number, row: number) => number) =>
    Array.from({ length: 200 }, (_, at) => ({
      key: String(at % 10),
      predicted: 1,
      measured: Math.exp(residualOf(at % 10, Math.floor(at / 10))),
    }));
  // As ten rows, and as two hundred: 5 % of the next one's chances less half a row.
  expect(tailOf(rows((key) => key / 10))).toBeCloseTo((0.05 * 11 - 0.5) / 10);
  expect(tailOf(rows((key, row) => ((7 * row + 2 * key) % 20) / 20))).toBeCloseTo(
    (0.05 * 201 - 0.5) / 200,
  );
  const half = tailOf(rows((key, row) => key / 10 + ((7 * row + 2 * key) % 20) / 20));
  expect(half).toBeGreaterThan(0.01);
  expect(half).toBeLessThan(0.045);
});
