import fc from "fast-check";
import { expect, test } from "vitest";
import type { Schedule, Step } from "../../../server/core/memory/buffers.js";
import { planMemory } from "../../../server/core/memory/make-plan.js";
import { scratchpadCurve } from "../../../server/core/memory/scratchpad.js";

/** `a>b` reads a and writes b; a tensor has the bytes that its letter is given. */
function schedule(
  text: string,
  sizes: Readonly<Record<string, number>>,
  inputs: string,
  outputs: string,
): Schedule {
  const names = Object.keys(sizes);
  const ids = (letters: string): number[] => Array.from(letters, (letter) => names.indexOf(letter));
  return {
    steps: text.split(" ").map((step, nodeId): Step => {
      const [reads = "", writes = ""] = step.split(">");
      return { nodeId, reads: ids(reads), writes: ids(writes) };
    }),
    inputs: ids(inputs),
    outputs: ids(outputs),
    bytesOf: (id) => sizes[names[id] ?? ""],
    valueCount: names.length,
  };
}

/** `bytes: extra/least recently used`, each in KiB. */
function check(subject: Schedule, arenaKib: number): string[] {
  const curve = scratchpadCurve(subject, arenaKib * 1024);
  return (curve?.points ?? []).map(
    ({ bytes, extraBytes, leastRecentlyUsedBytes }) =>
      `${bytes / 1024}: ${extraBytes / 1024}/${leastRecentlyUsedBytes / 1024}`,
  );
}

const kib = (numbers: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(numbers).map(([name, size]) => [name, size * 1024]));

test("a chain that fits leaves nothing but its input and output to the outside", () => {
  const chain = schedule("x>a a>b b>y", kib({ x: 4, a: 4, b: 4, y: 4 }), "x", "y");
  expect(scratchpadCurve(chain, 8192)?.compulsoryBytes).toBe(8192);
  // With room for one tensor, each of the two in between is written and read.
  expect(check(chain, 8).slice(0, 2)).toEqual(["8: 0/0", "4: 16/16"]);
});

test("the tensor that is needed last is evicted, where a cache evicts the one used first", () => {
  // s is made first and needed next; t is made later and needed at the end. Room is for three tensors, four are alive.
  const branches = schedule(
    "x>s x>t x>a as>b b>c ct>y",
    kib({ x: 4, s: 4, t: 4, a: 4, b: 4, c: 4, y: 4 }),
    "x",
    "y",
  );
  // x, s, t and a at once: t goes out and comes back (8); by recency s does, and then t as well.
  const curve = scratchpadCurve(branches, 12 * 1024);
  expect(curve?.points[0]).toEqual({
    bytes: 12 * 1024,
    extraBytes: 8 * 1024,
    leastRecentlyUsedBytes: 16 * 1024,
  });
});

test("nothing extra leaves the chip when the arena is whole, and never less than nothing", () => {
  const graphs = fc.array(
    fc.record({
      bytes: fc.integer({ min: 1, max: 64 }),
      reads: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(graphs, (nodes) => {
      const steps = nodes.map(({ reads }, index): Step => ({
        nodeId: index,
        reads: [...new Set(reads.map((read) => read % (index + 1)))],
        writes: [index + 1],
      }));
      const isRead = new Set(steps.flatMap(({ reads }) => reads));
      const subject: Schedule = {
        steps,
        inputs: [0],
        outputs: steps.map((_, index) => index + 1).filter((id) => !isRead.has(id)),
        bytesOf: (id) => 256 * (id === 0 ? 1 : (nodes[id - 1]?.bytes ?? 0)),
        valueCount: nodes.length + 1,
      };
      const outcome = planMemory(subject);
      if (outcome.kind !== "planned") throw new Error("a size is unknown");
      const points = outcome.plan.scratchpad?.points ?? [];
      expect(points[0]).toMatchObject({ extraBytes: 0, leastRecentlyUsedBytes: 0 });
      for (const { extraBytes, leastRecentlyUsedBytes } of points)
        expect(Math.min(extraBytes, leastRecentlyUsedBytes)).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 200 },
  );
});
