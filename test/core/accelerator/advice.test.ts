import { expect, test } from "vitest";
import { realAnalysis } from "../../kit/real-analysis.js";
import { view } from "../../../server/core/views/mapping.js";

test("depthwise layers are told which groups would fill the array, and at what price", async () => {
  const analysis = await realAnalysis("examples/models/mobilenet-v1-vww.onnx", [
    "systolic-128/mapper/bf16",
  ]);
  const shown = view(analysis, { target: null, sweep: [] });
  const reasons = (shown?.layers ?? []).flatMap((layer) => layer.reasons);
  const groups = reasons.filter((reason) => /^Groups of \d+ channels would use/.test(reason));
  expect(groups.length).toBeGreaterThan(8);
  const [, products, cycles] = /: ([\d.]+) × the products in ([\d.]+) × the cycles/.exec(
    groups[0]!,
  )!;
  expect(Number(products)).toBeGreaterThan(1.5 * Number(cycles));
  expect(reasons.some((reason) => /output channels fill \d+ % of 128 columns/.test(reason))).toBe(
    true,
  );
});
