import { expect, test } from "vitest";
import type { Candidate } from "../../../server/core/quant/plan/candidates.js";
import { chooseByRuns } from "../../../server/core/quant/plan/run-candidates.js";

const totals = { risk: 0, latency: 0, size: 0, energy: 0 };
const candidate = (name: string): Candidate => ({
  name,
  plan: { schemes: new Map(), totals, status: "feasible", gap: 0 },
});

/** Name of the plan that is kept, and errors; squares by plan and sample, the outputs' own squares are 1. */
function check(squares: readonly (readonly number[])[], kinds?: readonly number[]) {
  const energies = (squares[0] ?? []).map(() => 1);
  const found = chooseByRuns(
    squares.map((_, index) => candidate(String(index))),
    { energies, squares },
    {
      kinds: kinds ?? energies.map(() => 0),
      calibrations:
        kinds === undefined
          ? energies.map((_, index) => [index])
          : [
              [0, 2],
              [1, 3],
            ],
    },
  );
  return { kept: found?.kept.name, errors: found?.runs.map(({ error }) => error) };
}

test("a rival that errs less in every sample is taken", () => {
  const own = [4, 2, 6, 4];
  expect(
    check([
      own,
      own.map((one) => 0.9 * one),
      own.map((one) => 0.5 * one),
      own.map((one) => 2 * one),
    ]),
  ).toEqual({ kept: "2", errors: [4, 3.6, 2, 8] });
});

test("one that errs less on the mean, by less than samples differ, is not", () => {
  expect(
    check([
      [4, 4, 4, 4],
      [1, 6, 2, 6],
    ]),
  ).toEqual({ kept: "0", errors: [4, 3.75] });
});

test("kinds of samples weigh alike, however far each is moved", () => {
  const kinds = [0, 0, 1, 1];
  // A tenth less where little moves, half as much again where much does.
  expect(
    check(
      [
        [100, 100, 1, 1],
        [90, 90, 1.5, 1.5],
      ],
      kinds,
    ),
  ).toEqual({
    kept: "0",
    errors: [10, Math.sqrt(90 * 1.5)],
  });
});

test("nothing errs less than a plan that errs nowhere", () => {
  expect(
    check([
      [0, 0],
      [0, 0],
    ]).kept,
  ).toBe("0");
});
