import { expect, test } from "vitest";
import { explore, searchMethods } from "../../../server/core/search/explore/explore.js";
import { gaussianProcess } from "../../../server/core/search/explore/gaussian-process.js";
import type { Axis, Point } from "../../../server/core/search/explore/method.js";

const axis = (count: number): Axis => ({
  positions: Array.from({ length: count }, (_, index) => index / Math.max(1, count - 1)),
  isNamed: false,
});
const space = [axis(20), axis(20), { positions: [0, 1, 2], isNamed: true }];

/** A bowl with its bottom at (13, 4), three deep steps of it by name. */
const bowl = ([x = 0, y = 0, name = 0]: Point): number =>
  (x - 13) ** 2 / 50 + (y - 4) ** 2 / 50 + (name === 1 ? 0 : 2);

const method = (id: string) => searchMethods.find((known) => known.id === id)!;

test.each(searchMethods)(
  "$id tries as many points as asked for, none twice, the same each time",
  (one) => {
    const tried = explore(space, one, 60, bowl);
    expect(new Set(tried.map(({ point }) => point.join())).size).toBe(60);
    expect(explore(space, one, 60, bowl)).toEqual(tried);
  },
);

test.each(searchMethods)("$id ends when a small space is empty", (one) => {
  expect(explore([axis(3), axis(1), axis(2)], one, 60, bowl)).toHaveLength(6);
});

test("what learns from its points finds a bowl's bottom that chance misses", () => {
  const least = (id: string): number =>
    Math.min(...explore(space, method(id), 60, bowl).map(({ score }) => score));
  expect(least("bayesian")).toBeLessThan(0.05);
  expect(least("bayesian")).toBeLessThan(least("random"));
  expect(least("evolution")).toBeLessThan(least("random"));
});

test("left-out errors from one inverse are those of regressions without the point", () => {
  const points = [
    [0, 3, 0],
    [5, 5, 1],
    [13, 4, 1],
    [19, 0, 2],
    [7, 12, 1],
    [2, 17, 0],
  ];
  const values = points.map(bowl);
  const whole = gaussianProcess(space, points, values)!;
  expect(whole.predict(points[2]!).mean).toBeCloseTo(values[2]!, 1);
  expect(whole.predict(points[2]!).deviation).toBeLessThan(0.1);
  // Without it the mean of the values moves and another length may be chosen, so that this holds roughly.
  const without = gaussianProcess(
    space,
    points.filter((_, index) => index !== 2),
    values.filter((_, index) => index !== 2),
  )!;
  expect(Math.sign(without.predict(points[2]!).mean - values[2]!)).toBe(
    Math.sign(whole.leftOut[2]!),
  );
});
