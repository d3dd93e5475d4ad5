import { expect, test } from "vitest";
import type { Design } from "../../../server/core/design/design.js";
import { findPart } from "../../../server/core/design/find-part.js";
import { hlsDesign } from "../../../server/core/hls/hls-design.js";
import { checkRules } from "../../../server/core/hls/rules/check.js";
import { designText } from "../../../server/core/reports/design-text.js";
import { fitsPart } from "../../../server/core/views/design/resource-text.js";
import { designReport } from "../../../server/core/views/design/design-report.js";
import { resourceTable, loopText } from "../../../server/core/views/design/design-tables.js";
import { loadParts } from "../../../server/io/parts-files.js";
import { estimate } from "./kit.js";

const part = findPart(loadParts("server/data").value, "xcvu9p");

function designOf(text: string): Design {
  if (part === undefined) throw new Error("no part");
  return hlsDesign(estimate(text), "k.cpp", text, part, []);
}

const kernel = (body: string): string => `
  void k(float a[64], float b[64]) {
    OUTER: for (int i = 0; i < 64; i++) {
      b[i] = a[i] * 2.0f;
      ${body}
    }
    LAST: for (int i = 0; i < 64; i++) b[i] = b[i] + 1.0f;
  }`;

test("what calls a function that nobody has has no upper end, of the loop, the function and the whole", () => {
  const whole = designOf(kernel(""));
  expect(whole.without).toBeUndefined();
  expect(fitsPart(whole)).toBe(true);
  const design = designOf(kernel("resize(a, b); resize(b, a);"));
  expect(design.without).toEqual(["resize"]);
  expect(design.latencyCycles).toBeUndefined();
  for (const counts of [design.total?.counts, design.modules[0]?.whole.counts]) {
    expect(Object.values(counts ?? {}).map(({ high }) => high)).toEqual(Array(4).fill(Infinity));
    expect(counts?.lut?.value).toBe(whole.total?.counts.lut?.value);
  }
  // Nothing of it is over the part, and yet nobody knows that it fits.
  expect(fitsPart(design)).toBeUndefined();
  const [outer, last] = design.loops;
  expect(outer?.latencyCycles).toBeUndefined();
  expect(outer?.depthCycles).toBeUndefined();
  expect(last?.latencyCycles).toEqual(whole.loops[1]?.latencyCycles);
  if (outer === undefined || last === undefined) throw new Error("no loops");
  expect(loopText(design, outer)).toContain("Its cycles are not known without `resize`.");
  expect(loopText(design, last)).not.toContain("not known");
});

test("a call inside of a called function is missing there too, and a core of the vendor's as well", () => {
  const inner = "void step(float *a) { hls::fft<config>(a, a); }";
  const design = designOf(`${inner}${kernel("step(a);")}`);
  expect(design.without).toEqual(["hls::fft"]);
  expect(design.loops.map(({ latencyCycles }) => latencyCycles !== undefined)).toEqual([
    false,
    true,
  ]);
});

test("a method that is declared alone is missing; one that has a body is not, nor is a stream's", () => {
  const text = (body: string): string => `
    struct fit { int sum; void run(float *a)${body} };
    void k(float a[64], hls::stream<float> &out) { fit one; one.run(a); out.write(a[0]); }`;
  expect(designOf(text(";")).without).toEqual(["fit::run"]);
  expect(designOf(text("{ a[0] = 1.0f; }")).without).toBeUndefined();
});

test("tables, texts and JSON say that it is at least so much, and without what", () => {
  const design = designOf(kernel("resize(a, b);"));
  if (design.total === undefined) throw new Error("no total");
  const table = resourceTable(design, design.total);
  expect(table).toMatch(/\| ≥ [\d,]+ \(from [\d,]+\) \| ≥ /);
  expect(table).toContain("without `resize`, of which there is no source");
  const text = designText(design, 120);
  expect(text).toMatch(/LUT +≥ [\d,]+ \(from [\d,]+\) +≥ /);
  expect(text).toContain("Counted without `resize`, of which there is no source");
  const json = JSON.stringify(designReport("k.cpp", design));
  expect(json).toContain('"without":["resize"]');
  expect(json).toMatch(/"lut":\{"value":\d+,"low":\d+,"high":null\}/);
});

test("no far better pragmas are promised of a whole that is not known", () => {
  const codes = (text: string): readonly string[] =>
    checkRules(estimate(text), { text, file: "k.cpp", capacity: {} }).map(({ code }) => code);
  const slow = (call: string): string =>
    `void k(int a[4096]) {${call} for (int i = 0; i < 4096; i++) {\n#pragma HLS PIPELINE off\n a[i] = a[i] * 3; } }`;
  expect(codes(slow(""))).toContain("RP5306");
  expect(codes(slow("resize(a);"))).not.toContain("RP5306");
});
