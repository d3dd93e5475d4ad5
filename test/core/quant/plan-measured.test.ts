import path from "node:path";
import { expect, test } from "vitest";
import { comparePlans } from "./compare-plans.js";

const file = path.resolve(
  import.meta.dirname,
  "../../fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx",
);

test("at equal predicted latency a mixed plan errs less in ONNX Runtime than the best plan of one format", async () => {
  const compared = await comparePlans(file, "raspberry-pi-5/onnxruntime/fp32", {
    checked: 2,
    judged: 4,
  });
  expect(compared.length).toBeGreaterThan(1);
  for (const { mixed, checked, uniform } of compared) {
    expect(mixed.error).toBeLessThan(uniform.error);
    // Chosen on other samples.
    expect(checked.error).toBeLessThan(uniform.error);
  }
}, 240_000);
