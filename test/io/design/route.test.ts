import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import type { Design } from "../../../server/core/design/design.js";
import { designText } from "../../../server/core/reports/design-text.js";
import { analyseDesign, disposeDesignAnalysts } from "../../../server/io/design/analyse-design.js";
import type { DesignRequest } from "../../../server/io/design/design-request.js";
import { loadParts } from "../../../server/io/parts-files.js";
import { designContext } from "../../kit/design-context.js";

const { value: families } = loadParts("server/data");
const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-route-test-"));
const searched = process.env["PATH"];

afterEach(() => {
  process.env["PATH"] = searched;
});
afterAll(() => {
  disposeDesignAnalysts();
  rmSync(folder, { recursive: true, force: true });
});

function route(text: string, more: Partial<DesignRequest> = {}): Promise<Design> {
  return analyseDesign(
    {
      text,
      files: [],
      overlays: {},
      roots: [folder],
      includeFolders: [],
      top: undefined,
      part: "ice40hx1k",
      clockNanoseconds: undefined,
      parameters: {},
      defines: {},
      reports: [],
      isRouted: true,
      seconds: 240,
      ...more,
      file: path.join(folder, more.file ?? "design.sv"),
    },
    designContext(families),
  );
}

function withoutPrograms(): void {
  const empty = path.join(folder, "empty");
  mkdirSync(empty, { recursive: true });
  process.env["PATH"] = empty;
}

function codesOf({ problems }: Design): readonly string[] {
  return problems.map(({ code }) => code);
}

const twoClocks = `module two #(parameter W = 4)(
  input clk, input [W-1:0] a, b, output reg [2*W-1:0] p,
  input tick, output reg [W-1:0] q);
  reg [W-1:0] x, y;
  always @(posedge clk) begin x <= a; y <= b; p <= x * y + p; end
  always @(posedge tick) q <= q + a;
endmodule
`;

const kept = `module kept(input clk, input [7:0] a, output reg [7:0] q);
  always @(posedge clk) q <= q + a;
endmodule
`;

const small = `module small(input clk, output reg [3:0] q);
  always @(posedge clk) q <= q + 1;
endmodule
`;

const wide = `module wide(input clk, input [149:0] a, output reg y);
  always @(posedge clk) y <= ^a;
endmodule
`;

test("what was placed and routed sets the estimates of later edits right", async () => {
  const sources = { file: "kept.sv", isRouted: true };
  const before = await route(kept, { ...sources, isCalibrated: false, isRouted: false });
  const routed = await route(kept, sources);
  const [measured] = routed.measured;
  expect(measured?.standing).toBeUndefined();
  expect(routed.fmaxHertz?.value).toBe(measured?.fmaxHertz);
  expect(routed.total?.counts.ff?.value).toBe(measured?.counts.ff);
  const edited = kept.replace("q + a", "q + (a ^ 8'd3)");
  const after = await route(edited, { ...sources, isRouted: false });
  expect(after.measured).toEqual([]);
  expect(after.calibration?.reports).toMatchObject([
    { file: "Place and Route", tool: measured?.tool, isOfTheseSources: false },
  ]);
  const ratio = (measured?.fmaxHertz ?? NaN) / (before.fmaxHertz?.value ?? NaN);
  const plain = await route(edited, { ...sources, isCalibrated: false, isRouted: false });
  expect((after.fmaxHertz?.value ?? NaN) / (plain.fmaxHertz?.value ?? NaN)).toBeCloseTo(ratio, 1);
});

test("a design is placed and routed", async () => {
  const begin = new Set(readdirSync(os.tmpdir()));
  const design = await route(twoClocks, { parameters: { W: "6" }, isCalibrated: false });
  expect(codesOf(design).filter((code) => code.startsWith("RP505"))).toEqual([]);
  const [measured] = design.measured;
  expect(measured?.tool).toMatch(/^nextpnr-ice40 \d[\d.]+ on hx1k-tq144$/);
  expect(measured?.clocks?.map(({ name }) => name).sort()).toEqual(["clk", "tick"]);
  const speeds = measured?.clocks?.map(({ hertz }) => hertz) ?? [];
  expect(measured?.fmaxHertz).toBe(Math.min(...speeds));
  // The parameter has made 30 flip-flops, and there is a LUT for each bit that is added.
  expect(measured?.counts.ff).toBe(30);
  expect(measured?.counts.lut).toBeGreaterThanOrEqual(18);
  expect(measured?.cells).toContainEqual({
    name: "SB_IO",
    used: 2 + 12 + 12 + 6,
    available: 112,
  });
  const [longest] = measured?.paths ?? [];
  expect(longest?.end).toBe("p");
  expect(longest?.start).toMatch(/^[xyp](?:\[\d+\])?$/);
  expect(1e9 / (longest?.nanoseconds ?? 0)).toBeCloseTo(measured?.fmaxHertz ?? 0, -5);
  // Ours is an estimate of the same: an interval that holds it is what it promises.
  expect(design.fmaxHertz?.low).toBeLessThan(measured?.fmaxHertz ?? 0);
  expect(design.fmaxHertz?.high).toBeGreaterThan(measured?.fmaxHertz ?? Infinity);
  const left = readdirSync(os.tmpdir()).filter((name) => !begin.has(name));
  expect(left.filter((name) => /^ridgepoint-route-[^t]/.test(name))).toEqual([]);
  const shown = designText(design, 120);
  expect(shown).toMatch(/nextpnr-ice40 .*: Fmax \d+.* MHz \(ours [\d.]+×\), measured/);
  expect(shown).toMatch(/clocks: .*tick \d+ MHz/);
}, 300_000);

test("what does not fit is told in nextpnr's words", async () => {
  const design = await route(wide);
  expect(design.measured).toEqual([]);
  const told = design.problems.find(({ code }) => code === "RP5054");
  expect(told?.message).toMatch(/`wide` on hx1k-tq144.*sb_io.*more pins than the package/);
  const boxed = await route(wide, { part: "ice40hx8k-ct256" });
  expect(boxed.measured[0]?.tool).toMatch(/on hx8k-ct256$/);
}, 300_000);

test.each([
  ["ice40lp384", "lp384-"],
  ["ice40up3k", "up3k-sg48"],
  ["ice40hx4k", "hx4k-"],
])(
  "every chip's database is there: %s",
  async (part, name) => {
    const design = await route(small, { part });
    expect(design.problems.filter(({ code }) => code.startsWith("RP505"))).toEqual([]);
    expect(design.measured[0]?.tool).toContain(` on ${name}`);
    expect(design.measured[0]?.fmaxHertz).toBeGreaterThan(10e6);
  },
  300_000,
);

test("other families, and a family without a part, are told", async () => {
  const other = await route(twoClocks, { part: "xc7a35t" });
  expect(other.problems.find(({ code }) => code === "RP5050")?.message).toMatch(
    /iCE40 parts alone/,
  );
  const family = await route(twoClocks, { part: "ice40" });
  expect(family.problems.find(({ code }) => code === "RP5050")?.message).toMatch(/ice40hx8k/);
}, 240_000);

test("VHDL without GHDL: the problem says how to get it", async () => {
  withoutPrograms();
  const design = await route(
    `entity gate is port (a, b : in bit; y : out bit); end entity;
architecture rtl of gate is begin y <= a and b; end architecture;
`,
    { file: "gate.vhd" },
  );
  expect(design.problems).toMatchObject([{ code: "RP5040", severity: "error" }]);
  expect(design.problems[0]?.message).toMatch(/GHDL, which is not on the path.*apt install ghdl/);
  expect(design.total).toBeUndefined();
}, 60_000);
