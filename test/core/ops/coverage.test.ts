import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rules } from "../../../server/core/ops/index.generated.js";

/**
 * Every operator that ONNX's documentation names (docs/Operators.md, Operators-ml.md and Changelog.md of operator sets 28
 * and ai.onnx.ml 5, with the preview domains), old versions included.
 */
const standard = namesIn("onnx-operators.json");

/** Every operator that ONNX Runtime's docs/ContribOperators.md names (commit 004b79e), experimental ones included. */
const contributed = namesIn("contrib-operators.json");

test.each([
  ["ONNX", standard],
  ["ONNX Runtime", contributed],
])("every operator of %s has a rule", (_, operators) => {
  const known = new Set(rules.flatMap((rule) => rule.ops));
  expect(operators.length).toBeGreaterThan(100);
  expect(operators.filter((operator) => !known.has(operator))).toEqual([]);
});

function namesIn(file: string): readonly string[] {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8")) as string[];
}

test("no operator has two rules", () => {
  const keys = rules.flatMap((rule) => rule.ops);
  expect(keys.filter((key, index) => keys.indexOf(key) < index)).toEqual([]);
});
