import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HoverRequest } from "vscode-languageserver-protocol/node";
import { buildServer } from "../kit/build-server.js";
import { startClient } from "../kit/lsp-client.js";
import { vitisCsynth } from "../kit/tool-reports.js";

const work = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-reports-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

let server = "";
beforeAll(async () => {
  server = await buildServer();
});

const scale = `void scale(const int x[256], int y[256]) {
  for (int i = 0; i < 256; i++) {
#pragma HLS PIPELINE II=1
    y[i] = x[i] * 3;
  }
}
`;

const csynth = vitisCsynth("scale", 300, { lut: 120, ff: 90, dsp: 0 }, [
  { label: "VITIS_LOOP_2_1", tripCount: 256, interval: 1, depth: 31, latency: 286 },
]);

test("a report that comes while one types sets hints, lens and hover right, and goes on to hold", async () => {
  const file = path.join(work, "src/scale.cpp");
  mkdirSync(path.dirname(file));
  writeFileSync(file, scale);
  utimesSync(file, 1_790_000_000, 1_790_000_000);
  const client = await startClient(server, { settings: {}, folders: [work] });
  const document = client.open(pathToFileURL(file).toString(), scale, "cpp");
  const hintOf = async (code: string): Promise<string> =>
    (await document.hints()).find((hint) => hint.includes(code)) ?? "";
  const before = await hintOf("for (int i");
  expect(before).not.toContain("286");

  // The text is another already when the report is seen first.
  await document.replace("* 3", "* 5");
  const report = path.join(work, "scale_prj/solution1/syn/report/csynth.xml");
  mkdirSync(path.dirname(report), { recursive: true });
  writeFileSync(report, csynth);
  utimesSync(report, 1_790_000_100, 1_790_000_100);
  await client.touch(pathToFileURL(report).toString());
  await expect.poll(() => hintOf("for (int i"), { timeout: 20_000 }).toContain("286");
  expect(await document.lens()).toMatch(/300 cycles/);
  const hover = async (): Promise<string> =>
    JSON.stringify(
      await client.connection.sendRequest(HoverRequest.type, {
        textDocument: { uri: document.uri },
        position: document.position("scale("),
      }),
    );
  expect(await hover()).toMatch(
    /\*calibrated\*.*calibrated to this project by scale[\\]*_prj\/solution1\/syn\/report\/csynth\.xml of 2026[-\\]+09[-\\]+21/,
  );

  await document.replace("256; i++", "250; i++");
  await expect.poll(() => hintOf("for (int i"), { timeout: 20_000 }).toMatch(/⟦2[78]\d/);
  expect(await hover()).toContain("of the difference is taken");
  await client.configure({ "design.calibrate": false });
  await expect.poll(hover, { timeout: 20_000 }).not.toContain("calibrated to this project");
});
