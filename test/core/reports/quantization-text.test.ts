import { expect, test } from "vitest";
import { quantizationText } from "../../../server/core/reports/quantization-text.js";
import { emptyReport } from "../../../server/core/views/empty-report.js";
import type { ReportLayerQuantization } from "../../../server/core/views/report-document.js";

const layer = (id: string, db: number, effect: number | null): ReportLayerQuantization => ({
  ...{
    id,
    weights: [`blk.${id}.weight`],
    elementCount: 4096,
    excludedCount: 0,
    outlierRowCount: 0,
  },
  ...{ meanSquareError: {}, cosine: {}, largestError: {}, clippedShare: {}, bytes: {} },
  ...{ sqnrDb: { q8_0: 200, q4_k: db }, sensitivity: effect, activationSensitivities: {} },
  sensitivities: { q8_0: 0, q4_k: effect },
});

test("the riskiest layers come first, with decibels of weights and outputs in each format", () => {
  const document = {
    ...emptyReport("x.gguf", []),
    quantization: {
      formats: ["q8_0", "q4_k"],
      sensitivitySource: "of invented numbers",
      layers: [layer("0", 21.4, 1e-4), layer("1", 12, 2), layer("2", 30, null)],
    },
  };
  expect(quantizationText(document)).toMatchInlineSnapshot(`
    "Number formats: signal to noise in dB, weights / outputs where this layer alone is quantized.
    layer         elements           q8_0     q4_k
    ────────────  ────────  ─────────────  ───────
    blk.1.weight     4.1 k  exact / exact  12 / −3
    blk.0.weight     4.1 k  exact / exact  21 / 40
    blk.2.weight     4.1 k  exact / exact   30 / ?
    Outputs: of invented numbers.
    "
  `);
  expect(quantizationText(emptyReport("x.gguf", []))).toBe("");
});
