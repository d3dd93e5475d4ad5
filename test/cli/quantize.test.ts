import { mkdtemp, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { quantizeText } from "../../server/cli/quantize-text.js";
import { readResults } from "../../server/core/search/read-results.js";
import type { ComparisonView } from "../../server/core/views/compare/compare-analyses.js";
import type { QuantizeDocument } from "../../server/core/quant/plan/quantize-document.js";
import { analyzeJson, cli, root } from "../kit/cli.js";

const model = path.join(root, "test/fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx");
const target = "raspberry-pi-5/onnxruntime/fp32";
const words = ["quantize", model, "--target", target, "--format", "int8", "--format", "int4-g32"];

test("analyze --quantization has every format's error for every layer", async () => {
  const { quantization } = await analyzeJson([model, "--target", target, "--quantization"]);
  expect(quantization?.formats).toContain("fp8-e4m3");
  expect(quantization?.layers).toHaveLength(10);
  for (const { sqnrDb, sensitivity } of quantization?.layers ?? []) {
    expect(sqnrDb["int8"]).toBeGreaterThan(30);
    expect(sqnrDb["int8"]).toBeGreaterThan(sqnrDb["int4"] ?? NaN);
    expect(sensitivity).toBeGreaterThan(0);
  }
}, 60_000);

test("a plan is saved, keeps its limit, and is compared with its successor", async () => {
  const saved = await cli([...words, "--limit", "size=60kB", "--export", "json"]);
  const folder = await mkdtemp(path.join(os.tmpdir(), "ridgepoint-plan-"));
  const file = path.join(folder, "plan.json");
  await writeFile(file, saved.out);
  const { out } = await cli([...words, "--compare", file, "--json"]);
  const { plan, uniform, front, compared } = JSON.parse(out) as QuantizeDocument;
  expect(compared?.totals.size).toBeLessThanOrEqual(60_000);
  expect(plan?.status).toBe("optimal");
  expect(front.length).toBeGreaterThan(1);
  // Without a limit it is as fast as the fastest plan of one format, and no riskier than that.
  const fastest = uniform.reduce((best, one) =>
    one.totals.latency < best.totals.latency ? one : best,
  );
  expect(plan?.totals.latency).toBeLessThanOrEqual(fastest.totals.latency * 1.0051);
  expect(plan?.totals.risk).toBeLessThanOrEqual(fastest.totals.risk);
  // The Pareto panel takes the same document: every uniform plan, the front and the plan are points.
  const points = readResults(out).value;
  expect(points).toHaveLength(uniform.length + front.length + 1);
  expect(points.at(-1)?.metrics["latency"]?.value).toBe(plan?.totals.latency);
  const shown = await cli(["compare", model, "--plan", file, "--target", target, "--json"]);
  const { totals, rows } = JSON.parse(shown.out) as ComparisonView;
  const size = totals.find(({ id }) => id === "size");
  expect(size?.right?.value).toBe(compared?.totals.size);
  expect(size?.left?.value).toBeGreaterThan(compared?.totals.size ?? Infinity);
  expect(rows[0]?.right?.shape).toMatch(/^int/);
}, 60_000);

test.each(["nvidia-jetson-orin-nx/tensorrt/int8", "arm-ethos-u55-256/vela/int8"])(
  "on %s int8 is never without risk",
  async (int8Target) => {
    const { out } = await cli([
      ...["quantize", model, "--target", int8Target, "--format", "int8"],
      ...["--limit", "size=200kB", "--json"],
    ]);
    const { plan, uniform } = JSON.parse(out) as QuantizeDocument;
    const int8 = uniform.filter(({ format }) => format === "int8");
    expect(int8).toHaveLength(1);
    expect(int8[0]?.totals.risk).toBeGreaterThan(0);
    // Only what runs in floating point loses nothing.
    for (const { format, risk } of plan?.layers ?? [])
      expect(risk > 0, String(format)).toBe(format !== null);
  },
  60_000,
);

test("--check runs the plan beside others, keeps one of them and says what each erred by", async () => {
  const { out } = await cli([...words, "--check", "--samples", "generated:4", "--json"]);
  const document = JSON.parse(out) as QuantizeDocument;
  const { plan, check } = document;
  expect(check?.source).toBe("4 generated samples");
  const names = check?.runs.map(({ name }) => name) ?? [];
  expect(names[0]).toBe("this plan");
  expect(names).toContain("all int8");
  const kept = check?.runs.filter(({ isKept }) => isKept) ?? [];
  expect(kept.map(({ totals }) => totals)).toEqual([plan?.totals]);
  const [first, ...rest] = check?.runs ?? [];
  expect(kept[0]?.error).toBeLessThanOrEqual(first?.error ?? 0);
  for (const { error } of rest) expect(error).toBeGreaterThan(0);
  const text = quantizeText(document);
  expect(text).toMatch(/Run in ONNX Runtime on 4 generated samples/);
  expect(text).toMatch(/\(kept\)/);
}, 120_000);

test.each([
  [["--limit", "latency=fast"], /should read MEASURE=VALUE/],
  [["--export", "nothing"], /There is no recipe/],
])("wrong words %j are told", async (more, sentence) => {
  const { status, err } = await cli([...words, ...more]);
  expect(status).toBe(2);
  expect(err).toMatch(sentence);
});

test("what keeps a plan from being made is an object with a code", async () => {
  const file = path.join(root, "test/fixtures/onnx/onnx_light_squeezenet.onnx");
  const { status, out } = await cli(["quantize", file, "--target", target, "--json"]);
  expect(status).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    plan: null,
    problems: [{ code: "RP2310", severity: "information", message: expect.any(String) as string }],
  });
}, 60_000);

test("a plan rests on what is measured on samples", async () => {
  const { out } = await cli([
    ...words,
    "--limit",
    "size=60kB",
    "--samples",
    "generated:1",
    "--json",
  ]);
  const { sensitivitySource, plan } = JSON.parse(out) as QuantizeDocument;
  expect(sensitivitySource).toBe(
    "measured in ONNX Runtime on 1 generated sample, one layer quantized at a time",
  );
  expect(plan?.layers).toHaveLength(10);
}, 120_000);
