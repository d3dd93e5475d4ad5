import fc from "fast-check";
import { expect, test } from "vitest";
import { IntervalTree } from "../../../server/core/memory/interval-tree.js";

test("a question finds each interval that shares a step with it, once", () => {
  const interval = fc
    .tuple(fc.nat(40), fc.nat(40))
    .map(([a, b]): readonly [number, number] => [Math.min(a, b), Math.max(a, b)]);
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 60 }), interval, (intervals, [first, last]) => {
      const tree = new IntervalTree(41, intervals.length);
      for (const [index, [low, high]] of intervals.entries()) tree.add(low, high, index);
      const found: number[] = [];
      tree.collect(first, last, found);
      const expected = [...intervals.keys()].filter((index) => {
        const [low, high] = intervals[index]!;
        return low <= last && first <= high;
      });
      expect(found.sort((a, b) => a - b)).toEqual(expected);
    }),
  );
});
