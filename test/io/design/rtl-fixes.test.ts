import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Design, DesignFix, ResourceKind } from "../../../server/core/design/design.js";
import { disposeDesignAnalysts } from "../../../server/io/design/analyse-design.js";
import { synthesiseIn } from "../../kit/synthesise.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-fixes-"));
afterAll(() => {
  disposeDesignAnalysts();
  rmSync(folder, { recursive: true, force: true });
});

async function synthesise(text: string, part: string, name: string): Promise<Design> {
  return synthesiseIn(folder, name, text, { part });
}

function applied(text: string, { edits }: DesignFix): string {
  const last = [...edits].sort((a, b) => b.span.start - a.span.start);
  return last.reduce(
    (now, { span, text: by }) => now.slice(0, span.start) + by + now.slice(span.end),
    text,
  );
}

const count = ({ total }: Design, kind: ResourceKind): number => total?.counts[kind]?.value ?? 0;

/** Takes the fix of a rule, synthesises what it makes, and holds what changed against what was predicted. */
async function checkFix(
  text: string,
  code: string,
  {
    part = "xc7a35t",
    name = "design.sv",
    ...expected
  }: { part?: string; name?: string; title: RegExp },
): Promise<{ readonly fixed: string; readonly before: Design; readonly after: Design }> {
  const before = await synthesise(text, part, name);
  const told = before.problems.find((problem) => problem.code === code && problem.fixes);
  const [fix] = told?.fixes ?? [];
  if (fix === undefined) throw new Error(`no fix of ${code}: ${JSON.stringify(before.problems)}`);
  expect(fix.title).toMatch(expected.title);
  const fixed = applied(text, fix);
  const after = await synthesise(fixed, part, name);
  expect(after.problems.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(after.problems.map(({ message }) => message)).not.toContain(told?.message);
  for (const [kind, change] of Object.entries(fix.change ?? {})) {
    const changed = count(after, kind as ResourceKind) - count(before, kind as ResourceKind);
    expect(
      Math.abs(changed - change),
      `${kind}: ${changed}, foretold ${change}`,
    ).toBeLessThanOrEqual(Math.max(kind === "lut" ? 2 : 0.01, Math.abs(change) * 0.1));
  }
  return { fixed, before, after };
}

const limit = 240_000;

test("a block that assigns first has no latches", { timeout: limit }, async () => {
  const { fixed } = await checkFix(
    `module m(input en, input [7:0] a, output reg [7:0] q);
  always @(*) begin
    if (en) q = a;
  end
endmodule
`,
    "RP5201",
    { name: "latch.v", title: /^Assign `q` 0 first: −8 latch, ±0 FF$/ },
  );
  expect(fixed).toContain("begin\n    q = 0;\n    if (en)");
});

test("a registered read moves a memory into block RAM", { timeout: limit }, async () => {
  const { fixed } = await checkFix(
    `module m(input logic clk, we, input logic [9:0] wa, ra, input logic [15:0] d, output logic [15:0] q);
  logic [15:0] mem [1024];
  always_ff @(posedge clk) if (we) mem[wa] <= d;
  assign q = mem[ra];
endmodule
`,
    "RP5205",
    { title: /^Register what is read: −\d+ LUT, −\d+ LUT as memory, \+1 BRAM, \+1 cycle$/ },
  );
  expect(fixed).toContain("always_ff @(posedge clk) q_q <= mem[ra];\n  assign q = q_q;");
});

test("a register behind a product is the DSP's own", { timeout: limit }, async () => {
  await checkFix(
    `module m(input clk, input signed [15:0] a, b, output signed [31:0] p);
  assign p = a * b;
endmodule
`,
    "RP5202",
    { name: "dsp.v", title: /^Register `p` in the DSP: ±0 FF, ±0 DSP, \+1 cycle$/ },
  );
});

test("a gated clock becomes an enable", { timeout: limit }, async () => {
  const { fixed } = await checkFix(
    `module m(input clk, en, input [7:0] a, output reg [7:0] q);
  wire gclk = clk & en;
  always @(posedge gclk) q <= a ^ 8'h5a;
endmodule
`,
    "RP5209",
    { name: "gate.v", title: /^Clock by `clk`, `en` as an enable: −1 LUT, ±0 FF$/ },
  );
  expect(fixed).toContain("always @(posedge clk) if (en) q <= a ^ 8'h5a;");
  expect(fixed).not.toContain("gclk");
});

test("what is cut off is told, and said by a cast", { timeout: limit }, async () => {
  const text = `module m(input clk, input [15:0] a, b, output reg [7:0] q, output [7:0] w, output reg [7:0] n, output [7:0] v);
  always @(posedge clk) q <= a + b;
  assign w = a;
  // Of two drivers one alone is there, and which is not in the text.
  generate if (1) assign v = a[7:0]; else assign v = a; endgenerate
  always @(posedge clk) n <= n + 1;
endmodule
`;
  const { fixed, before } = await checkFix(text, "RP5215", {
    name: "cut.v",
    title: /^Say that 8 bits stay: ±0 LUT, ±0 FF$/,
  });
  expect(fixed).toContain("assign w = a[7:0];");
  const told = before.problems.filter(({ code }) => code === "RP5215");
  expect(told.map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /^`q` has 8 bits and is assigned 16: the upper 8 are cut off\. Keeping them takes \+8 FF and about \+\d LUT\.$/,
    ),
    "`w` has 8 bits and is assigned 16: the upper 8 are cut off. Keeping them takes wires alone.",
  ]);
  const cast = await checkFix(
    text.replace("  assign w = a;\n", "").replace(", output [7:0] w", ""),
    "RP5215",
    { title: /^Say that 8 bits stay: ±0 LUT, ±0 FF$/ },
  );
  expect(cast.fixed).toContain("q <= 8'(a + b);");
});

test("a number gets the size of what is calculated", { timeout: limit }, async () => {
  const { fixed, before, after } = await checkFix(
    `module m(input clk, input [7:0] a, b, c, output reg y);
  always @(posedge clk) y <= (a - b - 1) > c;
endmodule
`,
    "RP5208",
    { name: "size.v", title: /^Give 1 a size of 9 bits: −0 to −23 bits of carry$/ },
  );
  expect(fixed).toContain("(a - b - 9'sd1) > c");
  const saved = count(before, "lut") - count(after, "lut");
  expect(saved).toBeGreaterThan(0);
  expect(count(before, "carry") - count(after, "carry")).toBeGreaterThan(0);
  expect(saved).toBeLessThanOrEqual(2 * 23);
});

test.each([
  ["without a begin", "always @(*)\n    if (en) q = a;\n    else if (a[0]) q = 8'd1;"],
  ["with a list of signals", "always @(en or a) begin\n    if (en) q = a;\n  end"],
  ["that is a case", "always @* case (a[1:0])\n    2'd0: q = a;\n    2'd1: q = ~a;\n  endcase"],
])("a block %s has no latches when it assigns first", { timeout: limit }, async (_, block) => {
  await checkFix(
    `module m(input en, input [7:0] a, output reg [7:0] q);\n  ${block}\nendmodule\n`,
    "RP5201",
    { name: "latch.v", title: /^Assign `q` 0 first: −8 latch, ±0 FF$/ },
  );
});

test("registers before a product are the DSP's own", { timeout: limit }, async () => {
  const { fixed, before, after } = await checkFix(
    `module m(input clk, input signed [15:0] a, b, output reg signed [31:0] p);
  always @(posedge clk) begin
    p <= a * b;
  end
endmodule
`,
    "RP5202",
    { name: "inputs.v", title: /^Register `a` and `b` in the DSP: ±0 FF, ±0 DSP, \+1 cycle$/ },
  );
  expect(fixed).toContain("reg signed [15:0] a_q;\n  always @(posedge clk) a_q <= a;");
  expect(count(after, "ff")).toBe(count(before, "ff"));
});

test("a name is taken out of a list where nothing uses it", { timeout: limit }, async () => {
  for (const [list, left] of [
    ["x, spare", "x"],
    ["spare, x", "x"],
    ["x, spare, y", "x, y"],
  ] as const) {
    const { fixed } = await checkFix(
      `module m(input [7:0] a, output [7:0] q);\n  wire [7:0] ${list};\n  assign x = ~a;\n  assign q = x;${list.includes("y") ? "\n  assign y = a;\n  wire t = ^y;\n  assign u = t;" : ""}\nendmodule\n`,
      "RP5212",
      { name: "list.v", title: /^Remove `spare`: −0 LUT, −0 FF$/ },
    );
    expect(fixed).toContain(`wire [7:0] ${left};`);
  }
});

test("a connection says which bits it means", { timeout: limit }, async () => {
  const inner = `module inner(input [7:0] a, input [3:0] b, output [3:0] y);
  assign y = a[7:4] ^ a[3:0] ^ b;
endmodule
`;
  const wide = await checkFix(
    `module m(input [15:0] a, input [3:0] b, output [3:0] y);\n  inner u(.a(a), .b(b), .y(y));\nendmodule\n${inner}`,
    "RP5213",
    { name: "wide.v", title: /^Connect 8 of 16 bits of `a`: ±0 LUT, ±0 FF$/ },
  );
  expect(wide.fixed).toContain("inner u(.a(a[7:0]), .b(b), .y(y));");
  const narrow = await checkFix(
    `module m(input [7:0] a, input [1:0] b, output [3:0] y);\n  inner u(.a(a), .b(b), .y(y));\nendmodule\n${inner}`,
    "RP5213",
    { name: "narrow.v", title: /^Put 2 zeros above `b`: ±0 LUT, ±0 FF$/ },
  );
  expect(narrow.fixed).toContain(".b({2'b0, b})");
  const out = await checkFix(
    `module m(input [7:0] a, input [3:0] b, output [7:0] y);\n  inner u(.a(a), .b(b), .y(y));\nendmodule\n${inner}`,
    "RP5213",
    { name: "out.v", title: /^Connect 4 of 8 bits of `y`: ±0 LUT, ±0 FF$/ },
  );
  expect(out.fixed).toContain(".y(y[3:0])");
});

test("a port of another width is told", { timeout: limit }, async () => {
  const { problems } = await synthesise(
    `module m(input [15:0] a, output [7:0] y);
  inner u(.a(a), .y(y));
endmodule
module inner(input [7:0] a, output [3:0] y);
  assign y = a[3:0];
endmodule
`,
    "xc7a35t",
    "port.v",
  );
  expect(problems.filter(({ code }) => code === "RP5213").map(({ message }) => message)).toEqual([
    "Port `a` of `inner` has 8 bits and is connected to 16: the upper ones are cut off.",
    "Port `y` of `inner` has 4 bits and is connected to 8: the rest of them has no driver.",
  ]);
});
