import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Design } from "../../../server/core/design/design.js";
import { analyseDesign, disposeDesignAnalysts } from "../../../server/io/design/analyse-design.js";
import { mergeAlikeModules } from "../../../server/io/design/rtl/alike-modules.js";
import { withRegisterFiles } from "../../../server/io/design/rtl/register-files.js";
import { withRanges } from "../../../server/io/design/rtl/rtlil-places.js";
import { fillsWordByWord } from "../../../server/io/design/rtl/slang.js";
import { loadParts } from "../../../server/io/parts-files.js";
import { designContext } from "../../kit/design-context.js";

const { value: families } = loadParts("server/data");
const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-slang-"));
afterAll(() => {
  disposeDesignAnalysts();
  rmSync(folder, { recursive: true, force: true });
});

async function synthesise(text: string, name: string): Promise<Design> {
  return analyseDesign(
    {
      file: path.join(folder, name),
      text,
      files: [],
      overlays: {},
      roots: [folder],
      includeFolders: [],
      top: undefined,
      part: undefined,
      clockNanoseconds: undefined,
      parameters: {},
      defines: {},
      reports: [],
      isRouted: false,
      seconds: 240,
    },
    designContext(families),
  );
}

const counts = ({ total }: Design): Readonly<Record<string, number | undefined>> => ({
  lut: total?.counts.lut?.value,
  ff: total?.counts.ff?.value,
  bram: total?.counts.bram?.value,
});
const lineOf = (text: string, part: string): number =>
  text.slice(0, text.indexOf(part)).split("\n").length - 1;

const modern = `package p;
  typedef struct packed { logic [6:0] code; logic parity; } word_t;
  localparam word_t Zero = '{code: 7'(0), parity: 1'b0};
endpackage
\`define REGISTER(q, d) always_ff @(posedge clk or negedge rst_n) if (!rst_n) q <= Zero; else q <= d;
module leaf import p::*; (input logic clk, rst_n, input word_t d, output word_t q);
  \`REGISTER(q, d)
endmodule
module modern import p::*; (
  input  logic clk, rst_n,
  input  word_t a [2],
  output word_t y,
  output logic  isOpcode
);
  word_t b [2];
  for (genvar i = 0; i < 2; i++) begin : g
    leaf u (.clk, .rst_n, .d(a[i]), .q(b[i]));
  end
  always_comb isOpcode = b[0].code inside {[7'd3:7'd9], 7'h40};
  always_comb begin
    y = Zero;
    for (int i = 0; i < 2; i++) begin
      if (!b[i].parity) continue;
      y = b[i];
      break;
    end
  end
endmodule
`;

const plain = `module plain(input clk, rst_n, input [15:0] a, output reg [7:0] y, output isOpcode);
  reg [7:0] b0, b1;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin b0 <= 0; b1 <= 0; end else begin b0 <= a[7:0]; b1 <= a[15:8]; end
  assign isOpcode = (b0[7:1] >= 3 && b0[7:1] <= 9) || b0[7:1] == 7'h40;
  always @(*) y = b0[0] ? b0 : b1[0] ? b1 : 0;
endmodule
`;

test("what Yosys has no grammar for takes what the same takes in plain Verilog, on its lines", async () => {
  const design = await synthesise(modern, "modern.sv");
  expect(design.problems).toEqual([]);
  expect(design.tool).toMatch(/slang/);
  const expected = counts(await synthesise(plain, "plain.v"));
  expect(counts(design)).toEqual({ ...expected, lut: expect.closeTo(expected["lut"] ?? 0, 0) });
  // Of a register that a macro makes, the line is that of its call.
  const line = design.lines.find(
    (one) => one.kind === "line" && one.line === lineOf(modern, "  `REGISTER(q"),
  );
  expect(line?.resources.counts.ff?.value).toBe(16);
  expect(design.modules.map(({ name, instanceCount }) => [name, instanceCount])).toEqual([
    ["modern", 1],
    ["leaf", 2],
  ]);
  expect(design.modules[1]?.own.counts.ff?.value).toBe(8);
});

test("a memory that loops in loops fill is read, and the register behind it is its own", async () => {
  const text = `module ram #(parameter A = 13) (input clk, we, input [A-1:0] wa, ra, input [8:0] d, output [8:0] q);
  reg [8:0] mem [0:2**A-1];
  reg [8:0] pipe [0:1];
  integer i, j;
  initial begin
    for (i = 0; i < 2**A; i = i + 2**(A/2)) begin
      for (j = i; j < i + 2**(A/2); j = j + 1) mem[j] = 0;
    end
  end
  always @(posedge clk) begin
    if (we) mem[wa] <= d;
    pipe[0] <= mem[ra];
    pipe[1] <= pipe[0];
  end
  assign q = pipe[1];
endmodule
`;
  const design = await synthesise(text, "ram.v");
  expect(design.problems).toEqual([]);
  // 8,192 × 9 bits are two RAMB36, four halves.
  expect(counts(design)).toMatchObject({ bram: 4 });
});

test("instances of what nobody knows are left out with their parameters, and told", async () => {
  const design = await synthesise(
    `module holder import q::*; (input logic clk, input t a, output t y);
  t b;
  foundry_cell #(.DEPTH(3), .MODE("fast")) u (.clk, .d(a), .q(b));
  always_ff @(posedge clk) y <= (b inside {[1:3]}) ? b : '0;
endmodule
package q; typedef logic [3:0] t; endpackage
`,
    "holder.sv",
  );
  expect(design.problems.map(({ code }) => code)).toEqual(["RP5022"]);
  expect(counts(design)["ff"]).toBe(4);
});

test("what slang refuses too is told in its words, at its place", async () => {
  const text = `module wrong(input logic [3:0] a, output logic y);
  assign y = a inside {[1:3]};
  assign z = nobody;
endmodule
`;
  const design = await synthesise(text, "wrong.sv");
  expect(design.total).toBeUndefined();
  expect(design.problems).toMatchObject([
    { code: "RP5020", message: expect.stringContaining("slang: "), place: { line: 2 } },
  ]);
});

test("loops in loops are looked for in initial blocks alone", () => {
  const loops = "for (i = 0; i < 4; i = i + 1) begin for (j = 0; j < 4; j = j + 1) m[j] = 0; end";
  expect(fillsWordByWord([`initial begin ${loops} end`])).toBe(true);
  expect(fillsWordByWord([`initial begin x = 0; end always @(*) begin ${loops} end`])).toBe(false);
});

test("modules that are alike are one", () => {
  const leaf = (path: string, number: number, width = 1): string =>
    `attribute \\src "src/0/a.sv:1.1"\nmodule \\leaf$${path}\n  wire width ${width} $${number}y\nend\n`;
  const text = `autoidx 9\nmodule \\top\n  cell \\leaf$top.a \\a\n  end\n  cell \\leaf$top.b \\b\n  end\n  cell \\leaf$top.c \\c\n  end\nend\n`;
  expect(mergeAlikeModules(text + leaf("top.a", 3) + leaf("top.b", 7) + leaf("top.c", 8, 2))).toBe(
    text.replace("\\leaf$top.b", "\\leaf$top.a") + leaf("top.a", 3) + leaf("top.c", 8, 2),
  );
  expect(
    mergeAlikeModules(
      text.replace(/ {2}cell \S+ \\c\n {2}end\n/, "") + leaf("top.a", 3) + leaf("top.b", 7),
    ),
  ).toBe(
    text.replace(/ {2}cell \S+ \\c\n {2}end\n/, "").replace(/\$top\.[ab]/g, "") +
      leaf("top.a", 3).replace("$top.a", ""),
  );
});

test("a module and a block reach to their end", () => {
  const source = `module m(input c, d, output reg q);
  always @(posedge c) if (d) begin
    q <= d;
  end else q <= 0;
endmodule
`;
  expect(
    withRanges(
      `attribute \\src "src/0/m.v:1.8"\nmodule \\m\n  attribute \\src "src/0/m.v:2.3"\n  cell $dff $1\n  end\n  cell $aldff $2\n  end\nend\n`,
      () => source,
    ),
  ).toBe(
    `attribute \\src "src/0/m.v:1.8-5.10"\nmodule \\m\n  attribute \\src "src/0/m.v:2.3-4.19"\n  cell $dff $1\n  end\n  attribute \\src "src/0/m.v:1.8-5.10"\n  cell $aldff $2\n  end\nend\n`,
  );
});

test("arrays with constant indices alone are registers, and their module says where they are", () => {
  const access = (memory: string, address: string): string =>
    `  cell $memrd_v2 $1\n    parameter \\MEMID "\\\\${memory}"\n    connect \\ADDR ${address}\n  end\n`;
  const text = (place: string, mark: string): string =>
    `${place}module \\m\n  attribute \\src "src/0/m.v:2.9"\n${mark}  memory width 8 size 2 \\pipe\n  memory width 8 size 64 \\ram\n${access("pipe", "1'0")}${access("ram", "\\address")}end\n`;
  expect(withRegisterFiles(text("", ""))).toBe(
    text(
      'attribute \\ridgepoint_registers.pipe "src/0/m.v:2.9"\n',
      "  attribute \\ridgepoint_registers 1\n",
    ),
  );
});
