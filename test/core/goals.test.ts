import { describe, expect, test } from "vitest";
import { budgetSeconds, carbonOf, parseBudget, verdictOf } from "../../server/core/goals.js";
import { decodeSettings } from "../../server/protocol/settings.js";
import { analyzeText, roundTarget } from "../kit/analysis-text.js";

describe("a budget", () => {
  const texts: readonly (readonly [string, number | undefined])[] = [
    ["16.7 ms", 0.0167],
    ["200us", 0.0002],
    ["200 µs", 0.0002],
    ["0.5s", 0.5],
    ["50fps", 0.02],
    ["50 frames/s", 0.02],
    ["50 images/s", 0.02],
    ["50/s", 0.02],
    ["50 Hz", 0.02],
    ["0 ms", undefined],
    ["-1 ms", undefined],
    ["16.7", undefined],
    ["fast", undefined],
  ];

  test.each(texts)("%s", (text, seconds) => {
    const budget = parseBudget(text);
    expect(budget && budgetSeconds(budget, undefined)).toEqual(
      seconds === undefined ? undefined : expect.closeTo(seconds, 12),
    );
    // The settings editor accepts what is read, and a rate of zero, which is read as none.
    const { complaints } = decodeSettings({ budget: text });
    if (text !== "0 ms") expect(complaints.length === 0).toBe(seconds !== undefined);
  });

  test("a call with eight images may take eight frames", () => {
    expect(budgetSeconds({ kind: "rate", perSecond: 50 }, 8)).toBeCloseTo(0.16, 12);
    expect(budgetSeconds({ kind: "seconds", seconds: 0.02 }, 8)).toBe(0.02);
  });

  test("holds above the interval, misses below it, and may miss inside", () => {
    const latency = { value: 10, low: 8, high: 13, method: "roofline", coverage: 0.9 } as const;
    expect([14, 13, 12, 9, 8, 7].map((seconds) => verdictOf(latency, seconds))).toEqual([
      "holds",
      "holds",
      "may miss",
      "may miss",
      "may miss",
      "misses",
    ]);
  });

  // Gou et al. 2023, SYENet: a network for 2K pictures with some thousand weights is all activations.
  test("a missed one names the layers that take most and what they move", () => {
    const picture = `g (float[1,3,1080,1920] x) => (float[1,3,1080,1920] y) <float[12,3,3,3] a = ?, float[3,12,3,3] b = ?> {
      m = Conv <pads = [1,1,1,1]> (x, a)
      r = Relu (m)
      y = Conv <pads = [1,1,1,1]> (r, b)
    }`;
    const goals = { budget: { kind: "rate", perSecond: 60 } as const };
    const problems = (batch?: number): readonly string[] =>
      analyzeText(picture, [roundTarget()], { goals, ...(batch !== undefined && { batch }) })
        .targets[0]!.problems.filter(({ code }) => code === "RP2107")
        .map(({ severity, message, nodeId }) => `${severity} ${nodeId} ${message}`);
    // Activations: (3 + 12) + (12 + 12) + (12 + 3) maps of 8.3 MB at 50 GB/s, 9 ms; 1.3 GMAC at 0.5 TFLOP/s, 5.4 ms.
    expect(problems()).toEqual([
      expect.stringMatching(
        /^information 1 Chip .*: may miss 16\.7 ms, which 60 frames\/s leave: .* Most goes to Relu #1 \d+ %, .* It reads and writes 427 MiB a call, 100 % of it activations\.$/,
      ),
    ]);
    expect(problems(2)).toHaveLength(1);
  });
});

test("1,000 calls of one joule on a grid of 360 g/kWh are 0.1 g", () => {
  const energy = { value: 1, low: 0.5, high: 3 };
  const carbon = carbonOf({ gridGramsPerKilowattHour: 360 }, energy);
  expect([carbon?.value, carbon?.low, carbon?.high]).toEqual([
    expect.closeTo(0.1, 12),
    expect.closeTo(0.05, 12),
    expect.closeTo(0.3, 12),
  ]);
  expect(carbonOf({}, energy)).toBeUndefined();
  expect(carbonOf({ gridGramsPerKilowattHour: 360 }, undefined)).toBeUndefined();
});
