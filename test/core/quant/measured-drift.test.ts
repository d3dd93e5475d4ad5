import { expect, test } from "vitest";
import { Drifts } from "../../../server/core/quant/measured/measured-drift.js";
import { dot } from "../../../server/core/quant/plan/joint-risk.js";
import { gaussian } from "./random-numbers.js";

/** Samples of outputs that are all ones. */
const samplesOf = (count: number, length: number) =>
  Array.from({ length: count }, () => [new Float32Array(length).fill(1)]);

function check(count: number, length: number, move: (sample: number, at: number) => number) {
  const reference = samplesOf(count, length);
  const drifts = new Drifts(reference, count * length);
  return drifts.movementOf(
    reference.map(([own], sample) => [own!.map((one, at) => one + move(sample, at))]),
  );
}

test("what every sample's outputs do alike is all drift", () => {
  const { risk, drift } = check(4, 3, (_, at) => (at === 0 ? 0.25 : 0));
  expect(risk).toBeCloseTo(0.0625 / 3, 9);
  expect(drift).toHaveLength(3);
  expect(drift?.[0]).toBeCloseTo(Math.sqrt(0.0625 / 3), 6);
  expect(dot(drift ?? [], drift ?? [])).toBeCloseTo(risk, 9);
});

test("what differs from sample to sample is none", () => {
  const noise = gaussian(64 * 5, 3);
  const { risk, drift = [] } = check(64, 5, (sample, at) => (noise[sample * 5 + at] ?? 0) / 8);
  expect(dot(drift, drift)).toBeLessThan(0.1 * risk);
  const turned = check(2, 1, (sample) => (sample === 0 ? 0.1 : -0.1));
  expect(turned.drift?.map(Math.abs)).toEqual([0]);
});

test("opposite drifts cancel, of many outputs too", () => {
  const ahead = check(4, 1000, (_, at) => at / 1000);
  const back = check(4, 1000, (_, at) => -at / 1000);
  expect(ahead.drift).toHaveLength(8);
  expect(dot(ahead.drift ?? [], back.drift ?? []) / ahead.risk).toBeCloseTo(-1, 6);
});

test("one sample cannot tell what is common", () => {
  expect(check(1, 3, () => 0.1).drift).toBeUndefined();
});
