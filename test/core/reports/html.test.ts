import { expect, test } from "vitest";
import { formatBytes } from "../../../server/core/base/units.js";
import { reportFigures } from "../../../server/core/reports/figures.js";
import { publishedErrors } from "../../../server/core/reports/published-errors.js";
import { reportFormats } from "../../../server/core/reports/index.generated.js";
import * as rows from "../../../server/core/reports/rows.js";
import { view } from "../../../server/core/views/report.js";
import type { ReportDocument } from "../../../server/core/views/report-document.js";
import { realAnalysis } from "../../kit/real-analysis.js";

const model = "test/fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx";
const calibrated = "raspberry-pi-5/onnxruntime/fp32";
const targets = [calibrated, "nvidia-rtx-4090/tensorrt/fp16", "stm32h747i-disco/x-cube-ai/int8"];

async function render(format: string): Promise<{ text: string; document: ReportDocument }> {
  const analysis = await realAnalysis(model, targets);
  const document = view(analysis, { file: "m.onnx" });
  const text = reportFormats
    .find(({ id }) => id === format)!
    .render(document, {
      targetLabels: new Map(analysis.targets.map(({ target }) => [target.id, target.label])),
      width: 120,
      hasMemory: false,
      errors: publishedErrors(analysis),
      figures: reportFigures(analysis),
    });
  return { text, document };
}

/** The cells of the table below a heading, as text. */
function tableBelow(html: string, heading: string): readonly (readonly string[])[] {
  const from = html.indexOf(`<h2>${heading}</h2>`);
  const table = html.slice(html.indexOf("<tbody>", from), html.indexOf("</tbody>", from));
  return [...table.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = ""]) =>
    [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = ""]) =>
      cell
        .replace(/<[^>]*>/g, "")
        .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
        .trim(),
    ),
  );
}

test.each(["html", "markdown", "csv", "sarif", "json"])(
  "the %s report of the same model is the same to the byte",
  async (format) => expect((await render(format)).text).toBe((await render(format)).text),
);

test("its numbers are those of the JSON document", async () => {
  const { text, document } = await render("html");
  const shown = tableBelow(text, "Targets");
  expect(shown.map((cells) => cells[1])).toEqual(
    document.targets.map(({ latency }) =>
      rows.secondsText(latency?.seconds ?? null, latency?.low ?? null, latency?.high ?? null),
    ),
  );
  expect(shown.map((cells) => cells[5])).toEqual(
    document.targets.map(
      ({ memory }) =>
        memory.memories
          ?.map(
            ({ name, takenBytes, capacityBytes }) =>
              `${name} ${formatBytes(takenBytes ?? 0)} of ${formatBytes(capacityBytes)}`,
          )
          .join(", ") ??
        `${formatBytes(memory.totalBytes ?? 0)} of ${formatBytes(memory.capacityBytes ?? 0)}`,
    ),
  );
  const layers = tableBelow(text, "Layers, heaviest first");
  expect(layers.length).toBeGreaterThan(8);
  for (const cells of layers) {
    const layer = document.layers.find((one) => rows.layerName(one) === cells[0])!;
    expect(cells.slice(1, 5)).toEqual([
      layer.op,
      rows.shapeOf(layer),
      rows.parametersText(layer.parameterCount),
      rows.macsText(layer.macs),
    ]);
    for (const [at, target] of document.targets.entries()) {
      const own = target.layers.find(({ id }) => id === layer.id);
      expect(cells[5 + 3 * at]).toBe(
        own === undefined ? "" : rows.secondsText(own.seconds, own.low, own.high),
      );
    }
  }
});

test("published errors are those of the target's calibration file", async () => {
  const { text } = await render("html");
  const analysis = await realAnalysis(model, [calibrated]);
  const error = analysis.targets[0]!.target.calibration!()!.calibration.error;
  const shown = tableBelow(text, "Published errors").filter(([, lender]) => lender === "itself");
  expect(shown.map((cells) => cells.slice(2, 7))).toEqual(
    expect.arrayContaining(
      error.map(({ kind, median, p90, coverage, rows: count }) => [
        kind,
        `${(100 * median).toFixed(1)} %`,
        `${(100 * p90).toFixed(1)} %`,
        `${(100 * coverage).toFixed(1)} %`,
        String(count),
      ]),
    ),
  );
  expect((await render("markdown")).text).toContain("## Published errors");
});

test("nothing in it is fetched or run", async () => {
  const { text } = await render("html");
  expect(text).not.toMatch(/<script|\ssrc=|\shref=|url\(|@import|<iframe|<object|\son\w+=/i);
  expect(text).toContain("default-src 'none'");
});
