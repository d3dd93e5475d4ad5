import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { secondsText } from "../../server/core/reports/rows.js";
import type { ReportDocument } from "../../server/core/views/report-document.js";
import { analyzeJson, cli, resnet50 } from "../kit/cli.js";

const gpu = "nvidia-rtx-4090/tensorrt/fp16";

test("a real model is analysed on the targets asked for", async () => {
  const report = await analyzeJson([
    resnet50,
    "--target",
    gpu,
    "--target",
    "raspberry-pi-5/onnxruntime/fp32",
  ]);
  expect(report.schemaVersion).toBe(1);
  expect(report.kind).toBe("onnx");
  // torchvision's ResNet-50 v1 has 4,089,184,256 MACs in convolutions and its one Gemm, at 224×224.
  expect(report.model?.macs).toBe(4_089_184_256);
  expect(report.layers).toHaveLength(415);
  expect(report.layers.every((layer) => layer.costed)).toBe(true);
  expect(report.targets.map((target) => target.id)).toEqual([
    gpu,
    "raspberry-pi-5/onnxruntime/fp32",
  ]);
  for (const target of report.targets) {
    const { latency } = target;
    expect(latency?.method).toMatch(/^(roofline|borrowed|calibrated)$/);
    expect(
      latency === null || (latency.low < latency.seconds && latency.seconds < latency.high),
    ).toBe(true);
    const shares = target.layers.reduce((sum, layer) => sum + (layer.share ?? 0), 0);
    expect(shares).toBeGreaterThan(0.3);
    expect(shares).toBeLessThanOrEqual(1.0001);
  }
});

test("a batch size multiplies the MACs and not the weights", async () => {
  const one = await analyzeJson([resnet50, "--target", gpu]);
  const four = await analyzeJson([resnet50, "--target", gpu, "--batch", "4"]);
  expect(four.model?.macs).toBe(4 * (one.model?.macs ?? NaN));
  expect(four.model?.weightBytes).toBe(one.model?.weightBytes);
  expect(four.targets[0]?.batch).toBe(4);
});

test("an operator as text has one layer and no cost of an inference around it", async () => {
  const report = await analyzeJson([
    "--op",
    "MatMul(bf16[4096,4096], bf16[4096,11008])",
    "--target",
    "nvidia-h100-sxm/tensorrt-llm/bf16",
  ]);
  expect(report.kind).toBe("op");
  expect(report.layers).toHaveLength(1);
  expect(report.model?.macs).toBe(4096 * 4096 * 11008);
  const [target] = report.targets;
  expect(target?.latency?.seconds).toBeCloseTo(target?.layers[0]?.seconds ?? NaN, 12);
});

test.each([
  [
    "Conv(fp16[8,64,56,56], fp16[128,64,3,3], strides=[2,2], pads=[1,1,1,1], group=1)",
    8 * 128 * 28 * 28 * 64 * 9,
  ],
  [
    "Attention(q=bf16[2,32,1,128], k=bf16[2,8,4096,128], v=bf16[2,8,4096,128], causal=true, window=0)",
    2 * 2 * 32 * 4096 * 128,
  ],
  ["Gemm(fp32[16,512], fp32[512,1000], fp32[1000])", 16 * 512 * 1000],
])("MACs of %s", async (op, macs) => {
  expect((await analyzeJson(["--op", op])).model?.macs).toBe(macs);
});

test("what cannot be analysed still answers JSON, with the reason, and status 1", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-"));
  const files = {
    "empty.onnx": "",
    "words.onnx": "this is no model",
    "notes.txt": "neither is this",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  for (const name of [...Object.keys(files), "missing.onnx", "."]) {
    const { status, out, err } = await cli(["analyze", path.join(folder, name), "--json"]);
    expect([name, status]).toEqual([name, 1]);
    const report = JSON.parse(out) as { problems: { message: string }[]; model: unknown };
    expect(report.model).toBeNull();
    expect(report.problems.length).toBeGreaterThan(0);
    expect(err).not.toMatch(/\bat .*\.(cjs|ts):\d+/);
  }
});

test("of a file that ends early nothing is 0: all is unknown, and the status is 1", async () => {
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), "ridgepoint-")), "cut.onnx");
  writeFileSync(file, readFileSync(resnet50).subarray(0, 300));
  const { status, out } = await cli(["analyze", file, "--json", "--target", gpu]);
  expect(status).toBe(1);
  const report = JSON.parse(out) as ReportDocument;
  expect(report.model).toMatchObject({ parameterCount: null, weightBytes: null, macs: null });
  expect(report.targets[0]?.latency).toBeNull();
  expect(report.problems[0]?.message).toContain("ends early");
});

test.each([
  [["analyze"], "A file is needed"],
  [["analyze", "a.onnx", "b.onnx"], "One file at a time"],
  [
    ["analyze", resnet50, "--target", "nvidia-rtx4090/tensorrt/fp16"],
    "did you mean `nvidia-rtx-4090/tensorrt/fp16`",
  ],
  [["analyze", resnet50, "--batch", "0"], "whole number of at least 1"],
  [["analyze", resnet50, "--input", "float32"], "NAME=TYPE[DIMS]"],
  [["analyze", resnet50, "--format", "pdf"], "json"],
  [["analyze", resnet50, "--dim", "seq"], "NAME=N"],
  [["analyse", resnet50], "There is no command"],
  [["targets", "--yaml"], "not known"],
])("wrong words %j answer status 2 and say what is right", async (words, sentence) => {
  const { status, out, err } = await cli(words);
  expect(status).toBe(2);
  expect(out).toBe("");
  expect(err).toContain(sentence);
});

test("the table for people names totals, targets and the heaviest layers", async () => {
  const { status, out } = await cli(["analyze", resnet50, "--target", gpu]);
  expect(status).toBe(0);
  expect(out).toContain("4.09 GMAC · 415 nodes");
  expect(out).toContain("RTX 4090 · TensorRT · fp16");
  expect(out).toMatch(/roofline/);
});

test.each(["markdown", "html", "csv"])("the %s report is written", async (format) => {
  const { status, out } = await cli(["analyze", resnet50, "--target", gpu, "--format", format]);
  expect(status).toBe(0);
  if (format === "csv") expect(out.trimEnd().split("\r\n")).toHaveLength(416);
  else expect(out).toMatch(/heaviest/i);
  if (format === "html") expect(out).not.toMatch(/<script|src=|href=/);
});

test("the HTML page of two runs is the same to the byte, and its latencies are the JSON's", async () => {
  const words = ["analyze", resnet50, "--target", gpu];
  const [first, second] = await Promise.all([
    cli([...words, "--format", "html"]),
    cli([...words, "--format", "html"]),
  ]);
  expect(first.out).toBe(second.out);
  const { targets } = await analyzeJson([resnet50, "--target", gpu]);
  const { seconds, low, high } = targets[0]!.latency!;
  expect(first.out).toContain(`<td class="n">${secondsText(seconds, low, high)}</td>`);
}, 60_000);

test("targets chosen in the workspace are the default", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-"));
  mkdirSync(path.join(folder, ".vscode"));
  mkdirSync(path.join(folder, "models"));
  writeFileSync(
    path.join(folder, ".vscode/settings.json"),
    '{\n  // chosen\n  "ridgepoint.targets": ["nvidia-l4/tensorrt/fp16",],\n}',
  );
  copyFileSync(resnet50, path.join(folder, "models/m.onnx"));
  const report = await analyzeJson([path.join(folder, "models/m.onnx")]);
  expect(report.targets.map((target) => target.id)).toEqual(["nvidia-l4/tensorrt/fp16"]);
});

test("--memory tells how activations share the arena, beside the least any plan can take", async () => {
  const report = await analyzeJson([resnet50, "--target", gpu, "--memory"]);
  const plan = report.targets[0]?.memory.plan;
  if (plan === null || plan === undefined) throw new Error("there is no plan");
  // fp16: the widest step keeps 64×112×112 and its pooled quarter, or three 256×56×56 maps of a residual block.
  expect(plan.lowerBoundBytes).toBeLessThanOrEqual(plan.arenaBytes);
  expect(plan.strategies.map(({ strategy }) => strategy)).toContain("greedy-by-size");
  const naive = plan.strategies.find(({ strategy }) => strategy === "naive")?.bytes ?? 0;
  expect(plan.arenaBytes).toBeLessThan(naive / 5);
  expect(plan.buffers).toHaveLength(plan.bufferCount);
  expect(Math.max(...plan.buffers.map(({ offset, bytes }) => offset + bytes))).toBe(
    plan.arenaBytes,
  );
  const { out } = await cli(["analyze", resnet50, "--target", gpu, "--memory"]);
  expect(out).toMatch(/greedy-by-size\s+\d.*× the least/);
  expect(out).toContain("alive at the peak");
});
