import { expect, test } from "vitest";
import {
  coveringBoth,
  intervalsInNetworks,
  type FitModel,
} from "../../scripts/calibrate/network-intervals.js";
import type { OperatorRow } from "../../scripts/calibrate/neusight-kinds.js";
import { kernelModel } from "../../server/core/cost/calibrated/models/eager-softmax.js";

const columnsAt = kernelModel.features.indexOf("log-columns");

function row(target: string, key: string, columns: number, seconds: number): OperatorRow {
  const features = new Float64Array(kernelModel.features.length);
  features[columnsAt] = Math.log2(columns);
  const of = { key, target, vendor: "acme", features, work: 1e-4, seconds };
  return { ...of, model: kernelModel, isOfNetwork: key !== "alone" };
}

/** Says of every kernel what those of its length took that it has seen, else what is expected of it. */
const remembers: FitModel = (rows, target) => {
  const own = rows.filter((item) => item.target === target);
  if (own.length === 0) return undefined;
  const seen = own.find(({ isOfNetwork }) => isOfNetwork);
  return {
    features: kernelModel.features,
    terms: [],
    overhead: 0,
    regressor: {
      kind: "linear",
      intercept: seen === undefined ? 0 : Math.log(seen.seconds / seen.work),
      weights: kernelModel.features.map(() => 0),
    },
  };
};

test("two networks with rows of one length do not vouch for each other", () => {
  const rows = ["x1", "x2", "x3"].flatMap((target) => [
    row(target, "alone", 512, 1e-4),
    row(target, "small", 2048, 2e-4),
    row(target, "large", 2048, 2e-4),
  ]);
  const found = intervalsInNetworks(rows, kernelModel, remembers)("x1");
  expect(found?.interval.high[0]).toBeGreaterThan(1.9);
  expect(found?.from).toBeCloseTo(1e-4, 9);
  // Of other lengths they do.
  const apart = rows.map((item) =>
    item.key === "large" ? row(item.target, "large", 4096, 2e-4) : item,
  );
  expect(intervalsInNetworks(apart, kernelModel, remembers)("x1")?.interval.high[0]).toBeCloseTo(1);
});

test("a chip without a network has the interval of its vendor's others", () => {
  const rows = ["x1", "x2"].flatMap((target) => [
    row(target, "alone", 512, 1e-4),
    row(target, "net", 2048, 1.5e-4),
  ]);
  const high = intervalsInNetworks(rows, kernelModel, remembers)("y")?.interval.high[0];
  expect(high).toBeGreaterThan(1.4);
});

test("from the size of networks' kernels on, an interval holds for both", () => {
  const alone = { edges: [1e-4], low: [0.9, 0.8], high: [1.1, 1.3] };
  const inNetworks = { interval: { edges: [], low: [0.7], high: [1.2] }, from: 5e-5 };
  expect(coveringBoth(alone, inNetworks)).toEqual({
    edges: [5e-5, 1e-4],
    low: [0.9, 0.7, 0.7],
    high: [1.1, 1.2, 1.3],
  });
  expect(coveringBoth(undefined, inNetworks)).toEqual(inNetworks.interval);
});
