import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { disposeYosys, yosysTools } from "../../../server/io/yosys-engine.js";

afterAll(disposeYosys);

/** The logic element as Yosys' own model of it says (intel/cycloneive/cells_sim.v), without its checks. */
const element = `module cycloneive_lcell_comb(output combout, cout, input dataa, datab, datac, datad, cin);
  parameter lut_mask = 16'hFFFF;
  parameter sum_lutc_input = "datac";
  wire [15:0] mask = lut_mask;
  wire c = sum_lutc_input == "cin" ? cin : datac;
  assign combout = mask[{datad, c, datab, dataa}];
  assign cout = mask[{1'b0, cin, datab, dataa}];
endmodule
`;

async function prove(design: string, prepare: string): Promise<string> {
  const script = `read_verilog -icells design.v
hierarchy -top t
${prepare}
design -save given
techmap -map cyclone-carry.v
select -assert-min 8 t:cycloneive_lcell_comb
read_verilog element.v
hierarchy -top t
flatten
opt
rename t gate
design -stash gate
design -load given
rename t gold
design -stash gold
design -copy-from gold -as gold gold
design -copy-from gate -as gate gate
miter -equiv -flatten -make_assert gold gate both
sat -verify -prove-asserts both
`;
  const files = {
    "design.v": design,
    "element.v": element,
    "cyclone-carry.v": readFileSync("server/data/cells/cyclone-carry.v", "utf8"),
  };
  const { isDone, messages } = await yosysTools(() => undefined).engine.run(
    { files, script },
    { seconds: 100, signal: new AbortController().signal },
  );
  return isDone ? "proved" : messages.slice(-600);
}

test(
  "sums, differences and comparisons in carry chains are what they were",
  { timeout: 120_000 },
  async () => {
    const design = `module t(input [6:0] a, b, input signed [4:0] c, d, input s,
    output [7:0] sum, difference, either, one, output signed [7:0] extended, output [8:0] carried, output less, below, least);
  assign sum = a + b, difference = a - b, either = s ? a + b : a - b, one = a + 1, extended = c - d;
  assign carried = a + b + s, less = a < b, below = c < d, least = a >= b;
endmodule
`;
    expect(await prove(design, "proc\nopt\nalumacc\nopt")).toBe("proved");
  },
);

test(
  "an inversion that is decided at run time, and all carries",
  { timeout: 120_000 },
  async () => {
    const design = `module t(input [6:0] a, b, input s, output [7:0] y, x, co);
  \\$alu #(.A_SIGNED(1'b0), .B_SIGNED(1'b0), .A_WIDTH(7), .B_WIDTH(7), .Y_WIDTH(8)) z (
    .A(a), .B(b), .CI(s), .BI(s), .Y(y), .X(x), .CO(co));
endmodule
`;
    expect(await prove(design, "")).toBe("proved");
  },
);
