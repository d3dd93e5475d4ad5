import { expect, test } from "vitest";
import { exportFormats } from "../../../server/core/exports/index.generated.js";
import { spansOf } from "../../../server/core/views/timeline.js";
import { realAnalysis } from "../../kit/real-analysis.js";

const model = "test/fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx";

async function exported(id: string, targetId: string): Promise<string> {
  const analysis = await realAnalysis(model, [targetId]);
  const format = exportFormats.find((candidate) => candidate.id === id);
  return format?.write(analysis, analysis.targets[0]) ?? "";
}

test("spans follow one another without gaps and end at the latency", async () => {
  const analysis = await realAnalysis(model, ["nvidia-rtx-4090/tensorrt/fp16"]);
  const [target] = analysis.targets;
  const { spans, seconds } = spansOf(analysis, target!);
  expect(seconds).toBeCloseTo(target!.latency!.value, 12);
  for (const [at, span] of spans.entries()) {
    const next = spans[at + 1]?.start ?? seconds;
    expect(span.start + span.seconds).toBeCloseTo(next, 12);
  }
});

test("a Perfetto trace has complete events in microseconds, one thread for each engine", async () => {
  const trace = JSON.parse(await exported("perfetto", "nvidia-rtx-4090/tensorrt/fp16")) as {
    readonly traceEvents: readonly Record<string, unknown>[];
  };
  const spans = trace.traceEvents.filter(({ ph }) => ph === "X");
  expect(spans.length).toBeGreaterThan(5);
  for (const span of spans)
    expect(span).toMatchObject({ pid: 1, ts: expect.any(Number), dur: expect.any(Number) });
  const names = trace.traceEvents.filter(({ name }) => name === "thread_name");
  expect(names.map(({ args }) => (args as { readonly name: string }).name)).toContain("gpu");
});

test("Netron's attachment and Model Explorer's node data name what the model names", async () => {
  const analysis = await realAnalysis(model, []);
  const netron = JSON.parse(await exported("netron", "nvidia-l4/tensorrt/fp16")) as {
    readonly signature: string;
    readonly metrics: readonly { readonly kind: string; readonly target: string }[];
  };
  expect(netron.signature).toBe("netron:attachment");
  const nodes = new Set(analysis.model.graph.nodes.map(({ name }) => name));
  const named = netron.metrics.filter(({ kind }) => kind === "node");
  expect(named.length).toBeGreaterThan(10);
  expect(named.every(({ target }) => nodes.has(target))).toBe(true);
  const data = JSON.parse(await exported("model-explorer", "nvidia-l4/tensorrt/fp16")) as {
    readonly results: Readonly<Record<string, { readonly value: number }>>;
  };
  const values = new Set(analysis.model.graph.values.map(({ name }) => name));
  expect(Object.keys(data.results).every((name) => values.has(name))).toBe(true);
});

test.each(["graph", "roofline", "timeline", "memory"])(
  "%s is a figure, the same each time",
  async (id) => {
    const svg = await exported(id, "raspberry-pi-5/onnxruntime/fp32");
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" .*<\/svg>$/s);
    expect(svg).not.toMatch(/NaN|undefined|Infinity|<script|href/);
    expect(await exported(id, "raspberry-pi-5/onnxruntime/fp32")).toBe(svg);
  },
);
