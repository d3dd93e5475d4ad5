import { expect, test } from "vitest";
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
