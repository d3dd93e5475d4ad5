import { expect, test } from "vitest";
import { separateMemories, view as useView } from "../../../server/core/views/memory-use.js";
import { view as whatIfsView } from "../../../server/core/views/memory-what-ifs.js";
import { realAnalysis } from "../../kit/real-analysis.js";

const board = "stm32h747i-disco/x-cube-ai/int8";
const gpu = "nvidia-rtx-4090/tensorrt/fp16";
const resnet = "test/fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx";

test("weights lie in flash where there is flash, else beside the activations; sums are the analysis's own", async () => {
  const analysis = await realAnalysis(resnet, [board, gpu]);
  for (const target of analysis.targets) {
    const use = useView(analysis, { target: target.target.id, pointLimit: 1000 })!;
    const all = use.memories.flatMap(({ parts }) => parts);
    expect(all.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(target.totalBytes);
    expect(use.memories.reduce((sum, { capacityBytes }) => sum + capacityBytes, 0)).toBe(
      target.capacityBytes,
    );
    expect(Math.max(...use.live.map(({ bytes }) => bytes))).toBe(target.memoryPlan?.lowerBound);
  }
  const names = (id: string) =>
    useView(analysis, { target: id, pointLimit: 1 })!.memories.map(({ parts }) =>
      parts.map(({ kind }) => kind).join("+"),
    );
  expect(names(board)).toEqual(["runtime+activations", "weights"]);
  expect(names(gpu)).toEqual(["runtime+weights+activations"]);
});

test("a board's report tells its flash from its RAM; a card's has one memory", async () => {
  const [onBoard, onCard] = (await realAnalysis(resnet, [board, gpu])).targets;
  const { weightBytes, totalBytes = 0 } = onBoard!;
  expect(separateMemories(onBoard!)).toEqual([
    { name: "SRAM", takenBytes: totalBytes - weightBytes, capacityBytes: 2 ** 20 },
    { name: "flash", takenBytes: weightBytes, capacityBytes: 2 ** 21 },
  ]);
  expect(separateMemories(onCard!)).toBeUndefined();
});

test("few points keep the peak", async () => {
  const analysis = await realAnalysis(resnet, [board]);
  const use = useView(analysis, { target: board, pointLimit: 2 })!;
  expect(use.live.length).toBeLessThanOrEqual(2);
  expect(Math.max(...use.live.map(({ bytes }) => bytes))).toBe(
    analysis.targets[0]?.memoryPlan?.lowerBound,
  );
});

test("causal attention tells what its cache takes: 2 × 2 key heads × 64 × 128 tokens × 2 bytes", async () => {
  const analysis = await realAnalysis("test/fixtures/onnx/causal-attention.onnxtxt", [gpu]);
  expect(useView(analysis, { target: gpu, pointLimit: 1 })!.kvCache).toEqual({
    source: "attention",
    bytes: 2 * 2 * 64 * 128 * 2,
    bytesPerToken: 2 * 2 * 64 * 2,
    tokens: 128,
    layerCount: 1,
  });
});

test("every change that is offered takes less than the arena", async () => {
  for (const id of [board, gpu]) {
    const analysis = await realAnalysis("examples/models/mobilenet-v1-vww.onnx", [id]);
    const found = whatIfsView(analysis, { target: id })!;
    for (const { bytes } of found.changes) expect(bytes).toBeLessThan(found.arenaBytes);
    if (id === gpu) expect(found.changes.map(({ kind }) => kind)).toContain("patches");
  }
});
