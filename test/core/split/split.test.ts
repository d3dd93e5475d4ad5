import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { certain } from "../../../server/core/cost/interval.js";
import { type Cut, cutsOf } from "../../../server/core/split/cuts.js";
import { planSplit } from "../../../server/core/split/plan-split.js";
import { realAnalysis } from "../../kit/real-analysis.js";

const targets = ["raspberry-pi-4/onnxruntime/fp32", "nvidia-rtx-4090/tensorrt/fp16"];
const resnet = await realAnalysis("test/fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx", targets);
const [device, server] = resnet.targets;
const cuts = cutsOf(resnet, device!, server!, {})!;

describe("cuts", () => {
  test("the ends are the server alone and the device alone", () => {
    const [first, last] = [cuts[0]!, cuts.at(-1)!];
    // Images of 3 × 32 × 32 in float32.
    expect([first.nodeCount, first.sentBytes, first.deviceSeconds.value]).toEqual([0, 12288, 0]);
    expect(first.serverSeconds.value).toBeCloseTo(server!.latency!.value, 9);
    expect([last.nodeCount, last.sentBytes, last.serverSeconds.value]).toEqual([
      resnet.model.graph.nodes.length,
      0,
      0,
    ]);
    expect(last.deviceSeconds.value).toBeCloseTo(device!.latency!.value, 9);
    // As wide as `analyze` says, and all of the energy.
    expect(last.deviceSeconds.low).toBeCloseTo(device!.latency!.low, 9);
    expect(first.serverSeconds.high).toBeCloseTo(server!.latency!.high, 9);
    expect(last.deviceJoules).toBeCloseTo(device!.energy!.value, 9);
    expect(first.deviceJoules).toBe(0);
  });

  test("caches of a language model lie where their layers do: a token and its hidden state are all that is sent", async () => {
    const sides = ["nvidia-rtx-4090/llama-cpp-cuda/q4-k-m", "nvidia-h100-sxm/tensorrt-llm/fp8"];
    const llama = await realAnalysis("examples/llama-3.1-8b/config.json", sides);
    const [phone, rack] = llama.targets;
    const found = cutsOf(llama, phone!, rack!, { bits: 16 })!;
    expect(found[0]!.sentBytes).toBeLessThan(100);
    const behindLayers = found.filter(({ sentBytes }) => sentBytes === 2 * 4096);
    expect(behindLayers.length).toBeGreaterThanOrEqual(32);
  });

  test("a residual is sent beside the value that it is added to", () => {
    // Of the first block 16 × 32 × 32 in float32: once behind the stem, twice inside of the block.
    const sent = new Set(cuts.map(({ sentBytes }) => sentBytes));
    expect(sent).toContain(65536);
    expect(sent).toContain(131072);
  });

  test("no kernel of either target is torn", () => {
    const inside = new Set<number>();
    for (const { lowered } of [device!, server!])
      for (const { nodeIds } of lowered.kernels)
        for (let at = Math.min(...nodeIds) + 1; at <= Math.max(...nodeIds); at++) inside.add(at);
    expect(inside.size).toBeGreaterThan(0);
    for (const { nodeCount } of cuts) expect(inside.has(nodeCount)).toBe(false);
  });

  test("elements may be sent in fewer bits, and inputs compressed", () => {
    const narrow = cutsOf(resnet, device!, server!, { bits: 8, inputBytes: 1000 })!;
    expect(narrow[0]!.sentBytes).toBe(1000);
    for (const [index, { sentBytes }] of narrow.slice(1).entries())
      if (cuts[index + 1]!.after !== undefined && !isInputThere(index + 1))
        expect(sentBytes).toBe(Math.ceil(cuts[index + 1]!.sentBytes / 4));
  });

  function isInputThere(index: number): boolean {
    return cuts[index]!.after === undefined;
  }
});

describe("plans", () => {
  const cut = (nodeCount: number, sentBytes: number, onDevice: number, onServer: number): Cut => ({
    nodeCount,
    after: nodeCount === 0 ? undefined : nodeCount - 1,
    sentBytes,
    sentElements: sentBytes,
    deviceSeconds: certain(onDevice),
    serverSeconds: certain(onServer),
    deviceJoules: undefined,
    deviceWeightBytes: 0,
  });
  const link = { bytesPerSecond: 1000, roundTripSeconds: 0.01 };

  test("a natural bottleneck wins where the link is slow", () => {
    const split = planSplit([cut(0, 1000, 0, 0.1), cut(1, 100, 0.2, 0.05), cut(2, 0, 2, 0)], link)!;
    expect(split.best.cut.nodeCount).toBe(1);
    // 0.2 s, then 10 ms and 100 bytes at 1,000 a second, then 0.05 s.
    expect(split.best.seconds.value).toBeCloseTo(0.36);
    expect(split.bottleneck).toBeUndefined();
  });

  test("where none does, it is said what a trained one may send", () => {
    const split = planSplit(
      [cut(0, 1000, 0, 0.1), cut(1, 4000, 0.2, 0.05), cut(2, 0, 2, 0)],
      link,
    )!;
    expect(split.best).toBe(split.remote);
    // 1.11 s for the server alone, less 10 ms, 0.2 s and 0.05 s: 850 bytes.
    expect(split.bottleneck?.cut.nodeCount).toBe(1);
    expect(split.bottleneck?.bytes).toBeCloseTo(850);
  });

  test("no place is best that is slower than another", () => {
    const real = fc.double({ min: 1e3, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(real, fc.double({ min: 0, max: 0.1, noNaN: true }), (bytesPerSecond, rtt) => {
        const split = planSplit(cuts, { bytesPerSecond, roundTripSeconds: rtt })!;
        const least = Math.min(
          ...cuts.map(
            (one) =>
              one.deviceSeconds.value +
              one.serverSeconds.value +
              (one.serverSeconds.value > 0 ? rtt + one.sentBytes / bytesPerSecond : 0),
          ),
        );
        expect(split.best.seconds.value).toBeCloseTo(least, 9);
      }),
    );
  });
});
