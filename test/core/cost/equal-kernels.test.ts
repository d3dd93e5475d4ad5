import { expect, test } from "vitest";
import type { KernelCost } from "../../../server/core/cost/cost.js";
import { costKernels } from "../../../server/core/cost/equal-kernels.js";
import type { Kernel } from "../../../server/core/lower/lowered.js";

const conv: Kernel["shape"] = {
  kind: "conv",
  batch: 1,
  groups: 1,
  inputChannels: 8,
  outputChannels: 8,
  inputSize: [4, 4],
  outputSize: [4, 4],
  kernelSize: [3, 3],
  strides: [1, 1],
  isTransposed: false,
};

const plain: Kernel = {
  nodeIds: [0],
  shares: [1],
  shape: conv,
  macs: 100,
  otherFlops: 10,
  weightBytes: 20,
  readBytes: 30,
  weightReadBytes: 20,
  writeBytes: 40,
  engine: "gpu",
  reads: [0],
  writes: [1],
  transferBytes: 0,
  castBytes: 0,
  castCount: 0,
  isChannelsLast: false,
  quantizedElements: 0,
};

/** How many kernels were costed for nine that are alike and one that is `other`. */
function costed(other: Kernel): number {
  let count = 0;
  const alike = Array.from({ length: 9 }, (_, nodeId) => ({
    ...plain,
    shape: { ...conv },
    nodeIds: [nodeId],
    reads: [nodeId],
    writes: [nodeId + 1],
  }));
  const costs = costKernels([...alike, other], () => ({ level: `${count++}` }) as KernelCost);
  expect(costs).toHaveLength(10);
  return count;
}

test("kernels that differ in their nodes and values alone are costed once", () => {
  expect(costed(plain)).toBe(1);
});

test.each<Partial<Kernel>>([
  { macs: 101 },
  { otherFlops: 11 },
  { weightBytes: 21 },
  { readBytes: 31 },
  { weightReadBytes: 21 },
  { writeBytes: 41 },
  { engine: "cpu" },
  { reads: [0, 2] },
  { writes: [] },
  { nodeIds: [0, 1] },
  { transferBytes: 1 },
  { castBytes: 1 },
  { castCount: 1 },
  { isChannelsLast: true },
  { quantizedElements: 1 },
  { arithmetic: "int8" },
  { shape: { ...conv, strides: [2, 1] } },
  { shape: { ...conv, dilations: [2, 2] } },
  { shape: { ...conv, groups: 2 } },
  { shape: { kind: "elementwise", elements: 3 } },
])("a kernel with other %o has a cost of its own", (other) => {
  expect(costed({ ...plain, ...other })).toBe(2);
});
