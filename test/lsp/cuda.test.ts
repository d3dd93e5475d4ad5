import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type CodeAction,
  CodeActionRequest,
  DocumentSymbolRequest,
  HoverRequest,
  type MarkupContent,
} from "vscode-languageserver-protocol/node";
import { buildServer } from "../kit/build-server.js";
import { startClient } from "../kit/lsp-client.js";

const work = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-kernels-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

let server = "";
beforeAll(async () => {
  server = await buildServer();
});

const example = readFileSync("examples/cuda/transpose.cu", "utf8");
const targets = ["nvidia-a100-sxm-80gb/pytorch-eager/fp32", "stm32h747i-disco/x-cube-ai/int8"];

async function open(text: string) {
  const file = path.join(work, "transpose.cu");
  writeFileSync(file, text);
  const client = await startClient(server, { settings: { targets }, folders: [work] });
  const uri = pathToFileURL(file).toString();
  return { client, uri, document: client.open(uri, text, "cuda-cpp") };
}

test("a kernel's lines, lens, hover, problems and fix in the editor", async () => {
  const { client, uri, document } = await open(example);
  const hints = (await document.hints()).join("\n");
  expect(hints).toMatch(/out\[x \* height \+ y \+ row\].*⟦\d+ µs · 13 % used⟧/);
  const titles = await document.lensTitles();
  expect(titles).toHaveLength(3);
  expect(titles[0]).toMatch(/µs ~? ?· 100 % ?~? occupancy \(threads\) · load\/store-bound/);
  const line = example.split("\n").findIndex((one) => one.includes("void transposeNaive"));
  const hover = await client.connection.sendRequest(HoverRequest.type, {
    textDocument: { uri },
    position: { line, character: 20 },
  });
  const { value } = hover?.contents as MarkupContent;
  expect(value).toContain("| A100 SXM 80GB |");
  expect(value).not.toContain("STM32");
  const problems = await document.diagnostics();
  expect(problems.map(({ code }) => code)).toEqual(["RP5620", "RP5621"]);
  const conflict = problems[1]?.range;
  if (conflict === undefined) throw new Error("no place");
  const actions = (await client.connection.sendRequest(CodeActionRequest.type, {
    textDocument: { uri },
    range: conflict,
    context: { diagnostics: [...problems] },
  })) as readonly CodeAction[];
  expect(actions.map(({ title }) => title)).toEqual(["Pad the rows of `tile` by one element"]);
  expect(actions[0]?.edit?.changes?.[uri]?.[0]?.newText).toBe(" + 1");
  const symbols = await client.connection.sendRequest(DocumentSymbolRequest.type, {
    textDocument: { uri },
  });
  expect((symbols ?? []).map(({ name }) => name)).toEqual([
    "transposeNaive",
    "transposeTiled",
    "transposePadded",
  ]);
});

test("costs follow what is typed, and broken text ends in no answer and no crash", async () => {
  const { document } = await open(example);
  await document.hints();
  await document.replace("tile[TILE][TILE];", "tile[TILE][TILE + 1];");
  expect((await document.diagnostics()).map(({ code }) => code)).toEqual(["RP5620"]);
  await document.replace("__syncthreads();", "__syncthreads(");
  await document.hints();
  await document.replace("__syncthreads(", "__syncthreads();");
  expect((await document.diagnostics()).map(({ code }) => code)).toEqual(["RP5620"]);
});
