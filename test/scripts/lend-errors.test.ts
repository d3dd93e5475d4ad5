import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { lendErrors } from "../../scripts/calibrate/lend-errors.js";
import { readTargetFile, writeErrors } from "../../scripts/calibrate/target-files.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-errors-"));
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const row = (median: number, rows: number) => ({
  kind: "LLM decode",
  median,
  mean: median,
  p90: median,
  coverage: 1,
  rows,
});

function write(target: string, set: string, error: readonly unknown[]): void {
  const file = path.join(folder, `${target}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  const sources = [{ set, licence: "MIT", rows: 1 }];
  writeFileSync(file, JSON.stringify({ target, date: "", sources, kinds: {}, error }));
}

test("a target without held-out rows states the errors of the nearest that have some", () => {
  write("a/run/q4", "s", [row(0.1, 6)]);
  write("a/run/q8", "s", []);
  write("b/run/q4", "s", [row(0.3, 2)]);
  write("c/run/q4", "s", []);
  write("d/other/q4", "s", []);
  write("e/alone/q4", "t", []);
  lendErrors(folder);
  const of = (target: string) => readTargetFile(folder, target).error;
  expect(of("a/run/q4")).toEqual([row(0.1, 6)]);
  expect(of("a/run/q8")).toEqual([{ ...row(0.1, 6), of: "a/run/*" }]);
  // Weighted by rows: (6 × 0.1 + 2 × 0.3) / 8.
  expect(of("c/run/q4")).toEqual([{ ...row(0.15, 8), mean: 0.15, p90: 0.15, of: "*/run/q4" }]);
  expect(of("d/other/q4")[0]).toMatchObject({ median: 0.15, of: "s" });
  expect(of("e/alone/q4")).toEqual([]);
  // What is lent is not lent on, and gives way to the target's own.
  lendErrors(folder);
  expect(of("a/run/q8")).toEqual([{ ...row(0.1, 6), of: "a/run/*" }]);
  writeErrors(folder, "a/run/q8", [{ ...row(0.2, 1), kind: "LLM prompt" }]);
  expect(of("a/run/q8").map(({ kind }) => kind)).toEqual(["LLM prompt"]);
});
