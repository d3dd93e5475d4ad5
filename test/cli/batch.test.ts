import { mkdtempSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import type { ReportDocument } from "../../server/core/views/report-document.js";
import { cli, resnet50 } from "../kit/cli.js";

const target = "nvidia-rtx-4090/tensorrt/fp16";

test("one report a line, in order, and a bad line does not stop the rest", async () => {
  const lines = [
    JSON.stringify({ file: resnet50, targets: [target], batch: 2 }),
    "not json",
    JSON.stringify({ op: "MatMul(fp16[8,16], fp16[16,4])", targets: [target] }),
    JSON.stringify({ file: "missing.onnx" }),
    JSON.stringify({ file: resnet50, targets: ["no/such/target"] }),
    JSON.stringify({ file: resnet50, sequence: 3 }),
    JSON.stringify({ op: "Relu(fp16[8])", targets: [target] }),
  ];
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), "ridgepoint-")), "jobs.jsonl");
  writeFileSync(file, `${lines.join("\n")}\n\n`);
  const { status, out } = await cli(["batch", file]);
  expect(status).toBe(0);
  const reports = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as ReportDocument);
  expect(reports.map((report) => report.model?.macs ?? report.problems[0]?.code)).toEqual([
    2 * 4_089_184_256,
    "RP1092",
    8 * 16 * 4,
    "RP1000",
    "RP1092",
    "RP1092",
    0,
  ]);
});

test("standard input is read for `-`, and a line over the limit is refused", async () => {
  const input = `${JSON.stringify({ op: `Relu(fp16[${"1,".repeat(700_000)}1])` })}\n${JSON.stringify({ op: "Relu(fp16[8])", targets: [target] })}`;
  const { out } = await cli(["batch", "-"], { input });
  const reports = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as ReportDocument);
  expect(reports.map((report) => report.model?.macs ?? report.problems[0]?.message)).toEqual([
    expect.stringContaining("longer than"),
    0,
  ]);
});

test("a batch file that is not there is status 1", async () => {
  expect((await cli(["batch", "missing.jsonl"])).status).toBe(1);
});
