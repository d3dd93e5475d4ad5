import { expect, test } from "vitest";
import { withoutImports } from "../../../server/io/design/rtl/imports.js";

const pkg = `package p;
  localparam int W = 12, D = 4;
  typedef enum logic [1:0] {IDLE = 0, RUN} state_t;
  typedef struct packed { logic [W-1:0] data; logic valid; } beat_t;
  function automatic int twice(input int x); twice = 2 * x; endfunction
endpackage
`;

function check(text: string): string {
  return (
    withoutImports(
      new Map([
        ["src/0/p.sv", pkg],
        ["src/1/m.sv", text],
      ]),
    ).get("src/1/m.sv") ?? ""
  );
}

test("names of a package are written out in the header and the body, and lines stay", () => {
  expect(
    check(`module m import p::*; #(parameter int N = D) (input beat_t b, output logic [W-1:0] q);
  state_t s; // W stays in a comment, "IDLE" in a string
  assign q = s == RUN ? b.data : twice(N);
endmodule
module other(input W);
endmodule
`),
  )
    .toBe(`module m              #(parameter int N = p::D) (input p::beat_t b, output logic [p::W-1:0] q);
  p::state_t s; // W stays in a comment, "IDLE" in a string
  assign q = s == p::RUN ? b.data : p::twice(N);
endmodule
module other(input W);
endmodule
`);
});

test("a module's own names hide those of a package, and ports by name are ports", () => {
  expect(
    check(`import p::*;
module m #(parameter W = 8) (input [W-1:0] a);
  inner #(.D(D)) u (.W(a));
endmodule
`),
  ).toContain("(parameter W = 8) (input [W-1:0] a);\n  inner #(.D(p::D)) u (.W(a));");
});

test("one name is imported alone, and what is not at hand is left as it is", () => {
  expect(check("module m;\n  import p::RUN;\n  wire x = RUN, y = IDLE;\nendmodule\n")).toBe(
    "module m;\n                \n  wire x = p::RUN, y = IDLE;\nendmodule\n",
  );
  const unknown = "module m;\n  import q::*;\n  wire x = RUN;\nendmodule\n";
  expect(check(unknown)).toBe(unknown);
});
