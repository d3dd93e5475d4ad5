import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Schedule, Step } from "../../../server/core/memory/buffers.js";
import { planMemory } from "../../../server/core/memory/make-plan.js";
import type { MemoryPlan } from "../../../server/core/memory/plan.js";

/** `a>b` reads a and writes b; sizes by name, in bytes. */
function plan(
  steps: string,
  sizes: Readonly<Record<string, number>>,
  { inputs = "", outputs = "" } = {},
): MemoryPlan {
  const names = Object.keys(sizes);
  const ids = (text: string): number[] => Array.from(text, (name) => names.indexOf(name));
  const outcome = planMemory({
    steps: steps.split(" ").map((step, nodeId): Step => {
      const [reads = "", writes = ""] = step.split(">");
      return { nodeId, reads: ids(reads), writes: ids(writes) };
    }),
    inputs: ids(inputs),
    outputs: ids(outputs),
    bytesOf: (id) => sizes[names[id] ?? ""],
    valueCount: names.length,
  });
  if (outcome.kind !== "planned") throw new Error(`size of ${outcome.valueId} is unknown`);
  return outcome.plan;
}

describe("live ranges", () => {
  test("a value lives from its writer to its last reader, an input from the start", () => {
    const { buffers, liveBytes } = plan(
      "x>a a>b ab>c c>y",
      { x: 16, a: 32, b: 64, c: 16, y: 16 },
      { inputs: "x", outputs: "y" },
    );
    expect(buffers.map(({ bytes, firstStep, lastStep }) => `${bytes}:${firstStep}-${lastStep}`))
      .toMatchInlineSnapshot(`
        [
          "16:0-0",
          "32:0-2",
          "64:1-2",
          "16:2-3",
          "16:3-3",
        ]
      `);
    // Step 0: x + a; 1: a + b; 2: a + b + c; 3: c + y.
    expect(liveBytes).toEqual([48, 96, 112, 32]);
  });

  test("the peak names its node and what is alive there, largest first", () => {
    const found = plan(
      "x>a a>b ab>c c>y",
      { x: 16, a: 32, b: 64, c: 16, y: 16 },
      { inputs: "x", outputs: "y" },
    );
    expect([found.lowerBound, found.peakStep, found.peakNodeId]).toEqual([112, 2, 2]);
    expect(found.aliveAtPeak.map((index) => found.buffers[index]!.bytes)).toEqual([64, 32, 16]);
  });

  test("an output that is read in the middle lives to the end", () => {
    const found = plan(
      "x>a a>b b>c",
      { x: 16, a: 16, b: 16, c: 16 },
      { inputs: "x", outputs: "ac" },
    );
    expect(found.buffers.map(({ lastStep }) => lastStep)).toEqual([0, 2, 2, 2]);
  });

  test("a value that nobody reads takes its bytes while it is written", () => {
    expect(plan("x>ab a>c", { x: 16, a: 16, b: 160, c: 16 }, { inputs: "x" }).liveBytes).toEqual([
      192, 32,
    ]);
  });

  test("an unknown size is no plan", () => {
    expect(() => plan("x>a", { x: 16, a: undefined as never }, { inputs: "x" })).toThrow("unknown");
  });
});

describe("arenas", () => {
  test("a chain reuses two places whatever the strategy", () => {
    const { plans } = plan(
      "x>a a>b b>c c>d",
      { x: 64, a: 64, b: 64, c: 64, d: 64 },
      { inputs: "x", outputs: "d" },
    );
    expect(plans.map(({ strategy, size }) => `${strategy} ${size}`)).toEqual([
      "naive 320",
      "first-fit 128",
      "best-fit 128",
      "greedy-by-size 128",
      "greedy-by-breadth 128",
    ]);
  });

  // In order: x at 0, a at 16; x dies; b does not fit the gap of 16 and goes behind a, c into the gap.
  test("greedy by size wins where allocation in order leaves a hole", () => {
    const found = plan(
      "x>a a>b b>c",
      { x: 16, a: 16, b: 64, c: 64 },
      { inputs: "x", outputs: "c" },
    );
    expect(found.plans.map(({ strategy, size }) => `${strategy} ${size}`)).toEqual([
      "naive 160",
      "first-fit 160",
      "best-fit 160",
      "greedy-by-size 128",
      "greedy-by-breadth 128",
    ]);
    expect([found.best.strategy, found.best.size, found.lowerBound]).toEqual([
      "greedy-by-size",
      128,
      128,
    ]);
  });

  test("sizes are rounded up to 16 bytes in an arena, not in the bound", () => {
    const found = plan("x>a", { x: 3, a: 5 }, { inputs: "x" });
    expect([found.lowerBound, found.best.size]).toEqual([8, 32]);
  });

  test("a model without buffers has an empty arena", () => {
    const outcome = planMemory({
      steps: [],
      inputs: [],
      outputs: [],
      bytesOf: () => 0,
      valueCount: 0,
    });
    expect(outcome.kind === "planned" && [outcome.plan.best.size, outcome.plan.lowerBound]).toEqual(
      [0, 0],
    );
  });

  test("no two buffers that are alive together overlap, and no arena beats the bound", () => {
    fc.assert(
      fc.property(randomSchedule, (schedule) => {
        const outcome = planMemory(schedule);
        if (outcome.kind !== "planned") throw new Error("unknown size");
        const { buffers, plans, lowerBound, liveBytes } = outcome.plan;
        expect(lowerBound).toBe(Math.max(0, ...liveBytes));
        const aligned = buffers.map(({ bytes }) => Math.ceil(bytes / 16) * 16);
        for (const { strategy, offsets, size } of plans) {
          if (strategy === "naive") expect(size).toBe(aligned.reduce((a, b) => a + b, 0));
          expect(size).toBeGreaterThanOrEqual(lowerBound);
          for (const [i, a] of buffers.entries()) {
            expect(offsets[i]! + aligned[i]!).toBeLessThanOrEqual(size);
            for (const [j, b] of buffers.entries()) {
              if (j <= i || a.lastStep < b.firstStep || b.lastStep < a.firstStep) continue;
              const isApart =
                offsets[i]! + aligned[i]! <= offsets[j]! ||
                offsets[j]! + aligned[j]! <= offsets[i]!;
              expect(isApart, `${strategy}: ${i} and ${j}`).toBe(true);
            }
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test("strategies that would take too long are left out and named", () => {
    // Ten thousand buffers, all alive until one node reads them.
    const count = 10_000;
    const ids = [...new Array(count).keys()];
    const steps: Step[] = ids.map((id) => ({ nodeId: id, reads: [], writes: [id] }));
    steps.push({ nodeId: count, reads: ids, writes: [count] });
    const outcome = planMemory({
      steps,
      inputs: [],
      outputs: [count],
      bytesOf: () => 16,
      valueCount: count + 1,
    });
    if (outcome.kind !== "planned") throw new Error("unknown size");
    expect(outcome.plan.skipped).toEqual(["greedy-by-size", "greedy-by-breadth"]);
    expect(outcome.plan.best.size).toBe((count + 1) * 16);
  });

  test("a large graph is planned until one strategy takes no more than the lower bound", () => {
    // Each step reads what the one before it wrote: two buffers are alive at once.
    const count = 20_001;
    const steps: Step[] = [...new Array(count).keys()].map((id) => ({
      nodeId: id,
      reads: id === 0 ? [] : [id - 1],
      writes: [id],
    }));
    const outcome = planMemory({
      steps,
      inputs: [],
      outputs: [count - 1],
      bytesOf: () => 16,
      valueCount: count,
    });
    if (outcome.kind !== "planned") throw new Error("unknown size");
    expect(outcome.plan.best.size).toBe(32);
    expect(outcome.plan.lowerBound).toBe(32);
    expect(outcome.plan.skipped).toEqual(["best-fit", "greedy-by-size", "greedy-by-breadth"]);
  });
});

/** Step i writes value i and reads some before it. */
const randomSchedule: fc.Arbitrary<Schedule> = fc
  .array(fc.record({ bytes: fc.integer({ min: 1, max: 500 }), reads: fc.array(fc.nat(1000)) }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((steps) => ({
    steps: steps.map(({ reads }, nodeId) => ({
      nodeId,
      reads: nodeId === 0 ? [] : reads.map((read) => read % nodeId),
      writes: [nodeId],
    })),
    inputs: [],
    outputs: [steps.length - 1],
    bytesOf: (id) => steps[id]?.bytes,
    valueCount: steps.length,
  }));
