import { expect, test } from "vitest";
import { chanceOutside, countOutside, coverageVerdict } from "../../scripts/calibrate/coverage.js";

// Wilson's intervals of 95 %: 83 of 100, .745 to .891; 85 of 100, .767 to .907; 96 of 100, .902 to .984.
test.each([
  [100, 0.83, "too narrow"],
  [100, 0.85, ""],
  [100, 0.95, ""],
  [100, 0.96, "too wide"],
  [10, 1, ""],
  [40, 1, "too wide"],
  [1000, 0.92, "too wide"],
])("%i rows of which %d are inside: %s", (rows, coverage, verdict) => {
  expect(coverageVerdict({ rows, coverage })).toBe(verdict);
});

test("chance puts few rows outside where there are many", () => {
  // 20 rows: 17, 18 and 19 are within 85 to 95 %, with .190 + .285 + .270.
  expect(chanceOutside(20)).toBeCloseTo(0.255, 2);
  expect(chanceOutside(2000)).toBeLessThan(1e-9);
});

test("lines of few rows are not counted", () => {
  const rows = [
    { rows: 59, coverage: 0.5 },
    { rows: 60, coverage: 0.5 },
    { rows: 500, coverage: 0.96 },
    { rows: 500, coverage: 0.9 },
  ];
  expect(countOutside(rows)).toMatchObject({
    judged: 3,
    below: 1,
    above: 1,
    tooNarrow: 1,
    tooWide: 1,
  });
});
