// @vitest-environment happy-dom
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { neverCancelled } from "../../server/core/base/cancel.js";
import type { GraphView } from "../../server/core/views/graph.js";
import type { QuantizationView } from "../../server/core/views/quantization.js";
import { Analyst } from "../../server/lsp/analyst.js";
import { createAnswers } from "../../server/lsp/answers.js";
import type { Subject } from "../../server/lsp/worker-api.js";
import { quantizationSection } from "../../webviews/src/model/details-quantization.js";

const root = path.resolve(import.meta.dirname, "../..");
const uri = "ridgepoint-text:/resnet8.onnx";
const subject: Subject = {
  uri,
  fileName: "resnet8.onnx",
  source: {
    kind: "printed",
    path: path.join(root, "test/fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx"),
    version: 1,
  },
  choice: { targetIds: ["stm32h747i-disco/x-cube-ai/int8"], chipFolders: [], accelerators: [] },
  batch: null,
  dims: {},
};
const answers = createAnswers(new Analyst(path.join(root, "server/data"), neverCancelled));
let text = "";

beforeAll(async () => {
  ({ text } = await answers.print({ subject }));
  answers.putText({ uri, version: 1, text });
}, 60_000);

const kinds = { latency: false, shape: false, memory: false, quantization: true };

test("each layer with weights has a hint of its risk and format, within 20 characters", async () => {
  const hints = await answers.hints({ subject, span: { start: 0, end: text.length }, kinds });
  expect(hints).toHaveLength(10);
  for (const { label } of hints) expect(label).toMatch(/^(low|medium|high) · .{1,11}$/);
}, 60_000);

test("the hover has a row for each format, and nothing of it while it is switched off", async () => {
  const offset = text.indexOf("Conv <");
  const hover = await answers.hover({ subject, offset, isQuantized: true });
  expect(hover?.markdown).toMatch(/\| format \| weights \| outputs \| time \| bytes \| here \|/);
  expect(hover?.markdown).toMatch(
    /\| int8 \| [\d.]+ dB \| [\d.]+ dB \| [\d.]+ ms \| 496 B \| computed \|/,
  );
  const plain = await answers.hover({ subject, offset, isQuantized: false });
  expect(plain?.markdown).not.toContain("| format |");
}, 60_000);

test("problems say where a scale for the whole tensor loses", async () => {
  const found = await answers.problems({ subject, isQuantized: true });
  const codes = found.map(({ code }) => code);
  expect(codes).toContain("RP2302");
  const off = await answers.problems({ subject, isQuantized: false });
  expect(off.map(({ code }) => code).filter((code) => code.startsWith("RP23"))).toEqual([]);
}, 60_000);

test("the details pane draws the table and the grid of the chosen format into the histogram", async () => {
  const ask = async (
    nodeId: number,
    format: string | undefined,
  ): Promise<QuantizationView | string> => {
    const reply = await answers.view({
      subject,
      view: "quantization",
      params: { nodeId, ...(format !== undefined && { format }) },
    });
    return reply.kind === "view" ? (reply.view as QuantizationView) : "nothing";
  };
  const nodeId = 0;
  const section = quantizationSection(nodeId, ask);
  section.querySelector("button")?.click();
  await expect.poll(() => section.querySelectorAll("tbody tr").length).toBe(10);
  const rows = [...section.querySelectorAll("tbody tr")].map((row) => row.textContent ?? "");
  expect(rows[0]).toMatch(/^int8[\d.]+/);
  expect(section.querySelectorAll(".weight-bar")).toHaveLength(64);
  const int4 = [...section.querySelectorAll("button")].find(
    ({ textContent }) => textContent === "int4",
  );
  int4?.click();
  await expect
    .poll(() => section.querySelector("figcaption")?.textContent)
    .toMatch(/values of int4/);
  expect(section.querySelectorAll(".weight-grid").length).toBeGreaterThan(8);
}, 60_000);

test("the graph is coloured by risk: layers with weights have one, others none", async () => {
  const reply = await answers.view({
    subject,
    view: "graph",
    params: {
      target: null,
      measure: "risk",
      isSized: false,
      fold: "open",
      toggled: [],
      unrolled: [],
      focus: null,
      window: null,
      scale: 1,
      reveal: null,
    },
  });
  if (reply.kind !== "view") throw new Error(JSON.stringify(reply));
  const { boxes, measure, largest } = reply.view as GraphView;
  expect(measure).toMatchObject({ id: "risk", unit: "" });
  expect(largest).toBeGreaterThan(0);
  const nodes = boxes.filter(({ kind }) => kind === "node");
  const risky = nodes.filter(({ value }) => (value ?? 0) > 0);
  expect(risky).toHaveLength(10);
  expect(nodes.filter(({ value }) => value === null)).toEqual([]);
}, 60_000);
