import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import {
  CodeActionRequest,
  DidSaveTextDocumentNotification,
  HoverRequest,
} from "vscode-languageserver-protocol/node";
import { startClient } from "../kit/lsp-client.js";

const work = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-designs-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const mac = `module mac(input clk, input signed [15:0] a, b, output reg signed [39:0] acc, output reg [7:0] n);
  wire idle;
  always @(posedge clk) begin
    acc <= acc + a * b;
    n <= n + 8'd1;
  end
endmodule
`;

/** The server as the build has left it: the engines lie beside it. */
async function open(text: string) {
  const file = path.join(work, "mac.sv");
  writeFileSync(file, text);
  const client = await startClient("dist", { settings: {}, folders: [work] });
  const uri = pathToFileURL(file).toString();
  return { client, uri, document: client.open(uri, text, "systemverilog") };
}

async function until<T>(what: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const found = await what();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("it did not happen");
}

test(
  "a module's lines, lens, hover, problems and fixes come out of its synthesis",
  { timeout: 180_000 },
  async () => {
    const { client, uri, document } = await open(mac);
    // Where lenses stand does not wait for the synthesis.
    expect(await document.lenses()).toHaveLength(1);
    const hints = await until(async () => {
      const found = await document.hints();
      return found.length > 0 ? found : undefined;
    });
    const on = (code: string): string => hints.find((hint) => hint.includes(code)) ?? "";
    expect(on("acc <= acc")).toMatch(/⟦1 DSP/);
    expect(on("n <= n")).toMatch(/⟦8 FF/);
    expect(await document.lens()).toMatch(/LUT · 8 FF · 1 DSP · .*MHz.* · fits xc7a35t/);
    const hover = await client.connection.sendRequest(HoverRequest.type, {
      textDocument: { uri },
      position: document.position("acc <= acc"),
    });
    expect(JSON.stringify(hover?.contents)).toMatch(/DSP48E1/);
    const diagnostics = await document.diagnostics();
    expect(diagnostics.map(({ code }) => code)).toContain("RP5212");
    const actions = await client.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri },
      range: { start: document.position("idle"), end: document.position("idle") },
      context: { diagnostics: [...diagnostics] },
    });
    expect(actions?.map(({ title }) => title)).toEqual(["Remove `idle`: −0 LUT, −0 FF"]);

    await document.replace("a * b", "a * ");
    const broken = await until(async () => {
      const found = await document.diagnostics();
      return found.some(({ code }) => code === "RP5020") ? found : undefined;
    });
    expect(broken.find(({ code }) => code === "RP5020")?.range.start.line).toBe(3);
    // What is still there keeps what it was.
    expect((await document.hints()).find((hint) => hint.includes("n <= n"))).toMatch(/⟦was /);

    await document.replace("a * ;", "a + b;");
    await client.connection.sendNotification(DidSaveTextDocumentNotification.type, {
      textDocument: { uri },
    });
    await until(async () => {
      const found = (await document.hints()).find((hint) => hint.includes("acc <= acc")) ?? "";
      return /LUT/.test(found) && !found.includes("was") ? found : undefined;
    });
  },
);

test("C++ that speaks to no HLS tool is nobody's business here", async () => {
  const client = await startClient("dist", { settings: {}, folders: [work] });
  const uri = pathToFileURL(path.join(work, "plain.cpp")).toString();
  const document = client.open(uri, "int main() { for (int i = 0; i < 4; i++) {} }\n", "cpp");
  expect(await document.hints()).toEqual([]);
  expect(await document.lenses()).toEqual([]);
  expect(await document.diagnostics()).toEqual([]);
});
