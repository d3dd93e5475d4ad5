import { expect, test } from "vitest";
import { planMemory } from "../../../server/core/memory/make-plan.js";
import type { Schedule, Step } from "../../../server/core/memory/buffers.js";
import type { MemoryPlan } from "../../../server/core/memory/plan.js";
import type { Kernel } from "../../../server/core/lower/lowered.js";
import type { KernelShape } from "../../../server/core/ops/kernel-shape.js";

/** Sizes are multiples of 16, so that alignment plays no part. */
function check(steps: readonly Step[], bytes: readonly number[], outputs: readonly number[]) {
  const schedule: Schedule = {
    steps,
    inputs: [0],
    outputs,
    bytesOf: (id) => bytes[id],
    valueCount: bytes.length,
  };
  const outcome = planMemory(schedule);
  if (outcome.kind !== "planned") throw new Error("a size is not known");
  const plan: MemoryPlan = outcome.plan;
  return { arena: plan.best.size, whatIfs: plan.whatIfs };
}

function step(
  nodeId: number,
  reads: readonly number[],
  writes: readonly number[],
  shape: KernelShape,
  macs = 0,
): Step {
  const kernel = { nodeIds: [nodeId], shape, macs } as unknown as Kernel;
  return { nodeId, reads, writes, kernel };
}

const pointwise: KernelShape = { kind: "elementwise", elements: 1 };
const other: KernelShape = { kind: "reduction", inputElements: 1, outputElements: 1 };

function convolution(size: number, kernelSize: number, stride: number): KernelShape {
  return {
    kind: "conv",
    batch: 1,
    groups: 1,
    inputChannels: 1,
    outputChannels: 1,
    inputSize: [size, size],
    outputSize: [size / stride, size / stride],
    kernelSize: [kernelSize, kernelSize],
    strides: [stride, stride],
    isTransposed: false,
  };
}

test("an element-wise kernel writes over what nobody reads afterwards, and never over the input", () => {
  // 0 → 1 (not element-wise) → 2 → 3: 1 and 2 are alive together unless 2 takes the place of 1.
  const steps = [step(0, [0], [1], other), step(1, [1], [2], pointwise), step(2, [2], [3], other)];
  const { arena, whatIfs } = check(steps, [16, 160, 160, 16], [3]);
  expect(arena).toBe(320);
  expect(whatIfs?.inPlace).toEqual({ size: 176, kernelCount: 1 });
  const onInput = [step(0, [0], [1], pointwise), step(1, [1], [2], other)];
  expect(check(onInput, [160, 160, 16], [2]).whatIfs?.inPlace).toBeUndefined();
});

test("what is read again later, or leaves the graph, is not overwritten", () => {
  const steps = [
    step(0, [0], [1], other),
    step(1, [1], [2], pointwise),
    step(2, [1, 2], [3], other),
  ];
  expect(check(steps, [16, 160, 160, 16], [3]).whatIfs?.inPlace).toBeUndefined();
  expect(check(steps.slice(0, 2), [16, 160, 160], [1, 2]).whatIfs?.inPlace).toBeUndefined();
});

test("a tensor that waits over the peak is made again behind it", () => {
  // 1 waits for the end while 2 and 3 are alive: 1 + 2 + 3 = 16 + 320 + 480 + 480. Without it, 1,296 less 320.
  const steps = [
    step(0, [0], [1], other),
    step(1, [0], [2], other),
    step(2, [2], [3], other),
    step(3, [3], [4], other),
    step(4, [1, 4], [5], other),
  ];
  const { arena, whatIfs } = check(steps, [16, 320, 480, 480, 16, 16], [5]);
  expect(arena).toBe(16 + 320 + 480 + 480 - 16);
  expect(whatIfs?.recomputed).toMatchObject({ repeatedNodeIds: [0], beforeNodeIds: [4] });
  // The input must now wait for the second making.
  expect(whatIfs?.recomputed?.size).toBe(16 + 480 + 480);
});

test("patches keep the first activations small, and count what overlaps twice", () => {
  // 16 × 16 picture of 256 bytes, 3 × 3 to 16 × 16 of 4,096, 2 × 2 in steps of two to 8 × 8 of 256.
  const steps = [
    step(0, [0], [1], convolution(16, 3, 1), 1000),
    step(1, [1], [2], convolution(16, 2, 2), 1000),
    step(2, [2], [3], other),
  ];
  const { arena, whatIfs } = check(steps, [256, 4096, 256, 16], [3]);
  expect(arena).toBe(4096 + 256);
  // In 4 × 4 patches: an output patch of 2 × 2 sees 4 × 4 of the large activation, a 16th of it.
  // 6 × 6 patches of 2 × 2 outputs overlap, and so gain nothing over 4 × 4.
  expect(whatIfs?.patched).toEqual({
    size: 256 + 256 + 256,
    patches: 4,
    lastNodeId: 1,
    kernelCount: 2,
    extraMacShare: 0,
  });
});

test("a window that overlaps costs multiplications", () => {
  const steps = [
    step(0, [0], [1], convolution(16, 1, 1), 1000),
    step(1, [1], [2], convolution(16, 4, 2), 1000),
    step(2, [2], [3], other),
  ];
  const patched = check(steps, [16, 4096, 16, 16], [3]).whatIfs?.patched;
  // With p = 4: 2 × 2 outputs see (2 − 1) · 2 + 4 = 6 of 16 rows: 16 · 36 / 256 = 2.25 times the first kernel's work.
  // With p = 6: 2 × 2 outputs in 36 patches, 36 · 36 / 256; as much memory, and so 4 is taken.
  expect(patched).toMatchObject({ patches: 4, size: 16 + 16 + Math.ceil((4096 * 36) / 256) });
  expect(patched?.extraMacShare).toBeCloseTo((1000 * (2.25 - 1)) / 2000);
});
