import { describe, expect, test } from "vitest";
import { view, type MemoryParams, type MemoryView } from "../../../server/core/views/memory.js";
import { fakeAnalysis, type FakeOptions } from "../../kit/fake-analysis.js";

function check<T>(
  part: (plan: MemoryView) => T,
  params: Partial<MemoryParams> = {},
  options?: FakeOptions,
): T {
  return part(
    view(fakeAnalysis(options), { target: fp16, aliveLimit: 8, hasBuffers: true, ...params })!,
  );
}

const fp16 = "nvidia-rtx-4090/tensorrt-10/fp16";
const int8 = "stm32h747i-disco/x-cube-ai/int8";

/** One activation: 64 channels of 56 × 56, in bytes of fp16. */
const activation = 64 * 56 * 56 * 2;

test("a chain of four kernels needs two activations at once, and all five without a plan", () => {
  expect(
    check(({ lowerBoundBytes, arenaBytes, stepCount, peakStep, peak, strategies }) => ({
      lowerBoundBytes,
      arenaBytes,
      stepCount,
      peakStep,
      peak,
      naive: strategies.find(({ strategy }) => strategy === "naive")?.bytes,
    })),
  ).toEqual({
    lowerBoundBytes: 2 * activation,
    arenaBytes: 2 * activation,
    stepCount: 4,
    peakStep: 0,
    peak: { id: "0", name: "/layer0/conv", op: "Conv" },
    // The input and the outputs of the four kernels.
    naive: 5 * activation,
  });
});

test("every buffer has its steps, its writer and its last reader; kernels lie side by side in turns", () => {
  expect(
    check(({ buffers }) =>
      buffers.map(
        (row) =>
          `${row.tensors.join(",")} ${row.firstStep}–${row.lastStep} ${row.writer?.name ?? "input"} → ${row.lastReader?.name}`,
      ),
    ),
  ).toEqual([
    "input 0–0 input → /layer0/conv",
    "relu0_out 0–1 /layer0/conv → /layer1/conv",
    "relu1_out 1–2 /layer1/conv → /layer2/conv",
    "relu2_out 2–3 /layer2/conv → /layer3/conv",
    "relu3_out 3–3 /layer3/conv → /layer3/conv",
  ]);
  const offsets = check(({ buffers }) => buffers.map(({ offset }) => offset / activation));
  expect([
    [0, 1, 0, 1, 0],
    [1, 0, 1, 0, 1],
  ]).toContainEqual(offsets);
});

test("buffers never overlap in address and time", () => {
  const buffers = check((plan) => plan.buffers, {}, { blockCount: 30 });
  const clashes = buffers.filter((a, at) =>
    buffers.some(
      (b, other) =>
        at < other &&
        a.firstStep <= b.lastStep &&
        b.firstStep <= a.lastStep &&
        a.offset < b.offset + b.bytes &&
        b.offset < a.offset + a.bytes,
    ),
  );
  expect(clashes).toEqual([]);
});

test("int8 takes half of what fp16 does", () =>
  expect(check(({ arenaBytes }) => arenaBytes, { target: int8 })).toBe(activation));

test("without a target the types are the declared ones, and every node is a step", () =>
  expect(
    check(
      ({ arenaBytes, stepCount, aliveAtPeak }) => [
        arenaBytes,
        stepCount,
        aliveAtPeak.map(({ tensors }) => tensors[0]),
      ],
      { target: null },
    ),
  ).toEqual([2 * 2 * activation, 11, ["input", "conv0_out"]]));

describe("limits", () => {
  test("what is alive at the peak is cut, and counted whole", () =>
    expect(
      check(({ aliveAtPeak, aliveAtPeakCount }) => [aliveAtPeak.length, aliveAtPeakCount], {
        aliveLimit: 1,
      }),
    ).toEqual([1, 2]));

  test("of equally large buffers the first are kept, in their order, and all are counted", () =>
    expect(
      check(({ buffers, bufferCount }) => [buffers.map(({ tensors }) => tensors[0]), bufferCount], {
        bufferLimit: 2,
      }),
    ).toEqual([["input", "relu0_out"], 5]));

  test("buffers come only when asked for", () =>
    expect(check(({ buffers }) => buffers, { hasBuffers: false })).toEqual([]));
});

test("there is no plan of an unknown target, nor while a size is not known", () => {
  const params = { aliveLimit: 8, hasBuffers: true };
  expect(view(fakeAnalysis(), { target: "no/such/target", ...params })).toBeUndefined();
  for (const target of [fp16, null])
    expect(view(fakeAnalysis({ isUnsized: true }), { target, ...params })).toBeUndefined();
});
