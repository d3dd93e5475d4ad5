import { mkdtempSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { CodeActionRequest, HoverRequest } from "vscode-languageserver-protocol/node";
import { buildServer } from "../kit/build-server.js";
import { startClient } from "../kit/lsp-client.js";

let folder = "";
beforeAll(async () => {
  folder = await buildServer();
});

const kernel = `void scale(const float a[64], float out[16]) {
  float buf[64];
  COPY: for (int i = 0; i < 64; i++) buf[i] = a[i];
  SUM: for (int i = 0; i < 16; i++) {
    #pragma HLS PIPELINE II=1
    out[i] = buf[4 * i] + buf[4 * i + 1] + buf[4 * i + 2] + buf[4 * i + 3];
  }
}
`;

test("an HLS kernel has cycles at its loops, intervals at its pragmas, a problem with its fix, and a hover", async () => {
  const client = await startClient(folder, {});
  const document = client.open("file:///nowhere/scale.cpp", kernel, "cpp");
  // The parser of the first document takes a moment to start; the editor is told when there is more.
  await expect.poll(() => document.hints(), { timeout: 20_000 }).toHaveLength(4);
  const hints = await document.hints();
  expect(hints.find((hint) => hint.includes("SUM:"))).toMatch(/⟦~?\d+ cycles⟧$/);
  expect(hints.find((hint) => hint.includes("#pragma"))).toMatch(/⟦II=2 !/);
  const problems = await document.diagnostics();
  const interval = problems.find(({ code }) => code === "RP5301");
  expect(interval?.message).toContain("4 reads of `buf` an iteration, 2 ports");
  const actions = await client.connection.sendRequest(CodeActionRequest.type, {
    textDocument: { uri: document.uri },
    range: { start: document.position("SUM:"), end: document.position("SUM:") },
    context: { diagnostics: [...problems] },
  });
  expect(JSON.stringify(actions)).toContain(
    "#pragma HLS ARRAY_PARTITION variable=buf cyclic factor=2",
  );
  const hover = await client.connection.sendRequest(HoverRequest.type, {
    textDocument: { uri: document.uri },
    position: document.position("SUM:"),
  });
  expect(JSON.stringify(hover)).toContain("initiation interval");
  await document.replace("PIPELINE II=1", "PIPELINE off");
  await expect
    .poll(async () => (await document.hints()).join(), { timeout: 20_000 })
    .not.toContain("II=2 !");
});

test("a source without a pragma has costs when a script beside it names it, with the script's directives", async () => {
  const project = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-hls-script-"));
  const text =
    "void add(int a[64], int b[64]) {\n  L: for (int i = 0; i < 64; i++) b[i] = a[i] + 1;\n}\n";
  writeFileSync(
    path.join(project, "run.tcl"),
    'set_top add\nadd_files add.cpp\nset_directive_pipeline -II 3 "add/L"\ncsynth_design\n',
  );
  const client = await startClient(folder, {});
  const uri = pathToFileURL(path.join(project, "add.cpp")).href;
  const document = client.open(uri, text, "cpp");
  await expect
    .poll(async () => (await document.hints()).join(), { timeout: 20_000 })
    .toMatch(/~?19\d cycles/);
  const other = client.open(pathToFileURL(path.join(project, "other.cpp")).href, text, "cpp");
  expect(await other.hints()).toEqual([]);
});

test("the lens over a kernel with a call that nobody has a body for says at least so much, and without what", async () => {
  const client = await startClient(folder, {});
  const text = kernel.replace("  SUM:", "  resize(buf, out);\n  SUM:");
  const document = client.open("file:///nowhere/resize.cpp", text, "cpp");
  // What a lens says is asked for again when the editor is told that there is more.
  await expect
    .poll(() => document.lens(), { timeout: 20_000 })
    .toMatch(/≥ [\d,]+ LUT · ≥ [\d,]+ FF/);
  const lens = await document.lens();
  expect(lens).toContain("without `resize`");
  expect(lens).not.toContain("fits");
});
