import { expect, test } from "vitest";
import { rankCorrelations, spearman } from "../../../server/core/search/rank-correlation.js";
import { readResults } from "../../../server/core/search/read-results.js";
import { view } from "../../../server/core/views/report.js";
import { realAnalysis } from "../../kit/real-analysis.js";

test("Spearman's correlation is that of ranks, ties share theirs", () => {
  expect(spearman([1, 2, 3, 4], [10, 100, 1000, 10_000])).toBe(1);
  expect(spearman([1, 2, 3, 4], [4, 3, 2, 1])).toBe(-1);
  // Ranks 1, 2.5, 2.5, 4 against 1, 3, 2, 4: 4.5 ÷ √(4.5 × 5).
  expect(spearman([1, 2, 2, 3], [1, 3, 2, 4])).toBeCloseTo(Math.sqrt(0.9), 12);
  expect(spearman([1, 1, 1], [1, 2, 3])).toBeNull();
  expect(spearman([1, 2], [1, 2])).toBeNull();
});

// Vasu et al. 2023, MobileOne, section 3.1: parameters say little of latency.
test("parameters rank networks worse than MACs and bytes do", async () => {
  const files = ["bvlc_alexnet", "densenet121", "inception_v1", "resnet50", "squeezenet", "vgg19"];
  const targets = ["nvidia-rtx-4090/tensorrt/fp16", "raspberry-pi-5/onnxruntime/fp32"];
  const lines = await Promise.all(
    files.map(async (name) => {
      const file = `test/fixtures/onnx/onnx_light_${name}.onnx`;
      return JSON.stringify(view(await realAnalysis(file, targets), { file }));
    }),
  );
  const { value, problems } = readResults(lines.join("\n"));
  expect(problems).toEqual([]);
  const found = rankCorrelations(value, "latency");
  expect(found.measures.map(({ id }) => id)).toEqual(["macs", "parameters", "outputs", "moved"]);
  expect(found.targets.map(({ targetId, modelCount }) => [targetId, modelCount])).toEqual(
    targets.map((id) => [id, 6]),
  );
  for (const { correlations } of found.targets) {
    const [macs, parameters, , moved] = correlations.map((one) => one ?? NaN);
    expect(parameters).toBeLessThan(Math.max(macs!, moved!));
  }
  // Nobody can rank by what is not there.
  expect(rankCorrelations(value, "accuracy").targets[0]!.correlations).toEqual([
    null,
    null,
    null,
    null,
  ]);
});
