import { expect, test } from "vitest";
import { assignmentsIn } from "../../../server/core/design/rtl/assignments.js";
import { valueBits } from "../../../server/core/design/rtl/value-bits.js";

const widths: Readonly<Record<string, number>> = { a: 8, b: 16, bit: 1, mem: 12 };
const scope = {
  widthOf: (name: string) => (name === "mem" ? undefined : widths[name]),
  elementOf: (name: string) => (name === "mem" ? 12 : widths[name] === undefined ? undefined : 1),
};

// Widths by IEEE 1800-2017, table 11-21.
test.each([
  ["a + b", 16],
  ["a + 1", 8],
  ["a * b", 16],
  ["a == b", 1],
  ["~a", 8],
  ["~0", 1],
  ["-a", 8],
  ["a & 8'h0f", 4],
  ["b >> 8", 8],
  ["b >>> bit", 16],
  ["a << 3", 8],
  ["b / a", 16],
  ["b % 10", 4],
  ["bit ? a : b", 16],
  ["a == 3 ? 2 : 1", 2],
  ["{a, b}", 24],
  ["{4{a}}", 32],
  ["{2'd3, {3{bit}}}", 5],
  ["b[7:4]", 4],
  ["b[a +: 3]", 3],
  ["b[a]", 1],
  ["mem[a]", 12],
  ["$signed(a) + $signed(b)", 16],
  ["^b", 1],
  ["!(a > b) && bit", 1],
  ["12'hfff", 12],
  ["'1", 1],
])("%s fills %i bits", (text, bits) => {
  expect(valueBits(text, scope)).toBe(bits);
});

test.each([
  "WIDTH + a",
  "f(a)",
  "a.field",
  "pkg::x",
  "`M + a",
  "a +",
  "b[hi:lo]",
  "mem",
  "a[1][2]",
])("%s is not known", (text) => {
  expect(valueBits(text, scope)).toBeUndefined();
});

test("any text ends in an answer", () => {
  expect(valueBits("(".repeat(5000), scope)).toBeUndefined();
  expect(valueBits("~".repeat(300), scope)).toBeUndefined();
  expect(valueBits("a+".repeat(5000), scope)).toBeUndefined();
});

test("assignments of a module by their kinds", () => {
  const code = `module m;
  wire [7:0] w = a + b;
  assign q[3:0] = w;
  always @(posedge clk) begin
    if (a <= b) r <= w;
    else begin s = 1; end
  end
endmodule
`;
  const found = assignmentsIn(code, { start: 0, end: code.length });
  expect(found.map(({ kind, target, value }) => `${kind} ${target} = ${value}`)).toEqual([
    "declaration w = a + b",
    "assign q[3:0] = w",
    "block r = w",
    "block s = 1",
  ]);
  for (const { valueSpan, value, span, kind } of found) {
    expect(code.slice(valueSpan.start, valueSpan.end)).toBe(value);
    expect(code.slice(span.start, span.end)).toMatch(
      kind === "block" ? /^\w.*;$/ : kind === "assign" ? /^assign .*;$/ : /^wire .*;$/,
    );
  }
});
