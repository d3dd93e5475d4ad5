import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rules } from "../../../server/core/ops/index.generated.js";

/**
 * Every operator that ONNX's documentation names (docs/Operators.md, Operators-ml.md and Changelog.md of operator sets 28
 * and ai.onnx.ml 5, with the preview domains), old versions included.
 */
const operators = JSON.parse(
  readFileSync(new URL("onnx-operators.json", import.meta.url), "utf8"),
) as readonly string[];

test("every operator of ONNX has a rule", () => {
  const known = new Set(rules.flatMap((rule) => rule.ops));
  expect(operators.filter((operator) => !known.has(operator))).toEqual([]);
});

test("no operator has two rules", () => {
  const keys = rules.flatMap((rule) => rule.ops);
  expect(keys.filter((key, index) => keys.indexOf(key) < index)).toEqual([]);
});
