import fc from "fast-check";
import { expect, test } from "vitest";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { certain } from "../../../server/core/cost/interval.js";
import { planServing } from "../../../server/core/serving/plan-serving.js";
import type { ServingPoint } from "../../../server/core/serving/together.js";

/** A server whose steps take 10 ms and 0.1 ms more for each text, and whose prompts take 50 ms. */
function serve(texts: number): ServingPoint {
  const tokenSeconds = 0.01 + 1e-4 * texts;
  return {
    texts,
    devices: 1,
    firstTokenSeconds: certain(0.05 + tokenSeconds),
    tokenSeconds: certain(tokenSeconds),
    tokensPerSecond: certain(texts / tokenSeconds),
    memoryBytes: texts,
    joulesPerToken: undefined,
    shareOfBound: 0.5,
  };
}

const plan = (limits: object, fitting = 1000, mostTexts = 2048) =>
  planServing(serve, { limits, fitting, mostTexts }, neverCancelled);

test("without limits the room for caches decides", () => {
  const { best, limit } = plan({});
  expect([best?.texts, limit]).toEqual([1000, "memory"]);
});

test("a server that takes no more texts at once is told apart from a full memory", () => {
  const { best, limit } = plan({}, 1000, 256);
  expect([best?.texts, limit]).toEqual([256, "texts at once"]);
});

test("a limit of the first token can decide alone", () => {
  const { best, limit } = plan({ firstTokenSeconds: 0.07 });
  expect(limit).toBe("first token");
  expect(best?.texts).toBeGreaterThanOrEqual(98);
});

test("where more texts give no more, that is what is told", () => {
  const saturated = (texts: number): ServingPoint => ({
    ...serve(texts),
    tokensPerSecond: certain(texts > 100 ? 100 : texts),
  });
  const { best, limit } = planServing(
    saturated,
    { limits: {}, fitting: 1000, mostTexts: 2048 },
    neverCancelled,
  );
  expect([best?.texts, limit]).toEqual([128, "no gain"]);
});

test("what fits and cannot be arranged in time lacks time to the first token, not memory", () => {
  const few = (texts: number): ServingPoint | undefined => (texts > 20 ? undefined : serve(texts));
  const { best, limit } = planServing(
    few,
    { limits: {}, fitting: 1000, mostTexts: 2048 },
    neverCancelled,
  );
  expect([best?.texts, limit]).toEqual([20, "first token"]);
});

test("a slow number of texts among quick ones does not end the search", () => {
  const uneven = (texts: number): ServingPoint =>
    texts === 4 ? { ...serve(texts), tokenSeconds: certain(1) } : serve(texts);
  const { best, limit } = planServing(
    uneven,
    { limits: { tokenSeconds: 0.05 }, fitting: 1000, mostTexts: 2048 },
    neverCancelled,
  );
  expect(best!.texts).toBeGreaterThanOrEqual(392);
  expect(limit).toBe("between tokens");
});

test("nothing is best where one text alone is too slow", () => {
  const { best, limit, points } = plan({ tokenSeconds: 0.005 });
  expect([best, limit]).toEqual([undefined, "between tokens"]);
  expect(points.length).toBeGreaterThan(0);
});

test("the best keeps the limit, and two per cent more texts do not", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.0102, max: 0.1, noNaN: true }), (tokenSeconds) => {
      const { best } = plan({ tokenSeconds });
      expect(best!.tokenSeconds.value).toBeLessThanOrEqual(tokenSeconds);
      expect(serve(best!.texts * 1.021 + 1).tokenSeconds.value).toBeGreaterThan(tokenSeconds);
    }),
  );
});
