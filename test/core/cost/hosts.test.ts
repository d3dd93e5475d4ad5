import { describe, expect, test } from "vitest";
import { Decoder } from "../../../server/core/base/decode.js";
import { decodeHosts } from "../../../server/core/cost/calibrated/decode-hosts.js";
import {
  hostFactor,
  hostInterval,
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
  test("a network like those of one machine gets its launches", () => {
    const { factor, widening } = hostFactor(measured, [10.3, 1]);
    expect(factor).toBeCloseTo(1.3, 2);
    expect(widening).toBeLessThan(0.01);
    expect(hostInterval(measured, [10.3, 1])?.high[0]).toBeCloseTo(1.13, 3);
  });

  test("one that is like none gets the mean machine, and an interval as wide as machines differ", () => {
    const { factor, widening } = hostFactor(measured, [60, 0]);
    expect(factor).toBe(1);
    expect(widening).toBeCloseTo(Math.log(1.3), 6);
    expect(hostInterval(measured, [60, 0])).toBeUndefined();
  });

  test("it is waited for as networks like it were", () => {
    const [slow, fast] = [{ ...measured[0]!, waits: true }, measured[1]!];
    expect(hostFactor([slow, fast], [10.3, 1]).waiting).toBeGreaterThan(0.99);
    expect(hostFactor([slow, fast], [19.8, 1]).waiting).toBeLessThan(0.01);
    expect(hostFactor([slow, fast], [60, 0]).waiting).toBeLessThan(0.01);
  });

  test("a file with an aggregate that is not known is refused", () => {
    const decoder = new Decoder("file");
    expect(
      decodeHosts(decoder, { features: ["log-nothing"], measured: [] }, "hosts"),
    ).toBeUndefined();
    expect(decoder.problems).toHaveLength(1);
  });
});
