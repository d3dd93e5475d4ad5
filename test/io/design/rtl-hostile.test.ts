import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Design } from "../../../server/core/design/design.js";
import { analyseDesign, disposeDesignAnalysts } from "../../../server/io/design/analyse-design.js";
import { loadParts } from "../../../server/io/parts-files.js";
import { designContext } from "../../kit/design-context.js";

const { value: families } = loadParts("server/data");
const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-hostile-"));
afterAll(() => {
  disposeDesignAnalysts();
  rmSync(folder, { recursive: true, force: true });
});

function analyse(text: string, seconds: number): Promise<Design> {
  return analyseDesign(
    {
      file: path.join(folder, "design.v"),
      ...{ text, part: "lut6", files: [], overlays: {}, roots: [folder], includeFolders: [] },
      ...{ top: "m", clockNanoseconds: undefined, parameters: {}, defines: {}, reports: [] },
      ...{ isRouted: false, seconds },
    },
    designContext(families),
  );
}

const counter = `module m(input clk, output reg [3:0] q);
  always @(posedge clk) q <= q + 4'd1;
endmodule
`;
const doubling = Array.from({ length: 40 }, (_, n) => `\`define A${n + 1} \`A${n} \`A${n}\n`).join(
  "",
);
const fork = (name: string, other: string): string =>
  `module ${name} #(parameter N = 1)(input clk, output q); ${other} #(.N(N + 1)) u(.clk(clk), .q(q)); endmodule\n`;

const limit = 240_000;

// The engine would go on for ever with each; whatever stops it, the place is told, and the next design is synthesised.
test.each([
  [
    "a macro that is itself",
    `\`define A \`B\n\`define B (\`A)\nmodule m(output q);\n  assign q = \`A;\nendmodule\n`,
    0,
    /^Macro `A` comes out of itself/,
  ],
  [
    "a macro that doubles",
    `\`define A0 1\n${doubling}module m(output q);\n  assign q = \`A40;\nendmodule\n`,
    40,
    /^Macro `A40` stands for more than 64 MiB of text/,
  ],
  [
    "modules that are in one another",
    `${fork("a", "b")}${fork("b", "a")}module m(input clk, output q);\n  a u(.clk(clk), .q(q));\nendmodule\n`,
    0,
    /This instance is a module in itself/,
  ],
  [
    "a file that includes itself",
    `${counter}\`include "self.vh"\n`,
    0,
    /This file is included in itself/,
  ],
  [
    "a loop that goes round",
    `module m(input clk, output reg q);\n  genvar i;\n  for (i = 0; i < 10; i = (i + 1) % 5) begin : g\n    wire w;\n  end\n  always @(posedge clk) q <= ~q;\nendmodule\n`,
    2,
    /This loop may be why.*never ends/,
  ],
  [
    "a loop that stands still",
    `module m(output q);\n  genvar i;\n  for (i = 0; i < 10; i = i) begin : g\n    wire w;\n  end\nendmodule\n`,
    2,
    /This loop never ends/,
  ],
  [
    "a while loop whose count depends on an input",
    "module m(input clk, input [7:0] n, output reg [7:0] q);\n  function integer log2(input integer v);\n    while (v > 1) v = v / 2;\n  endfunction\n  integer i;\n  always @(posedge clk) begin\n    i = 0;\n    while (i < n) i = i + 1;\n    q <= i;\n  end\nendmodule\n",
    7,
    /How often this loop runs is not known/,
  ],
  [
    "a repeat loop whose count depends on an input",
    "module m(input clk, input [7:0] n, output reg [7:0] q);\n  always @(posedge clk) begin\n    repeat (n) q <= q + 1;\n  end\nendmodule\n",
    2,
    /How often this loop runs is not known/,
  ],
])("%s ends in a problem with a place", { timeout: limit }, async (_name, text, line, message) => {
  writeFileSync(path.join(folder, "self.vh"), '`include "self.vh"\n');
  const { problems, total } = await analyse(text, 15);
  expect(total).toBeUndefined();
  const told = problems.find((problem) => message.test(problem.message));
  expect(problems.map((problem) => problem.message)).toContainEqual(expect.stringMatching(message));
  expect(told?.severity).toBe("error");
  expect(told?.place).toMatchObject({ kind: "source", line });
});

test(
  "a file that guards itself is no ring, and the engine is alive",
  { timeout: limit },
  async () => {
    const guarded = '`ifndef ONCE\n`define ONCE\n`include "guard.vh"\n`endif\n';
    writeFileSync(path.join(folder, "guard.vh"), guarded);
    const { problems, total } = await analyse(`\`include "guard.vh"\n${counter}`, 120);
    expect(problems).toEqual([]);
    expect(total?.counts.ff?.value).toBe(4);
  },
);

test("a macro that is only defined is nobody's business", { timeout: limit }, async () => {
  const { problems } = await analyse("`define A `A\n" + counter, 120);
  expect(problems.map(({ code }) => code)).not.toContain("RP5024");
});

test(
  "a netlist of ten megabytes ends, in numbers or in a problem",
  { timeout: limit },
  async () => {
    const gates = 250_000;
    const lines = [
      "module m(input [63:0] x, output y);",
      `wire [${gates}:0] n;`,
      "assign n[0] = x[0];",
    ];
    for (let gate = 1; gate <= gates; gate += 1)
      lines.push(`assign n[${gate}] = n[${gate - 1}] ^ (x[${gate % 64}] & n[${gate >> 1}]);`);
    const text = `${lines.join("\n")}\nassign y = n[${gates}];\nendmodule\n`;
    expect(text.length).toBeGreaterThan(10e6);
    const { problems, total } = await analyse(text, 20);
    if (total === undefined)
      expect(problems).toContainEqual(
        expect.objectContaining({
          code: "RP5024",
          severity: "error",
          place: expect.anything() as unknown,
        }),
      );
    const next = await analyse(counter, 120);
    expect(next.total?.counts.ff?.value).toBe(4);
  },
);

test("a register of a billion bits is refused", { timeout: limit }, async () => {
  const text = `module m(input clk, output reg [1073741823:0] q);
  always @(posedge clk) q <= q + 1;
endmodule
`;
  const { problems } = await analyse(text, 240);
  expect(problems).toContainEqual(
    expect.objectContaining({
      message: expect.stringMatching(/bits is too large; maximum width/) as unknown,
      place: expect.objectContaining({ line: 0 }) as unknown,
    }),
  );
});
