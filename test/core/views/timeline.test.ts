import { expect, test } from "vitest";
import { view } from "../../../server/core/views/timeline.js";
import { realAnalysis } from "../../kit/real-analysis.js";

const whole = { start: null, end: null, limit: 1000 };
const npu = "google-edge-tpu/edgetpu/int8";

test("what the accelerator lacks runs on the processor, and tensors are copied there and back", async () => {
  const analysis = await realAnalysis("test/fixtures/onnx/cpu-between.onnxtxt", [npu]);
  const { lanes, spans, seconds, latency } = view(analysis, { target: npu, ...whole })!;
  expect(lanes.map(({ name }) => name)).toEqual(["runtime", "npu", "cpu", "copy"]);
  expect(spans.map(({ lane, op }) => `${lane} ${op}`.trim())).toEqual([
    "runtime",
    "npu Conv",
    "copy Gather",
    "cpu Gather",
    "copy Conv",
    "npu Conv",
  ]);
  // One after the other, without gaps, up to the latency.
  let now = 0;
  for (const span of spans) {
    expect(span.start).toBeCloseTo(now, 12);
    now += span.seconds;
  }
  expect(seconds).toBeCloseTo(now, 12);
  expect(latency?.value).toBeCloseTo(now, 12);
});
