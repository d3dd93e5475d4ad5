import { expect, test } from "vitest";
import { fitAttentionProducts } from "../../scripts/calibrate/train/attention-products.js";
import { fitKind, kindPredictor, type KindRow } from "../../scripts/calibrate/train/fit-kind.js";
import { fitTrees } from "../../scripts/calibrate/train/trees.js";

test("a chip that was measured on one side alone follows the others on the other side", () => {
  // Twice as slow from 4 on, which the chip's own rows do not reach.
  const row = (x: number, factor: number): KindRow => ({
    key: String(x),
    features: Float64Array.of(x),
    work: 1e-3,
    seconds: 1e-3 * factor,
  });
  const others = Array.from({ length: 80 }, (_, index) => row(index / 10, index < 40 ? 1 : 2));
  const prior = fitTrees(
    others.map(({ features }) => features),
    Float64Array.from(others, ({ seconds }) => Math.log(seconds / 1e-3)),
    { count: 60, depth: 2, rate: 0.2 },
  );
  const own = Array.from({ length: 40 }, (_, index) => row(index / 10, 1.5));
  const plan = {
    features: ["x"],
    train: (rows: readonly Float64Array[], targets: Float64Array) =>
      fitTrees(rows, targets, { count: 60, depth: 2, rate: 0.2 }),
  };
  const at6 = (kind: Readonly<Record<string, unknown>>): number => kindPredictor(kind)(row(6, 1));
  const alone = at6(fitKind(own, plan));
  expect(alone / 1e-3).toBeCloseTo(1.5, 1);
  expect(at6(fitKind(own, { ...plan, prior: () => prior })) / alone).toBeCloseTo(2, 1);
});

test("attention's products of a chip lie between its own networks and the vendor's other chips", () => {
  const rows = ["a", "b", "c"].flatMap((target, index) =>
    ["one", "two"].flatMap((key) =>
      [0, 1].map((part) => ({
        key,
        target,
        vendor: "nvidia",
        features: Float64Array.of(part, 20),
        work: 1,
        seconds: 2 ** (index + part),
      })),
    ),
  );
  const plan = { vendor: "nvidia", features: ["is-values", "log-compute"] };
  const level = (target: string, part: number): number => {
    const kind = fitAttentionProducts(rows, { ...plan, target })!;
    const { intercept, weights } = kind["regressor"] as { intercept: number; weights: number[] };
    return (intercept + part * weights[0]!) / Math.LN2;
  };
  // Two networks at 2⁰ and the others' upper median at 2².
  expect(level("a", 0)).toBeCloseTo(2 / 3, 2);
  expect(level("a", 1)).toBeCloseTo(1 + 2 / 3, 2);
  expect(level("never measured", 0)).toBeCloseTo(1, 2);
  expect(fitAttentionProducts(rows, { ...plan, vendor: "amd", target: "a" })).toBeUndefined();
});
