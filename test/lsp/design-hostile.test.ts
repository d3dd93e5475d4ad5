import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import {
  type Diagnostic,
  DidSaveTextDocumentNotification,
} from "vscode-languageserver-protocol/node";
import { startClient } from "../kit/lsp-client.js";

const work = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-hostile-designs-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const counter = `module m(input clk, output reg [3:0] q);
  always @(posedge clk) q <= q + 4'd1;
endmodule
`;

async function open(text: string) {
  const folder = mkdtempSync(path.join(work, "case-"));
  const file = path.join(folder, "m.sv");
  writeFileSync(file, text);
  const client = await startClient("dist", {
    settings: { "design.part": "lut6", "design.seconds": 30 },
    folders: [folder],
  });
  const uri = pathToFileURL(file).toString();
  const document = client.open(uri, text, "systemverilog");
  return {
    folder,
    file,
    document,
    /** As an editor does: the text, then a save, which long texts wait for. */
    write: async (next: string) => {
      await document.replace(document.text(), next);
      await client.connection.sendNotification(DidSaveTextDocumentNotification.type, {
        textDocument: { uri },
      });
    },
  };
}

type Opened = Awaited<ReturnType<typeof open>>;

/** Waits until the text has been looked at: numbers, or something that is told of it. */
async function looked({ document }: Opened): Promise<{
  readonly problems: readonly Diagnostic[];
  readonly hints: readonly string[];
}> {
  for (let attempt = 0; attempt < 900; attempt += 1) {
    const hints = (await document.hints()).filter((hint) => !/⟦was /.test(hint));
    const problems = await document.diagnostics();
    if (hints.length > 0 || problems.length > 0) return { problems, hints };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("nothing was said of the text");
}

async function isAlive(opened: Opened): Promise<void> {
  await opened.write(`${counter}// again\n`);
  for (let attempt = 0; attempt < 900; attempt += 1) {
    const { hints } = await looked(opened);
    if (hints.some((hint) => /⟦.*4 FF/.test(hint))) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the engine has not come back");
}

function textOf({ message }: Diagnostic): string {
  return typeof message === "string" ? message : message.value;
}

const limit = 400_000;

test(
  "whatever stands in a file, something is told at a place, and the engine goes on",
  { timeout: limit },
  async () => {
    const opened = await open(counter);
    expect((await looked(opened)).hints).toHaveLength(1);
    const cases: readonly (readonly [string, string, number, RegExp])[] = [
      [counter.replace("4'd1", "4'd1\0"), "RP5015", 1, /NUL/],
      [`${counter}/* open\n`, "RP5015", 3, /not closed/],
      [
        `${counter}module k; initial $display("a);\nendmodule\n`,
        "RP5015",
        3,
        /string is not closed/,
      ],
      [`\`include "/etc/passwd"\n${counter}`, "RP5012", 0, /leads out of the workspace/],
      [`\`include "../../../../etc/passwd"\n${counter}`, "RP5012", 0, /leads out of the workspace/],
      ["module m(input a, output y);\n  m u(.a(a), .y(y));\nendmodule\n", "RP5024", 1, /in itself/],
      [`${counter}${"a".repeat(1 << 20)}\n`, "RP5020", 3, /slang: expected/],
      [`${counter}wire ${"[".repeat(3000)}\n`, "RP5020", 3, /./],
      [
        Array.from({ length: 5000 }, (_, at) => String.fromCharCode((at * 7919) % 65536)).join(""),
        "RP5025",
        0,
        /no module/,
      ],
    ];
    for (const [text, code, line, message] of cases) {
      await opened.write(text);
      let found: Diagnostic | undefined;
      for (let attempt = 0; found === undefined && attempt < 900; attempt += 1) {
        const { problems } = await looked(opened);
        found = problems.find((problem) => problem.code === code && message.test(textOf(problem)));
        if (found === undefined) await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect({ code, line: found?.range.start.line }).toEqual({ code, line });
    }
    await isAlive(opened);
  },
);

test(
  "files that vanish while they are looked at are missing, and no more",
  { timeout: limit },
  async () => {
    const opened = await open(`\`include "part.vh"\n${counter}`);
    expect((await looked(opened)).problems[0]?.code).toBe("RP5011");
    writeFileSync(path.join(opened.folder, "part.vh"), "`define ONE 1\n");
    await opened.write(`\`include "part.vh"\n${counter} \n`);
    rmSync(opened.file);
    rmSync(path.join(opened.folder, "part.vh"));
    await looked(opened);
    await isAlive(opened);
  },
);

/** Mulberry32: the same texts on every machine. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const marks = [
  "(",
  ")",
  "begin",
  "end",
  "[",
  "]",
  ";",
  "'",
  '"',
  "`",
  "/*",
  "*/",
  "\\",
  "#(",
  "@*",
  "?",
  ":",
  "1'bz",
  "\u2028",
  "always",
  "module x",
  "endmodule",
];

function mutated(text: string, random: () => number): string {
  let now = text;
  for (let edit = 0; edit < 1 + 4 * random(); edit += 1) {
    const at = Math.floor(random() * now.length);
    const to = Math.min(now.length, at + Math.floor(random() * 12));
    const mark = marks[Math.floor(random() * marks.length)] ?? "";
    const kinds = [
      now.slice(0, at) + now.slice(to),
      `${now.slice(0, at)} ${mark} ${now.slice(at)}`,
      now.slice(0, at) + now.slice(at, to).repeat(1 + Math.floor(random() * 40)) + now.slice(to),
    ];
    now = kinds[Math.floor(random() * kinds.length)] ?? now;
  }
  return now;
}

test(
  "texts that somebody has fallen asleep on end in numbers or in problems inside of them",
  { timeout: limit },
  async () => {
    const opened = await open(counter);
    await looked(opened);
    const random = randomOf(7);
    const source = `${counter}module n #(parameter W = 8)(input clk, input [W-1:0] a, b, output reg [W-1:0] y);
  wire [W-1:0] s = a + b; // sum
  always @(posedge clk) if (s[0]) y <= s; else y <= y ^ b;
endmodule
`;
    for (let round = 0; round < 12; round += 1) {
      const text = mutated(source, random);
      await opened.write(text);
      const { problems } = await looked(opened);
      const lines = text.split("\n").length;
      for (const problem of problems) {
        expect(problem.range.start.line).toBeLessThan(lines);
        expect(textOf(problem)).not.toMatch(/src\/\d+\/|unexpectedly|undefined|NaN/);
      }
    }
    await isAlive(opened);
  },
);
