import { expect, test } from "vitest";
import { asTheEngineReads } from "../../../server/io/design/rtl/engine-texts.js";

function read(...texts: readonly string[]): readonly string[] {
  const given = new Map(texts.map((text, index) => [`src/${index}/t.sv`, text]));
  return [...asTheEngineReads(given).values()];
}

const check = (text: string): string => read(text)[0] ?? "";

test("a return at the end is an assignment to the function", () => {
  expect(
    check(`function automatic [7:0] pick(input [7:0] x, input s); // return s
  if (s) return x; // the one
  else begin
    return ~x;
  end
endfunction
`),
  ).toBe(`function automatic [7:0] pick(input [7:0] x, input s); // return s
  if (s) pick = x; // the one
  else begin
    pick = ~x;
  end
endfunction
`);
});

test("what stands behind a return asks whether it has returned, in loops too", () => {
  expect(
    check(`function automatic int first(input [7:0] x);
  int none = 8;
  for (int i = 0; i < 8; i++)
    if (x[i]) return i;
  case (x)
    0, 1: return none;
    default: ;
  endcase
  return 9;
endfunction
`),
  ).toBe(`function automatic int first(input [7:0] x); reg first__done;
  int none = 8;
  first__done = 0; for (int i = 0; i < 8; i++)
    if (!first__done) if (x[i]) begin first = i; first__done = 1; end if (!first__done) begin
  case (x)
    0, 1: begin first = none; first__done = 1; end
    default: ;
  endcase if (!first__done) begin
  begin first = 9; first__done = 1; end end end 
endfunction
`);
});

test("a form that is not known is left for the engine to complain of", () => {
  const text = "function int f(input int x);\n  do x--; while (x > 3);\n  return x;\nendfunction\n";
  expect(check(text)).toBe(text);
});

test("a package takes over what it uses of others, and what that needs", () => {
  const base = `package base;
  localparam int W = 8; /* bits */
  typedef logic [W-1:0] word_t;
  typedef enum logic {OFF, ON} mode_t;
endpackage
`;
  const [, mid, user] = read(
    base,
    `package mid;
  import base::*;
  typedef struct packed { word_t data; base::mode_t mode; } beat_t;
endpackage
`,
    `module m import mid::*; (input beat_t b, output [W-1:0] y);
endmodule
`,
  );
  expect(mid)
    .toBe(`package mid; localparam int W = 8; typedef logic [W-1:0] word_t; typedef enum logic {OFF, ON} mode_t;
                 
  typedef struct packed { word_t data; mode_t mode; } beat_t;
endpackage
`);
  // What is copied is not exported.
  expect(user).toContain("(input mid::beat_t b, output [W-1:0] y)");
});

test("a name that would be there twice leaves a package as it is", () => {
  const texts = [
    "package base;\n  localparam W = 8, D = 2;\nendpackage\n",
    "package mid;\n  localparam D = 3;\n  localparam K = base::W + D;\nendpackage\n",
  ];
  expect(read(...texts)[1]).toContain("base::W + D");
});

test("arrays at ports, and what is connected to them whole, are packed", () => {
  expect(
    check(`module inner(input logic [7:0] a [4], output logic [7:0] y [0:1], input logic c);
  assign y[0] = a[0] + a[3];
endmodule
module top(input c);
  logic [7:0] t [4];
  logic [7:0] ram [16];
  wire [7:0] o [0:1];
  inner u(.a(t), .y(o), .c(c));
  always @(posedge c) ram[0] <= o[1];
endmodule
`),
  ).toBe(`module inner(input logic [(4)-1:0][7:0] a , output logic [0:1][7:0] y , input logic c);
  assign y[0] = a[0] + a[3];
endmodule
module top(input c);
  logic [(4)-1:0][7:0] t ;
  logic [7:0] ram [16];
  wire [0:1][7:0] o ;
  inner u(.a(t), .y(o), .c(c));
  always @(posedge c) ram[0] <= o[1];
endmodule
`);
});

test("signed elements, slices and patterns of arrays are left", () => {
  for (const text of [
    "module m(input logic signed [7:0] a [4], output y);\n  assign y = a[0] < 0;\nendmodule\n",
    "module m(input logic [7:0] a [4], output [7:0] y);\n  inner u(.a(a[0:1]), .y(y));\nendmodule\n",
    "module m(input c);\n  logic t [2];\n  assign t = '{c, c};\n  inner u(.a(t));\nendmodule\n",
  ])
    expect(check(text)).toBe(text);
});

test("an input that is a variable is read as a net", () => {
  expect(check("module m(input reg [3:0] a, input\treg b, output reg q);")).toBe(
    "module m(input     [3:0] a, input\t    b, output reg q);",
  );
});

test("a case that asks what is inside has wildcards", () => {
  expect(check("unique case (f(x)[3:0]) inside 4'b1??0: ; endcase\n")).toBe(
    "unique casex (f(x)[3:0]) 4'b1??0: ; endcase\n".replace(") 4", ")  4"),
  );
});
