import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Design } from "../../../server/core/design/design.js";
import { analyseDesign, disposeDesignAnalysts } from "../../../server/io/design/analyse-design.js";
import { loadParts } from "../../../server/io/parts-files.js";
import { designContext } from "../../kit/design-context.js";

const { value: families } = loadParts("server/data");
const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-memories-"));
afterAll(() => {
  disposeDesignAnalysts();
  rmSync(folder, { recursive: true, force: true });
});

/** All memories are called the same, as they are in libraries of cores. */
const memories = `module fifo #(parameter A = 12, W = 8) (input clk, rst, we, ready, input [W-1:0] d, output [W-1:0] q, output valid);
  reg [W-1:0] mem [2**A-1:0];
  reg [A:0] wp = 0, rp = 0;
  reg [W-1:0] pipe [1:0];
  reg [1:0] full = 0;
  integer j;
  assign q = pipe[1];
  assign valid = full[1];
  always @(posedge clk) begin
    if (we) begin mem[wp[A-1:0]] <= d; wp <= wp + 1; end
    if (rst) wp <= 0;
  end
  always @(posedge clk) begin
    if (ready) full[1] <= 0;
    for (j = 1; j > 0; j = j - 1)
      if (ready || ((~full) >> j)) begin
        full[j] <= full[j-1]; pipe[j] <= pipe[j-1]; full[j-1] <= 0;
      end
    if (ready || ~full) begin
      full[0] <= 0;
      pipe[0] <= mem[rp[A-1:0]];
      if (rp != wp) begin full[0] <= 1; rp <= rp + 1; end
    end
    if (rst) begin rp <= 0; full <= 0; end
  end
endmodule
module bytes(input clk, en, input [3:0] we, input [9:0] wa, ra, input [31:0] d, output reg [31:0] q);
  reg [31:0] mem [0:1023];
  integer i;
  always @(posedge clk) begin
    for (i = 0; i < 4; i = i + 1) if (we[i]) mem[wa][8*i +: 8] <= d[8*i +: 8];
    if (en) q <= mem[ra];
  end
endmodule
module words(input clk, we, input [4:0] wa, ra, rb, input [31:0] d, output [31:0] a, b);
  reg [31:0] mem [0:31];
  always @(posedge clk) if (we && wa != 0) mem[wa] <= d;
  assign a = ra == 0 ? 0 : mem[ra];
  assign b = rb == 0 ? 0 : mem[rb];
endmodule
module ports(input clk, wa, wb, input [10:0] a, b, input [8:0] da, db, output reg [8:0] qa, qb);
  reg [8:0] mem [0:2047];
  always @(posedge clk) begin if (wa) mem[a] <= da; else qa <= mem[a]; end
  always @(posedge clk) begin if (wb) mem[b] <= db; else qb <= mem[b]; end
endmodule
module first(input clk, we, rst, input [9:0] a, input [17:0] d, output reg [17:0] q);
  reg [17:0] mem [0:1023];
  integer i;
  initial for (i = 0; i < 1024; i = i + 1) mem[i] = i;
  always @(posedge clk) begin
    if (we) mem[a] <= d;
    if (rst) q <= 0; else if (we) q <= d; else q <= mem[a];
  end
endmodule
module taps(input clk, en, input [7:0] d, input [3:0] n, output [7:0] q, r);
  reg [7:0] mem [0:15];
  integer i;
  always @(posedge clk) if (en) begin
    mem[0] <= d;
    for (i = 1; i < 16; i = i + 1) mem[i] <= mem[i-1];
  end
  assign q = mem[n];
  assign r = mem[15];
endmodule
module memories(input clk, rst, we, en, input [3:0] be, input [10:0] a, b, input [31:0] d, output [31:0] y, output [7:0] q, output valid, output [31:0] ra, rb, output [8:0] qa, qb, output [17:0] qf, output [7:0] s, r);
  fifo u0(clk, rst, we, en, d[7:0], q, valid);
  bytes u1(clk, en, be, a[9:0], b[9:0], d, y);
  words u2(clk, we, a[4:0], b[4:0], b[9:5], d, ra, rb);
  ports u3(clk, we, en, a, b, d[8:0], d[17:9], qa, qb);
  first u4(clk, we, rst, a[9:0], d[17:0], qf);
  taps u6(clk, en, d[7:0], a[3:0], s, r);
endmodule
`;

/** Yosys' own reader has no word for it. */
const modern = `module modern(input logic [3:0] a, output logic y);
  assign y = a inside {[1:3]};
endmodule
`;

async function synthesise(name: string, text: string): Promise<Design> {
  return analyseDesign(
    {
      file: path.join(folder, name),
      text,
      files: [],
      overlays: {},
      roots: [folder],
      includeFolders: [],
      top: "memories",
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

/** Flip-flops, LUTs as memories and halves of block RAMs of each module. */
function storage({ modules }: Design): Readonly<Record<string, readonly (number | undefined)[]>> {
  return Object.fromEntries(
    modules.map(({ name, own: { counts } }) => [
      name,
      [counts.ff?.value, counts.lutram?.value, counts.bram?.value],
    ]),
  );
}

/** In `fifo` the first stage of two is the block RAM's register; pointers of 13 bits and two flags are beside it. */
const expected = {
  memories: [expect.any(Number), 0, 0],
  fifo: [36, 0, 2],
  bytes: [0, 0, 2],
  words: [0, 48, 0],
  ports: [0, 0, 1],
  first: [0, 0, 1],
  taps: [128, 0, 0],
};

test.each([
  ["Yosys' reader", "plain.v", memories],
  ["slang", "modern.sv", memories + modern],
])("memories of one name are each on their own module, as %s reads them", async (...row) => {
  const [reader, name, text] = row;
  const design = await synthesise(name, text);
  expect(/slang/.test(design.tool ?? "")).toBe(reader === "slang");
  expect(storage(design)).toEqual(expected);
  // None misses the block RAM: the small ones are none.
  expect(design.problems.map(({ code }) => code)).toEqual([]);
});
