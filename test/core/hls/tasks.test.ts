import { expect, test } from "vitest";
import {
  chooseTasks,
  pipelinedTasks,
  sequentialTasks,
} from "../../../server/core/hls/tasks/schedule.js";
import { type Task, tasksOf } from "../../../server/core/hls/tasks/task.js";
import { parseTaskWords, type TaskWords } from "../../../server/core/hls/tasks/words.js";
import type { ReportLayer } from "../../../server/core/views/report-document.js";

const wordsFrom = (text: string): TaskWords => {
  const words = parseTaskWords(text);
  if (typeof words === "string") throw new Error(words);
  return words;
};

/** A chain of products of `rows` rows, whose results have so many elements. */
function chain(
  steps: readonly { readonly out: number; readonly macs: number; readonly weights: number }[],
): readonly Task[] {
  return steps.map(({ out, macs, weights }, index) => ({
    name: `t${index}`,
    macs,
    weightElements: weights,
    reads: [
      {
        from: index === 0 ? undefined : index - 1,
        elements: index === 0 ? 1000 : (steps[index - 1]?.out ?? 0),
        isWhole: false,
      },
    ],
    outputElements: out,
    outputRows: 1000,
  }));
}

const words = wordsFrom("dsp=1000,memory=1MiB,bandwidth=1GB/s,clock=5");
/** Eight million elements between them do not fit the chip. */
const wide = chain([
  { out: 8e6, macs: 8e6, weights: 1000 },
  { out: 1000, macs: 8e6, weights: 1000 },
]);
/** Little lies between them, and weights do not fit together. */
const heavy = chain([
  { out: 1000, macs: 1e9, weights: 1e6 },
  { out: 1000, macs: 1e9, weights: 1e6 },
]);

test("what does not fit between two tasks makes them a pipeline, and moves nothing", () => {
  const [chosen, alone] = [chooseTasks(wide, words), sequentialTasks(wide, words)];
  expect(chosen.groups.map(({ count }) => count)).toEqual([2]);
  // Weights, the input and the result, once each; rows of the rest wait on the chip.
  expect(chosen.trafficBytes).toBe(2000 + 1000 + 1000);
  expect(alone.trafficBytes).toBe(4000 + 2 * 8e6);
  expect(alone.cycles).toBeGreaterThan(10 * chosen.cycles);
});

test("weights that do not fit together keep tasks apart", () => {
  const chosen = chooseTasks(heavy, words);
  expect(chosen.groups.map(({ count }) => count)).toEqual([1, 1]);
  expect(chosen.groups.map(({ dsps }) => dsps)).toEqual([[1000], [1000]]);
  // A billion products on 1,000 DSPs.
  expect(chosen.cycles).toBeCloseTo(2e6, 0);
});

test("where both kinds meet, the choice is faster than either for all", () => {
  const steps = [
    { out: 1000, macs: 3e8, weights: 9e5 },
    { out: 8e6, macs: 8e6, weights: 1000 },
    { out: 1000, macs: 8e6, weights: 1000 },
    { out: 1000, macs: 3e8, weights: 9e5 },
  ];
  const tasks = chain(steps);
  // Three DSPs cannot be shared out evenly: a pipeline of the first three waits for its slowest.
  const few = { ...words, dsps: 3, bandwidth: 1e8 };
  const chosen = chooseTasks(tasks, few);
  const [alone, together] = [sequentialTasks(tasks, few), pipelinedTasks(tasks, few)];
  expect(chosen.cycles).toBeLessThan(alone.cycles);
  expect(chosen.cycles).toBeLessThan(together.cycles);
  expect(chosen.groups.map(({ count }) => count)).toContain(1);
  expect(Math.max(...chosen.groups.map(({ count }) => count))).toBeGreaterThan(1);
});

test("a pipeline shares out all DSPs, one for each task at least, and says what waits", () => {
  for (const dsps of [2, 3, 7, 1000]) {
    const [group] = pipelinedTasks(wide, { ...words, dsps }).groups;
    expect(group?.dsps.reduce((sum, share) => sum + share, 0)).toBe(dsps);
    expect(Math.min(...(group?.dsps ?? []))).toBeGreaterThanOrEqual(1);
    expect(group?.stalled).toBeGreaterThanOrEqual(0);
    expect(group?.stalled).toBeLessThan(1);
  }
  // No pipeline of more tasks than DSPs.
  expect(pipelinedTasks(wide, { ...words, dsps: 1 }).groups).toHaveLength(2);
});

test("layers become tasks: element-wise ones belong to what they follow, second operands are needed whole", () => {
  const layer = (op: string, from: readonly string[], to: string, macs: number): ReportLayer =>
    ({
      name: to,
      op,
      inputs: from.map((name) => ({ name, type: "float32", shape: [1, 4, 8, 8] })),
      outputs: [{ name: to, type: "float32", shape: [1, 4, 8, 8] }],
      parameterCount: macs === 0 ? 0 : 10,
      macs,
      folded: false,
    }) as unknown as ReportLayer;
  const tasks = tasksOf([
    layer("Conv", ["x", "w"], "a", 100),
    layer("Relu", ["a"], "b", 0),
    layer("Conv", ["b", "w2"], "c", 100),
    layer("MatMul", ["b", "c"], "d", 100),
    layer("Add", ["d", "a"], "e", 0),
  ]);
  expect(tasks?.map(({ reads }) => reads.map(({ from, isWhole }) => [from, isWhole]))).toEqual([
    [[undefined, false]],
    [[0, false]],
    [
      [0, false],
      [1, true],
      [0, false],
    ],
  ]);
});

test("wrong words are told", () => {
  expect(parseTaskWords("dsp=0")).toBe("dsp: a whole number of DSPs, not `0`.");
  expect(parseTaskWords("memory=8")).toContain("a size such as 8MiB");
  expect(parseTaskWords("speed=9")).toContain("`speed` is not known");
  for (const word of ["clock=4MHz", "bits=4.5", "bits=8x", "macs=2x"])
    expect(parseTaskWords(word)).toContain(`not \`${word.split("=")[1] ?? ""}\``);
});
