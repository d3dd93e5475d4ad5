import fc from "fast-check";
import { expect, test } from "vitest";
import { simulate, type Task } from "../../../server/core/accelerator/simulate.js";

function task(fields: Partial<Task> & Pick<Task, "cycles">): Task {
  return { engine: 0, after: [], priority: 0, channel: 0, demand: 0, ...fields };
}

const ends = (tasks: readonly Task[]): readonly number[] =>
  simulate(tasks, 2).map(({ end }) => end);

test("tasks of two engines run at once, and one that waits starts when the last of them is done", () => {
  const tasks = [
    task({ cycles: 10 }),
    task({ cycles: 4, engine: 1 }),
    task({ cycles: 5, engine: 1, after: [0, 1] }),
  ];
  expect(simulate(tasks, 2)).toEqual([
    { start: 0, end: 10 },
    { start: 0, end: 4 },
    { start: 10, end: 15 },
  ]);
});

test("two tasks that each want a whole memory take twice as long, and as long as alone once one is done", () => {
  expect(
    ends([task({ cycles: 10, demand: 1 }), task({ cycles: 6, demand: 1, engine: 1 })]),
  ).toEqual([16, 12]);
  expect(
    ends([task({ cycles: 10, demand: 1 }), task({ cycles: 6, demand: 1, engine: 1, channel: 1 })]),
  ).toEqual([10, 6]);
});

test("an engine takes the task that more hangs on first", () => {
  expect(ends([task({ cycles: 3, priority: 1 }), task({ cycles: 2, priority: 0 })])).toEqual([
    5, 2,
  ]);
});

test("nothing takes longer than all tasks in turn, nor less than what waits for one another", () => {
  const tasks = fc
    .array(
      fc.record({
        engine: fc.integer({ min: 0, max: 1 }),
        cycles: fc.integer({ min: 0, max: 20 }),
        demand: fc.double({ min: 0, max: 1, noNaN: true }),
        before: fc.integer({ min: 0, max: 9 }),
        priority: fc.integer({ min: 0, max: 3 }),
      }),
      { maxLength: 10 },
    )
    .map((records) =>
      records.map(({ before, ...fields }, index): Task =>
        task({ ...fields, after: before < index ? [before] : [] }),
      ),
    );
  fc.assert(
    fc.property(tasks, (given) => {
      const times = simulate(given, 2);
      const last = Math.max(0, ...times.map(({ end }) => end));
      const sum = given.reduce((total, { cycles }) => total + cycles, 0);
      expect(last).toBeLessThanOrEqual(sum * (1 + 1e-9));
      for (const [index, { after, cycles }] of given.entries()) {
        const { start = 0, end = 0 } = times[index] ?? {};
        expect(end - start).toBeGreaterThanOrEqual(cycles - 1e-9);
        for (const before of after) expect(start).toBeGreaterThanOrEqual(times[before]?.end ?? 0);
      }
    }),
  );
});
