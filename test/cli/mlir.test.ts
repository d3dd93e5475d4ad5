import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import type { ReportDocument } from "../../server/core/views/report-document.js";
import { cli } from "../kit/cli.js";

const work = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-mlir-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const target = ["--target", "nvidia-rtx-4090/tensorrt/fp16"];

function file(name: string, text: string): string {
  const full = path.join(work, name);
  writeFileSync(full, text);
  return full;
}

test("a model in StableHLO has the cost of its operations at their lines", async () => {
  const { out, status } = await cli([
    "analyze",
    "--json",
    "test/fixtures/mlir/residual-block.stablehlo.mlir",
    ...target,
  ]);
  const report = JSON.parse(out) as ReportDocument;
  expect(status).toBe(0);
  expect(report.kind).toBe("mlir");
  // Two convolutions of 3 × 3, 64 channels to 64, on 56 × 56, and 64 features to 10 classes.
  expect(report.model?.macs).toBe(2 * 9 * 64 * 64 * 56 * 56 + 64 * 10);
  expect(report.targets[0]?.latency?.seconds).toBeGreaterThan(0);
  const lines = report.layers.map(({ source }) => source?.line);
  expect(new Set(lines).size).toBeGreaterThan(4);
});

test.each([
  [
    "circuit.mlir",
    "// A counter.\nhw.module @top(in %a : i8, out q : i8) {\n  %0 = comb.add %a, %a : i8\n  hw.output %0 : i8\n}\n",
    /circuit\.mlir:2: .*`hw\.module`.*circt-opt --export-verilog/,
  ],
  [
    "lowered.mlir",
    "module {\n  llvm.func @main(%a: i64) -> i64 {\n    llvm.return %a : i64\n  }\n}\n",
    /lowered\.mlir:2: .*`llvm\.func`.*before it was lowered/,
  ],
  [
    "mixed.mlir",
    "func.func @main(%a: i64) -> i64 {\n  %0 = llvm.mlir.constant(1 : i64) : i64\n  %1 = llvm.add %a, %0 : i64\n  return %1 : i64\n}\n",
    /mixed\.mlir:3: .*`llvm\.add`.*before it was lowered/,
  ],
  [
    "scalars.mlir",
    "func.func @main(%a: i32) -> i32 {\n  %0 = arith.addi %a, %a : i32\n  return %0 : i32\n}\n",
    /scalars\.mlir:2: .*single numbers alone/,
  ],
])("%s is no model, and the line says why", async (name, text, message) => {
  const { out, err, status } = await cli(["analyze", file(name, text), ...target]);
  expect(status).not.toBe(0);
  expect(`${out}${err}`).toMatch(/error +RP1082/);
  expect(`${out}${err}`.replace(/\s+/g, " ")).toMatch(message);
});
