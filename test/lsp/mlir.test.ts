import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { buildServer } from "../kit/build-server.js";
import { startClient } from "../kit/lsp-client.js";

let folder = "";
beforeAll(async () => {
  folder = await buildServer();
});

const target = "nvidia-rtx-4090/tensorrt/fp16";
const file = path.resolve(import.meta.dirname, "../fixtures/mlir/residual-block.stablehlo.mlir");
const text = readFileSync(file, "utf8");

async function opened() {
  const client = await startClient(folder, { settings: { targets: [target] } });
  return { client, document: client.open("file:///nowhere/block.mlir", text, "mlir") };
}

test("lines of an MLIR text have hints, the main function a lens, and calls their function's cost", async () => {
  const { document } = await opened();
  const lines = text.split("\n");
  const hints = (await document.rawHints()).map(({ position, label }) => ({
    line: lines[position.line]?.trim() ?? "",
    label: JSON.stringify(label).slice(1, -1),
  }));
  const convolutions = hints.filter(({ line }) => line.includes("stablehlo.convolution"));
  expect(convolutions).toHaveLength(2);
  for (const { label } of convolutions) expect(label).toMatch(/^[\d.]+ µs( ~)? · [\d.]+ %$/);
  expect(hints.find(({ line }) => line.includes("stablehlo.maximum"))?.label).toBe("fused");
  expect(await document.lens()).toMatch(/74\.5 k params · 231 MMAC · /);
  const [lens] = await document.lenses();
  expect(lens?.range.start).toEqual(document.position("@main"));
});

test("hovers tell the work, names lead to their values, the outline lists the functions", async () => {
  const { client, document } = await opened();
  const { connection } = client;
  const at = (what: string, shift = 1) => ({
    textDocument: { uri: document.uri },
    position: document.position(what, shift),
  });
  const hover = JSON.stringify(
    await connection.sendRequest("textDocument/hover", at("stablehlo.convolution")),
  );
  expect(hover).toContain("**Conv**");
  expect(hover).toContain("116 MMAC");
  expect(hover).toContain("float32[1,64,56,56]");
  const definition = await connection.sendRequest("textDocument/definition", at("%0, %1 :"));
  expect(definition).toMatchObject([
    { range: { start: document.position("%0 = stablehlo.conv") } },
  ]);
  const outline = JSON.stringify(
    await connection.sendRequest("textDocument/documentSymbol", {
      textDocument: { uri: document.uri },
    }),
  );
  expect(outline).toContain('"main"');
  expect(outline).toContain('"relu"');
});

test("a value that nothing makes is told on its name, and the numbers of before stay", async () => {
  const { document } = await opened();
  const before = await document.rawHints();
  await document.replace("%7 = stablehlo.add %6, %arg0", "%7 = stablehlo.add %6, %nowhere");
  const diagnostics = await document.diagnostics();
  expect(
    diagnostics.find(({ message }) => JSON.stringify(message).includes("%nowhere")),
  ).toMatchObject({
    code: "RP1050",
    range: { start: document.position("%nowhere") },
  });
  const after = await document.rawHints();
  expect(after.length).toBeGreaterThan(before.length / 2);
  expect(after[0]?.label).toMatch(/^was /);
});
