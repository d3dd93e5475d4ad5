import { describe, expect, test } from "vitest";
import { Decoder } from "../../../server/core/base/decode.js";
import { decodeHosts } from "../../../server/core/cost/calibrated/decode-hosts.js";
import {
  hostInterval,
  likenessTo,
  meanFactor,
  spreadOf,
  type MeasuredHost,
} from "../../../server/core/cost/calibrated/hosts.js";

const host = (name: string, factor: number, mean: number): MeasuredHost => ({
  name,
  factor,
  mean: [mean, 1],
  deviation: [0.5, 0.1],
  low: 0.9,
  high: 1 + factor / 10,
});
const measured = [host("slow", 1.3, 10), host("fast", 0.8, 20)];

describe("machines that a card was measured in", () => {
  const answer = (aggregates: readonly number[]): readonly number[] => {
    const likeness = likenessTo(measured, aggregates);
    const unlike = 1 - likeness.reduce((sum, share) => sum + share, 0);
    return [meanFactor(measured, likeness), spreadOf(measured) * unlike];
  };

  test("a network like those of one machine gets its launches", () => {
    const [factor, widening] = answer([10.3, 1]);
    expect(factor).toBeCloseTo(1.3, 2);
    expect(widening).toBeLessThan(0.01);
    const interval = hostInterval(measured, likenessTo(measured, [10.3, 1]));
    expect(interval?.high[0]).toBeCloseTo(1.13, 3);
  });

  test("one that is like none gets the mean machine, and an interval as wide as machines differ", () => {
    const [factor, widening] = answer([60, 0]);
    expect(factor).toBe(1);
    expect(widening).toBeCloseTo(Math.log(1.3), 6);
    expect(hostInterval(measured, likenessTo(measured, [60, 0]))).toBeUndefined();
  });

  test("a file with an aggregate that is not known is refused", () => {
    const decoder = new Decoder("file");
    expect(
      decodeHosts(decoder, { features: ["log-nothing"], measured: [] }, "hosts"),
    ).toBeUndefined();
    expect(decoder.problems).toHaveLength(1);
  });
});
