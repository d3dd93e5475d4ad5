import { expect, test } from "vitest";
import path from "node:path";
import { analyzeMain } from "./python-kit.js";

const example = (name: string): string => path.resolve("examples/python", name);

test("ResNet-50 has the parameters and MACs of the paper", () => {
  const analysis = analyzeMain({ file: example("resnet.py"), entry: "resnet50()" });
  // He et al.: 25.557032 M parameters; 4.089 G multiply-adds at 224 (fvcore's table; convolutions and classifier).
  expect(analysis.totals.parameterCount).toBe(25_557_032);
  expect(analysis.totals.macs).toBe(4_089_184_256);
  expect(analysis.totals.uncostedCount).toBe(0);
  // Outputs of the stem, the four stages and the classifier, summed by hand; timm's table rounds it to 11.11 M.
  expect(analysis.totals.activationElements).toBe(
    802_816 + 4_415_488 + 3_110_912 + 2_157_568 + 627_200 + 1000,
  );
  expect(analysis.problems).toEqual([]);
});

test("a GPT-2 small has the parameters of its paper's model, tied weights counted once", () => {
  const analysis = analyzeMain({ file: example("transformer.py") });
  // 50257 × 768 + 1024 × 768 + 12 × (12 × 768² + 13 × 768) + 2 × 768.
  expect(analysis.totals.parameterCount).toBe(124_439_808);
  // 12 × (12 × 768² × 1024 + attention 2 × 1024² × 768) + head 50257 × 768 × 1024.
  expect(analysis.totals.macs).toBe(
    12 * (12 * 768 ** 2 * 1024 + 2 * 1024 ** 2 * 768) + 50257 * 768 * 1024,
  );
  expect(analysis.totals.uncostedCount).toBe(0);
  expect(analysis.problems).toEqual([]);
});
