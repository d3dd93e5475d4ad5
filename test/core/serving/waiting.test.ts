import { expect, test } from "vitest";
import { certain } from "../../../server/core/cost/interval.js";
import { waitForPrompt } from "../../../server/core/serving/waiting.js";

const waitOf = (servers: number, busy: number): number =>
  waitForPrompt({ servers, busy, seconds: certain(1) }).value;

test("one server keeps who comes waiting as Pollaczek and Khinchine say", () => {
  // ρ / (2 (1 − ρ)) times a service of constant length.
  for (const busy of [0, 0.1, 0.5, 0.9])
    expect(waitOf(1, busy)).toBeCloseTo(busy / (2 * (1 - busy)));
});

test("several servers that are as busy keep one waiting for less", () => {
  // Half of M/M/2, whose wait is ρ² / (1 − ρ²) services: 1.78 at ρ = 0.8.
  expect(waitOf(2, 0.8)).toBeCloseTo(0.89, 1);
  expect(waitOf(8, 0.8)).toBeLessThan(waitOf(2, 0.8));
});

test("where prompts come faster than they are read the wait has no end", () => {
  expect(waitOf(1, 1)).toBe(Infinity);
  expect(waitOf(4, 1.2)).toBe(Infinity);
});
