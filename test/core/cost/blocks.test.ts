import { expect, test } from "vitest";
import { blockOf, blocksOf, waitedFor } from "../../../server/core/cost/calibrated/blocks.js";
import type { Lowered } from "../../../server/core/lower/lowered.js";

test.each([
  ["blocks/3/conv1", "blocks/3"],
  ["blocks/12", "blocks/12"],
  ["layer1/layer1.0/conv1", "layer1/layer1.0"],
  ["features.4.block.0", "features.4"],
  ["stem/conv1/0x", "stem"],
  ["", ""],
])("a layer of %j is part of the block %j", (scope, block) => {
  expect(blockOf(scope)).toBe(block);
});

test("kernels are gathered by block, and those of unknown modules are one block", () => {
  const scopes = ["stem/conv", "blocks/0/a", "blocks/0/b", "blocks/1", "head"];
  const lowered = { kernels: scopes.map((_, node) => ({ nodeIds: [node] })) } as unknown as Lowered;
  expect(blocksOf({ ...lowered, scopeOf: (node) => scopes[node]! })).toEqual([
    [0],
    [1, 2],
    [3],
    [4],
  ]);
  expect(blocksOf(lowered)).toEqual([[0, 1, 2, 3, 4]]);
});

test("blocks that are waited for take the slower of kernels and launches each", () => {
  const kernels = [9, 1, 1, 1];
  const of = { kernel: (index: number) => kernels[index]!, launch: () => 2 };
  // All at once: 12 of kernels hide 8 of launches.
  expect(waitedFor([[0, 1, 2, 3]], 64, of)).toBeCloseTo(12, 2);
  expect(waitedFor([[0], [1], [2], [3]], 64, of)).toBeCloseTo(9 + 2 + 2 + 2, 2);
});
