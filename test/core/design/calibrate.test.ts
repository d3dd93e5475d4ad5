import { expect, test } from "vitest";
import { calibrated } from "../../../server/core/design/calibration/calibrate.js";
import { countedOf } from "../../../server/core/design/calibration/counted.js";
import { decodePairs } from "../../../server/core/design/calibration/decode-pairs.js";
import {
  pairReports,
  type FoundReport,
} from "../../../server/core/design/calibration/pair-reports.js";
import type {
  ReportPair,
  SourceState,
} from "../../../server/core/design/calibration/report-pair.js";
import type { Amount, Design, MeasuredDesign } from "../../../server/core/design/design.js";
import { emptyDesign } from "../../../server/core/design/empty-design.js";
import { measuredDesign } from "../../../server/core/design/measured/measured-format.js";
import { calibrationLines } from "../../../server/core/views/design/calibration-text.js";
import { loadParts } from "../../../server/io/parts-files.js";
import { findPart } from "../../../server/core/design/find-part.js";

const { value: families } = loadParts("server/data");
const part = findPart(families, "xc7a35t")!;
const subject = { kind: "rtl", top: "mac", family: "xilinx-7", part: "xc7a35t" } as const;

const wide = (value: number): Amount => ({ value, low: value * 0.9, high: value * 1.1 });
const exact = (value: number): Amount => ({ value, low: value, high: value });

interface Counts {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly fmax?: number;
}

function designOf({ lut, ff, dsp, fmax = 100 }: Counts): Design {
  const counts = { lut: wide(lut), ff: wide(ff), dsp: exact(dsp) };
  const resources = { method: "synthesised", counts } as const;
  const module = { instanceCount: 1, place: undefined, own: resources, whole: resources };
  return {
    ...emptyDesign("rtl", []),
    ...{ top: "mac", total: resources, fmaxHertz: wide(fmax * 1e6), tool: "Yosys" },
    modules: [
      { ...module, name: "mac", variant: "mac" },
      { ...module, name: "leaf", variant: "leaf" },
    ],
    lines: [
      {
        ...{ file: "m.sv", line: 3, kind: "line", instanceCount: 1, share: 0.5, notes: [] },
        resources: { method: "attributed", counts: { lut: wide(lut / 2) } },
      },
    ],
    paths: [
      {
        ...{ start: "a", end: "b", levels: 3, places: [], worst: undefined },
        nanoseconds: wide(1000 / fmax),
      },
    ],
  };
}

const before = designOf({ lut: 1000, ff: 400, dsp: 4 });

function pairOf(theirs: Partial<MeasuredDesign>): ReportPair {
  const report = {
    ...{ format: "vivado-utilization", tool: "Vivado 2022.2 utilization", hash: "r" },
    ...{ file: "impl_1/mac_utilization_placed.rpt", time: "2026-11-27T12:00:00.000Z" },
  };
  const said = {
    counts: {},
    modules: [],
    loops: [],
    fmaxHertz: undefined,
    latencyCycles: undefined,
  };
  return {
    ...{ subject, by: "y", sources: "s0", report, ours: countedOf(before) },
    theirs: { ...said, ...theirs },
  };
}

const follow = (now: Design, theirs: Partial<MeasuredDesign>, sources = "s1"): Design =>
  calibrated(now, [pairOf(theirs)], { subject, sources });

test("of the sources that a report speaks of, its numbers are the design's, without an interval", () => {
  const found = follow(before, { counts: { lut: 1200, ff: 380, dsp: 5 }, fmaxHertz: 125e6 }, "s0");
  expect(found.total).toEqual({
    method: "calibrated",
    counts: { lut: exact(1200), ff: exact(380), dsp: exact(5) },
  });
  expect(found.fmaxHertz).toEqual(exact(125e6));
  expect(found.paths[0]?.nanoseconds.value).toBeCloseTo(8);
  expect(found.lines[0]?.resources).toMatchObject({
    method: "attributed",
    counts: { lut: { value: 600, low: 540 } },
  });
  expect(calibrationLines(found)).toEqual([
    "Calibrated to this project by impl_1/mac_utilization_placed.rpt of 2026-11-27 (Vivado 2022.2 utilization): it is of these sources.",
    "Reported: LUT 1,200, counted 1,000 (1.2×); FF 380, counted 400 (0.95×); DSP 5, counted 4 (1.25×); Fmax 125 MHz, counted 100 MHz (1.25×).",
  ]);
});

test("an edit is scaled by the ratio, in an interval narrower than the family's", () => {
  const found = follow(designOf({ lut: 1100, ff: 400, dsp: 5 }), {
    counts: { lut: 1200, ff: 380, dsp: 5 },
  });
  const { lut, dsp } = found.total!.counts;
  // distance: ln(1120/1020) = 0.094 (LUTs; DSPs ln(25/24) = 0.041); power exp(−0.094/1.5) = 0.939.
  expect(lut!.value).toBeCloseTo(1100 * 1.2 ** 0.939, 0);
  expect(lut!.high / lut!.value).toBeGreaterThan(1.02);
  expect(lut!.high / lut!.value).toBeLessThan(1.06);
  // One DSP more was said of the same sources, and one has come since.
  expect(dsp!.value).toBeCloseTo(5.94, 2);
  expect([dsp!.low, dsp!.high]).toEqual([5, dsp!.value]);
  expect(calibrationLines(found)[0]).toContain("94 % of the difference is taken");
});

test("a design that has become another is what it would be without the report", () => {
  const found = follow(designOf({ lut: 50_000, ff: 20_000, dsp: 90 }), {
    counts: { lut: 1200, ff: 380 },
  });
  expect(found.total!.counts.lut!.value / 50_000).toBeCloseTo(1, 1);
  expect(found.total!.counts.lut!.high / found.total!.counts.lut!.value).toBeCloseTo(1.1, 2);
});

test("a module that the report lists follows its own row, others the whole", () => {
  const found = follow(
    before,
    {
      counts: { lut: 1200 },
      modules: [{ name: "leaf", counts: { lut: 900 } }],
    },
    "s0",
  );
  const lutOf = (name: string): Amount | undefined =>
    found.modules.find((module) => module.name === name)?.whole.counts.lut;
  expect(lutOf("mac")).toEqual(exact(1200));
  expect(lutOf("leaf")).toEqual(exact(900));
});

test("what is eight times off is of another design, and what a report does not tell stays", () => {
  const found = follow(before, { counts: { lut: 9000 } });
  expect(found).toEqual(before);
});

test("loops: latency by the ratio, the interval while ours is what it was", () => {
  const loop = (latency: number, interval: number): Design["loops"][number] => ({
    ...{ file: "k.cpp", line: 4, label: "i", isPipelined: true, unrollFactor: 1 },
    ...{ tripCount: exact(64), cause: "2 reads of `b` a cycle, 1 port", resources: undefined },
    ...{ initiationInterval: interval, depthCycles: 8, latencyCycles: wide(latency) },
  });
  const kernel = (latency: number, interval = 2): Design => ({
    ...before,
    ...{ kind: "hls", loops: [loop(latency, interval)], latencyCycles: wide(latency + 10) },
  });
  const said = {
    label: "i",
    tripCount: 64,
    initiationInterval: 1,
    depthCycles: 9,
    latencyCycles: 72,
  };
  const pair = {
    ...pairOf({ loops: [said], latencyCycles: 80 }),
    ours: countedOf(kernel(140)),
  };
  const at = (now: Design, sources: string): Design =>
    calibrated(now, [pair], { subject, sources });
  expect(at(kernel(140), "s0")).toMatchObject({
    latencyCycles: exact(80),
    loops: [{ latencyCycles: exact(72), initiationInterval: 1, depthCycles: 9, cause: undefined }],
  });
  const edited = at(kernel(160, 4), "s1").loops[0]!;
  expect(edited.initiationInterval).toBe(4);
  expect(edited.latencyCycles!.value).toBeCloseTo(160 * (72 / 140) ** 0.923, 0);
});

const report = (
  more: Partial<FoundReport> = {},
  design: Partial<MeasuredDesign> = {},
): FoundReport => ({
  ...{ format: { id: "vivado-utilization", stage: "logic" }, file: "u.rpt", hash: "h" },
  time: "2026-11-27T12:00:00.000Z",
  ...more,
  design: measuredDesign("Vivado", "u.rpt", { top: "mac", counts: { lut: 1200 }, ...design }),
});

const stateAt = (sources: string, since: string, lut: number): SourceState => ({
  ...{ sources, since },
  ours: countedOf(designOf({ lut, ff: 400, dsp: 4 })),
});

const question = {
  ...{ design: before, subject, by: "y", part, families, known: [] },
  ...{ sources: "now", missing: [] as readonly string[] },
};

test("a report counts for the sources as they were when it was written", () => {
  const states = [
    stateAt("old", "2026-11-27T09:00:00.000Z", 1000),
    stateAt("new", "2026-11-27T13:00:00.000Z", 1500),
  ];
  const { pairs, refusals } = pairReports([report()], { ...question, states });
  expect(pairs.map(({ sources, ours }) => [sources, ours.counts.lut])).toEqual([["old", 1000]]);
  expect(refusals.size).toBe(0);
  // It stays what it was, whatever is analysed later, until there is another.
  const later = { ...question, states: states.slice(1), known: pairs };
  expect(pairReports([report()], later).pairs).toBe(pairs);
  const next = pairReports([report({ hash: "h2", time: "2026-11-27T14:00:00.000Z" })], later);
  expect(next.pairs.map(({ sources }) => sources)).toEqual(["new"]);
});

test("what was counted without an interval and is no instance changes by a ratio, lines with it", () => {
  const counted = (lut: number): Design => {
    const design = designOf({ lut, ff: 400, dsp: 4 });
    return { ...design, total: { ...design.total!, counts: { lut: exact(lut), dsp: exact(4) } } };
  };
  const found = follow(counted(1000), { counts: { lut: 900 } }, "s0");
  expect(found.total!.counts.lut).toEqual(exact(900));
  expect(found.lines[0]?.resources.counts.lut?.value).toBeCloseTo(450);
  const { lut } = follow(counted(1100), { counts: { lut: 900 } }).total!.counts;
  // As above: 0.9 to the power 0.939.
  expect(lut!.value).toBeCloseTo(1100 * 0.9 ** 0.939, 0);
  expect([lut!.low, lut!.high]).toEqual([lut!.value, 1100]);
});

test("a report of none, where much was counted, is of something else", () => {
  const found = follow(before, { counts: { lut: 0, ff: 380 } });
  expect(found.total!.counts.lut).toEqual(before.total!.counts.lut);
  expect(found.total!.counts.ff!.value).toBe(380);
});

test("why a report has no say", () => {
  const states = [stateAt("new", "2026-11-27T13:00:00.000Z", 1500)];
  const reason = (one: FoundReport, more: Partial<typeof question> = {}): string | undefined =>
    pairReports([one], { ...question, states, ...more }).refusals.get("u.rpt");
  const late = { time: "2026-11-28T12:00:00.000Z" };
  expect(reason(report())).toMatch(/sources have changed since it was written/);
  expect(reason(report(late, { device: "xcku040-ffva1156-2-e" }))).toMatch(/is of xcku040/);
  expect(reason(report(late, { device: "xc7a12tcpg238-1" }))).toBeUndefined();
  expect(reason(report(late, { caveat: "it counts without `rom`" }))).toBe(
    "it counts without `rom`",
  );
  expect(reason(report(late), { missing: ["rom"] })).toMatch(/estimate is without `rom`/);
  expect(reason(report({ ...late, format: { id: "vitis-csynth", stage: "hls" } }))).toMatch(/HLS/);
  expect(reason(report({ ...late, format: { id: "yosys-stat", stage: "logic" } }))).toMatch(/AMD/);
  const hls = { subject: { ...subject, kind: "hls" } as unknown as typeof subject };
  expect(reason(report(late), hls)).toMatch(/what the HLS tool reports/);
});

test("speed holds for the part of the report alone", () => {
  const states = [stateAt("s0", "2026-11-27T10:00:00.000Z", 1000)];
  const said = { device: "xc7k325tffg900-2", fmaxHertz: 200e6 };
  const { pairs } = pairReports([report({}, said)], { ...question, states });
  const found = calibrated(before, pairs, { subject, sources: "s0" });
  expect(found.fmaxHertz).toEqual(before.fmaxHertz);
  expect(found.total?.counts.lut?.value).toBe(1200);
});

test("pairs survive their file, and what is wrong in it is told and left out", () => {
  const pair = pairOf({ counts: { lut: 1200 } });
  const text = JSON.stringify({ pairs: [pair, { ...pair, report: { time: "yesterday" } }, 7] });
  const { value, problems } = decodePairs(JSON.parse(text), "calibration.json");
  expect(calibrated(before, value, { subject, sources: "s0" }).total?.counts.lut).toEqual(
    exact(1200),
  );
  expect(value).toHaveLength(1);
  expect(problems.map(({ message }) => message).join("\n")).toMatch(
    /pairs\[1\]\.report\.time` should be a time[\s\S]*pairs\[2\]/,
  );
});

test("of the same sources what was placed counts before what was synthesised later; newer sources come first", () => {
  const routed = pairOf({ counts: { lut: 1200 } });
  const stat = (sources: string): ReportPair => ({
    ...pairOf({ counts: { lut: 1700 } }),
    sources,
    report: {
      ...routed.report,
      ...{ format: "yosys-stat", file: "stat.json", time: "2026-11-27T13:00:00.000Z" },
    },
  });
  const lutBy = (pairs: readonly ReportPair[], sources: string): number | undefined =>
    calibrated(before, pairs, { subject, sources }).total?.counts.lut?.value;
  expect(lutBy([stat("s0"), routed], "s0")).toBe(1200);
  expect(lutBy([routed, stat("s1")], "s1")).toBe(1700);
});
