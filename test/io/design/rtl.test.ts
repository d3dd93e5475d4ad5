import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Design, ResourceKind } from "../../../server/core/design/design.js";
import { disposeDesignAnalysts } from "../../../server/io/design/analyse-design.js";
import type { DesignRequest } from "../../../server/io/design/design-request.js";
import { synthesiseIn } from "../../kit/synthesise.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-rtl-"));
afterAll(() => {
  disposeDesignAnalysts();
  rmSync(folder, { recursive: true, force: true });
});

async function synthesise(text: string, more: Partial<DesignRequest> = {}): Promise<Design> {
  return synthesiseIn(folder, more.file ?? "design.sv", text, more);
}

const count = ({ total }: Design, kind: ResourceKind): number | undefined =>
  total?.counts[kind]?.value;
const codes = ({ problems }: Design): readonly string[] => problems.map(({ code }) => code);
const lineOf = (text: string, part: string): number =>
  text.slice(0, text.indexOf(part)).split("\n").length - 1;

const array = `module pe #(parameter W = 8) (
  input  logic clk,
  input  logic signed [W-1:0] a, b,
  output logic signed [W-1:0] a_out,
  output logic signed [31:0] acc
);
  always_ff @(posedge clk) begin
    acc <= acc + a * b;
    a_out <= a;
  end
endmodule

module row #(parameter N = 4) (
  input  logic clk,
  input  logic signed [7:0] a,
  input  logic signed [N*8-1:0] b,
  output logic [N*32-1:0] y
);
  logic signed [7:0] aw [N+1];
  assign aw[0] = a;
  for (genvar i = 0; i < N; i++) begin : g
    pe u (.clk, .a(aw[i]), .b(b[i*8+:8]), .a_out(aw[i+1]), .acc(y[i*32+:32]));
  end
endmodule
`;

test("multipliers of an array are on their line, with the instances of their module", async () => {
  const design = await synthesise(array);
  expect(design.top).toBe("row");
  // One multiply-accumulate a cell of the array; AMD's DSP48E1 takes 25×18 bits.
  expect(count(design, "dsp")).toBe(4);
  const line = design.lines.find(
    (one) => one.kind === "line" && one.line === lineOf(array, "acc <= acc"),
  );
  expect(line?.resources.counts.dsp?.value).toBe(4);
  expect(line?.instanceCount).toBe(4);
  const pe = design.modules.find(({ name }) => name === "pe");
  expect(pe?.instanceCount).toBe(4);
  expect(pe?.own.counts.dsp?.value).toBe(1);
  expect(design.modules.find(({ name }) => name === "row")?.whole.counts.dsp?.value).toBe(4);
  const registers = design.lines.find(
    (one) => one.kind === "line" && one.line === lineOf(array, "a_out <= a"),
  );
  // Registers at the inputs of a DSP are taken into it; those that are left are all on this line.
  expect(registers?.resources.counts.ff?.value).toBe(count(design, "ff"));
});

test("a parameter of the top changes the array", async () => {
  expect(count(await synthesise(array, { parameters: { N: "2" } }), "dsp")).toBe(2);
});

test.each(["lut6", "ice40hx8k", "ecp5-85k", "gw2a-18", "xczu9eg", "5cseba6", "ep4ce22", "asic"])(
  "lines add up to the whole on %s",
  async (part) => {
    const text = `module sum(input clk, input [7:0] a, input [7:0] b, output reg [7:0] q, output reg p);
  always @(posedge clk) q <= a + b;
  always @(posedge clk) p <= ^(a & b);
endmodule
`;
    const design = await synthesise(text, { part, file: "sum.v" });
    expect(design.problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(count(design, "ff")).toBe(9);
    const kind = part === "asic" ? "gate" : "lut";
    expect(count(design, kind)).toBeGreaterThan(0);
    const onLines = design.lines
      .filter((line) => line.kind === "line")
      .reduce((sum, { resources }) => sum + (resources.counts[kind]?.value ?? 0), 0);
    expect(onLines).toBeCloseTo(count(design, kind) ?? 0, 3);
    const adder = design.lines.find(({ line, kind }) => line === 1 && kind === "line");
    expect(adder?.resources.counts.ff?.value).toBe(8);
  },
);

test("the parameter of the example is set", async () => {
  const text = readFileSync("examples/rtl/systolic.sv", "utf8");
  const design = await synthesise(text, { top: "systolic", parameters: { N: "2" } });
  expect(design.problems.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(count(design, "dsp")).toBe(4);
}, 90_000);

test("rules say what they find, with its price", async () => {
  const text = `module rules(
  input  logic clk, en,
  input  logic [15:0] a, b,
  input  logic [9:0] wa, ra,
  input  logic [63:0] words,
  output logic [7:0] s,
  output logic [15:0] q, r, d, y,
  output logic [31:0] p
);
  logic unused;
  logic [15:0] mem [1024];
  always_ff @(posedge clk) if (en) mem[wa] <= a;
  assign r = mem[ra];
  assign d = a / b;
  always_comb if (en) y = a;
  wire gclk = clk & en;
  always_ff @(posedge gclk) q <= a;
  assign p = a * b;
  assign s = words[wa[2:0]*8 +: 8];
endmodule
`;
  const design = await synthesise(text);
  // Times eight is wires, no multiplier without a DSP.
  expect([...new Set(codes(design))].sort()).toEqual([
    "RP5201",
    "RP5202",
    "RP5203",
    "RP5205",
    "RP5209",
    "RP5212",
  ]);
  const placeOf = (code: string): number | undefined => {
    const place = design.problems.find((problem) => problem.code === code)?.place;
    return place?.kind === "source" ? place.line : undefined;
  };
  expect(placeOf("RP5203")).toBe(lineOf(text, "assign d"));
  expect(placeOf("RP5205")).toBe(lineOf(text, "logic [15:0] mem"));
  expect(placeOf("RP5209")).toBe(lineOf(text, "wire gclk"));
  const unused = design.problems.find(({ code }) => code === "RP5212");
  const edit = unused?.fixes?.[0]?.edits[0];
  expect(edit && text.slice(edit.span.start, edit.span.end)).toBe("  logic unused;\n");
});

test("two drivers and a ring of gates are errors", async () => {
  const design = await synthesise(`module bad(input a, input b, output y, output z);
  assign y = a & b;
  assign y = a | b;
  wire u, v;
  assign u = v ^ a;
  assign v = u & b;
  assign z = u;
endmodule
`);
  expect(codes(design)).toEqual(expect.arrayContaining(["RP5211", "RP5214"]));
});

test("includes, macros, file lists and packages are found; what leads out is not", async () => {
  mkdirSync(path.join(folder, "rtl/inc"), { recursive: true });
  writeFileSync(path.join(folder, "rtl/inc/width.vh"), "`define WIDTH 12\n");
  writeFileSync(
    path.join(folder, "rtl/types.sv"),
    "package types; typedef logic [3:0] nibble; endpackage\n",
  );
  writeFileSync(
    path.join(folder, "rtl/leaf.sv"),
    "module leaf(input logic clk, d, output logic q); always_ff @(posedge clk) q <= d; endmodule\n",
  );
  writeFileSync(path.join(folder, "rtl/list.f"), "+incdir+inc\n+define+DEEP // a comment\n");
  const text = `\`include "width.vh"
\`include "/etc/hostname"
\`include "absent.vh"
module top(input logic clk, input types::nibble n, input logic [\`WIDTH-1:0] d, output logic [\`WIDTH-1:0] q, output logic l);
  always_ff @(posedge clk) q <= d;
\`ifdef DEEP
  leaf u (.clk, .d(n[0]), .q(l));
\`endif
endmodule
`;
  const design = await synthesise(text, {
    file: "rtl/top.sv",
    files: [path.join(folder, "rtl/list.f")],
  });
  expect(count(design, "ff")).toBe(13);
  const refused = design.problems.filter(({ severity }) => severity === "error");
  expect(refused.map(({ code, place }) => [code, place?.kind === "source" && place.line])).toEqual([
    ["RP5012", 1],
    ["RP5011", 2],
  ]);
});

test("a list's variables are the environment's, or the folder in which its files are", async () => {
  mkdirSync(path.join(folder, "core/rtl"), { recursive: true });
  const text =
    'module one(input logic clk, d, output logic q); always_ff @(posedge clk) q <= d; endmodule\n\n`ifdef FORMAL\n`include "properties.svh"\n`endif\n';
  writeFileSync(path.join(folder, "core/rtl/one.sv"), text);
  const list = "core/all.flist";
  const words = "+incdir+${RTL_OF_THE_CORE}/include\n$RTL_OF_THE_CORE/one.sv\n";
  writeFileSync(path.join(folder, list), words);
  const design = await synthesise(words, { file: list });
  expect(design.problems).toMatchObject([{ code: "RP5014", severity: "information" }]);
  expect(count(design, "ff")).toBe(1);

  const lost = "$(NOBODY_SET_THIS)/one.sv $(NOBODY_SET_THIS)/two.sv\n";
  writeFileSync(path.join(folder, "core/lost.f"), lost);
  const without = await synthesise(lost, { file: "core/lost.f" });
  expect(without.problems[0]).toMatchObject({
    code: "RP5014",
    message: expect.stringContaining("`NOBODY_SET_THIS`") as unknown,
  });
  // The folder that holds `rtl/one.sv` is found from the list; what no folder holds is not.
  writeFileSync(path.join(folder, "core/none.f"), lost.replaceAll(".sv", "x.sv"));
  const none = await synthesise(lost, { file: "core/none.f" });
  expect(none.problems.filter(({ severity }) => severity === "error")[0]).toMatchObject({
    code: "RP5014",
  });
});

test("modules mapped one by one may be fewer LUTs, flattened ones are what they are", async () => {
  const text = `module half(input [7:0] a, input e, output [7:0] y); assign y = e ? a + 8'd1 : 8'd0; endmodule
module t(input clk, input [7:0] a, output reg [7:0] q);
  wire [7:0] y;
  half u(.a(a), .e(1'b1), .y(y));
  always @(posedge clk) q <= y;
endmodule
`;
  const [kept, flat] = [
    await synthesise(text, { part: "ice40hx1k", hierarchy: "keep" }),
    await synthesise(text, { part: "ice40hx1k", hierarchy: "flatten" }),
  ].map(({ total }) => total?.counts.lut);
  // The module does not know that `e` is always 1.
  expect(kept?.value).toBeGreaterThanOrEqual(flat?.value ?? NaN);
  expect(kept?.low).toBeCloseTo(0.7 * (kept?.value ?? NaN), 3);
  expect(flat?.low).toBe(flat?.value);
});

test("a part's own cells are no missing modules, nor are arrays of them, nor what only formal properties use", async () => {
  writeFileSync(
    path.join(folder, "property_checker.v"),
    "module property_checker(input a); always @* assert(a); endmodule\n",
  );
  const design = await synthesise(
    `module t(input reg [1:0] a, inout [1:0] pad, output [1:0] y);
  SB_IO #(.PIN_TYPE(6'b101001), .PULLUP(1'b0)) io [1:0] (
    .PACKAGE_PIN(pad), .OUTPUT_ENABLE(1'b0), .D_OUT_0(a), .D_IN_0(y)
  );
\`ifdef FORMAL
  property_checker checker (.a(a[0]));
\`endif
endmodule
`,
    { file: "pads.v", part: "ice40hx1k" },
  );
  expect(codes(design)).toEqual([]);
  expect(design.total).toBeDefined();
});

test("what is not there counts as nothing, and is told", async () => {
  const design = await synthesise(
    "module t(input a, output y); nowhere u (.a(a), .y(y)); endmodule\n",
  );
  expect(codes(design)).toContain("RP5022");
  expect(design.without).toEqual(["nowhere"]);
});

test("what holds an instance of what is not there has no upper end; what does not keeps its own", async () => {
  const design = await synthesise(`
    module leaf(input clk, input [7:0] a, output reg [7:0] y); always @(posedge clk) y <= a; endmodule
    module part(input clk, input [7:0] a, output [7:0] y); nowhere u (.a(a), .y(y)); endmodule
    module t(input clk, input [7:0] a, output [7:0] y, z);
      leaf l (.clk(clk), .a(a), .y(y)); part p (.clk(clk), .a(a), .y(z)); endmodule
`);
  const ends = design.modules.map(({ name, whole }) => [name, whole.counts.ff?.high === Infinity]);
  expect(Object.fromEntries(ends)).toEqual({ leaf: false, part: true, t: true });
  expect(design.total?.counts.ff).toMatchObject({ value: 8, high: Infinity });
});

test("errors have a place, and the engine goes on", async () => {
  const broken = await synthesise("module t(input a, output y);\n  assign y = a +;\nendmodule\n");
  expect(broken.total).toBeUndefined();
  expect(broken.problems[0]).toMatchObject({
    code: "RP5020",
    severity: "error",
    place: { line: 1 },
  });
  expect(broken.modules.map(({ name }) => name)).toEqual(["t"]);

  const forked = await synthesise(
    "module u(input logic a, output logic y);\n  always_comb fork\n    y = a;\n  join\nendmodule\n",
  );
  expect(forked.problems[0]?.message).toMatch(/It stands in `fork`/);

  const recursive = await synthesise(
    "module r(input a, output y);\n  r u (.a(a), .y(y));\nendmodule\n",
  );
  expect(recursive.problems[0]).toMatchObject({ code: "RP5024", place: { line: 1 } });

  const endless = await synthesise(
    "module e(input a, output [7:0] y);\n  genvar i;\n  for (i = 0; i < 8; i = i + 0) assign y[i] = a;\nendmodule\n",
  );
  expect(endless.problems[0]).toMatchObject({ code: "RP5024", place: { line: 2 } });

  const none = await synthesise("// nothing\n");
  expect(codes(none)).toEqual(["RP5025"]);

  const unknown = await synthesise(array, { part: "xc9z" });
  expect(unknown.problems[0]?.code).toBe("RP5001");

  expect(count(await synthesise(array), "dsp")).toBe(4);
});

/** LUTs of each line, rounded. */
function lutsByLine(design: Design): Readonly<Record<number, number>> {
  const found: Record<number, number> = {};
  for (const { kind, line, resources } of design.lines) {
    const luts = Math.round(resources.counts.lut?.value ?? 0);
    if (kind === "line" && luts > 0) found[line] = (found[line] ?? 0) + luts;
  }
  return found;
}

test("a multiplier without a DSP is on the line that multiplies, however deep its adders are", async () => {
  const text = `module m(input clk, input signed [11:0] x, output reg signed [23:0] y);
  reg signed [11:0] a, b;
  always @(posedge clk) begin
    a <= x;
    b <= a;
    y <= a * b;
  end
endmodule
`;
  const design = await synthesise(text, { part: "ice40hx8k" });
  const { 5: product = 0, ...others } = lutsByLine(design);
  expect(product).toBeGreaterThan(150);
  expect(Object.values(others)).toEqual([]);
});

test("a memory that becomes flip-flops is where it is declared", async () => {
  const text = `module m(input clk, input [4:0] at, input [7:0] d, input we, output [7:0] q);
  reg [7:0] held [0:31];
  assign q = held[at];
  always @(posedge clk) if (we) held[at] <= d;
endmodule
`;
  const design = await synthesise(text, { part: "ice40hx8k" });
  const lines = design.lines.filter(({ kind }) => kind === "line");
  const ff = lines.map(({ line, resources }) => [line, resources.counts.ff?.value ?? 0]);
  expect(ff.filter(([, value]) => value !== 0)).toEqual([[1, 256]]);
});

test("a memory file that a parameter names is read, and missing it is no error", async () => {
  const text = `module m #(parameter FILE = "boot.hex")(input clk, input [1:0] at, output reg [7:0] q);
  reg [7:0] rom [0:3];
  initial if (FILE != "") $readmemh(FILE, rom);
  always @(posedge clk) q <= rom[at];
endmodule
`;
  const missing = await synthesise(text, { part: "lut6", file: "rom.v" });
  expect(missing.problems.filter(({ code }) => code === "RP5011")).toMatchObject([
    { severity: "information" },
  ]);
  expect(missing.total).toBeDefined();
  writeFileSync(path.join(folder, "boot.hex"), "01\n02\n03\n04\n");
  const found = await synthesise(text, { part: "lut6", file: "rom.v" });
  expect(codes(found)).not.toContain("RP5011");
  rmSync(path.join(folder, "boot.hex"));
});

test("sources are read in the order in which they are given", async () => {
  const user = "module m(input a, output y);\n  assign y = `NOT a;\nendmodule\n";
  const macro = path.join(folder, "late.v");
  writeFileSync(macro, "`define NOT ~\n");
  const file = path.join(folder, "order.v");
  writeFileSync(file, user);
  const before = await synthesise(user, { part: "lut6", file: "order.v", files: [macro, file] });
  const after = await synthesise(user, { part: "lut6", file: "order.v", files: [file, macro] });
  expect([before.total === undefined, after.total === undefined]).toEqual([false, true]);
});

test(
  "a multiply-add of floats has gates by its parts, and fewer for a normalization that is approximate",
  { timeout: 240_000 },
  async () => {
    const text = readFileSync("examples/rtl/bf16-fma.sv", "utf8");
    const exact = await synthesise(text, { part: "asic" });
    const rough = await synthesise(text, { part: "asic", parameters: { APPROXIMATE: "1" } });
    const gatesAt = (design: Design, part: string): number =>
      design.lines.find((one) => one.kind === "line" && one.line === lineOf(text, part))?.resources
        .counts.gate?.value ?? 0;
    const normalization = (design: Design): number =>
      gatesAt(design, "if (|(sum &") +
      gatesAt(design, "if (sum[i])") +
      gatesAt(design, "assign normal = ");
    expect(normalization(rough)).toBeLessThan(0.7 * normalization(exact));
    expect(normalization(exact)).toBeGreaterThan(0.1 * (count(exact, "gate") ?? 0));
    const parts = ["product = mantissa_a", "{aligned, lost} = ", "normal = sum", "rounded = {"];
    for (const part of parts)
      expect([part, gatesAt(exact, `assign ${part}`) > 10]).toEqual([part, true]);
  },
);

test(
  "imports of packages in a module's header and body are read",
  { timeout: 120_000 },
  async () => {
    const types = path.join(folder, "types.sv");
    writeFileSync(
      types,
      "package types; localparam int W = 9; typedef logic [W-1:0] word_t; endpackage\n",
    );
    const text = `module uses import types::word_t; (input logic clk, input word_t a, output word_t q);
  import types::*;
  logic [W-1:0] r;
  always_ff @(posedge clk) begin
    r <= a;
    q <= r;
  end
endmodule
`;
    const design = await synthesise(text, { file: "uses.sv", part: "lut6", files: [types] });
    expect(design.problems).toEqual([]);
    expect(count(design, "ff")).toBe(18);
  },
);

test("packages that use packages, returns and arrays at ports are synthesised", async () => {
  const text = `package base;
  localparam int W = 8;
  typedef logic [W-1:0] word_t;
endpackage
package mid;
  import base::*;
  localparam int D = W * 2;
  typedef struct packed { word_t data; logic valid; } beat_t;
  function automatic word_t first(input word_t x);
    for (int i = 0; i < W; i++)
      if (x[i]) return i;
    return W;
  endfunction
endpackage
module inner(input base::word_t a [2], output logic [7:0] y [2]);
  assign y[0] = mid::first(a[0]);
  assign y[1] = a[0] + a[1];
endmodule
module top import mid::*; (input clk, input beat_t b, output logic [D-1:0] q);
  logic [7:0] t [2];
  logic [7:0] o [2];
  assign t[0] = b.data;
  assign t[1] = {7'd0, b.valid};
  inner u(.a(t), .y(o));
  always_ff @(posedge clk) q <= {o[1], o[0]};
endmodule
`;
  const design = await synthesise(text);
  expect(codes(design).filter((code) => code.startsWith("RP502"))).toEqual([]);
  // Four of the sixteen bits are never anything but 0.
  expect(count(design, "ff")).toBe(12);
});

test("conditions that wait for one another are told, comparisons of one value with constants are not", async () => {
  const chain = (
    condition: (index: number) => string,
  ): string => `module m(input clk, input [7:0] op, input [15:0] s, input [7:0] a, output reg [7:0] y);
  always @(posedge clk)
    ${Array.from({ length: 16 }, (_, index) => `if (${condition(index)}) y <= a ^ 8'd${7 * index};`).join("\n    else ")}
endmodule
`;
  const told = async (condition: (index: number) => string): Promise<boolean> =>
    codes(await synthesise(chain(condition))).includes("RP5207");
  expect(await told((index) => `s[${index}]`)).toBe(true);
  expect(await told((index) => `op == 8'd${3 * index + 1}`)).toBe(false);
});
