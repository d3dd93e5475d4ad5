import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { HoverRequest } from "vscode-languageserver-protocol/node";
import { placeAndRouteRequest, reportRequest } from "../../server/protocol/requests.js";
import { startClient } from "../kit/lsp-client.js";

const work = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-routed-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const counter = `module counter(input clk, input [7:0] step, output reg [7:0] n);
  always @(posedge clk) n <= n + step;
endmodule
`;

async function open(settings: Readonly<Record<string, unknown>>) {
  const file = path.join(work, "counter.v");
  writeFileSync(file, counter);
  const client = await startClient("dist", { settings, folders: [work] });
  const uri = pathToFileURL(file).toString();
  const document = client.open(uri, counter, "verilog");
  const hover = async (): Promise<string> => {
    const found = await client.connection.sendRequest(HoverRequest.type, {
      textDocument: { uri },
      position: document.position("counter"),
    });
    return JSON.stringify(found?.contents ?? "");
  };
  /** Once the synthesis has answered, and what is shown is of it. */
  const settled = async (sign = /LUT/): Promise<string> => {
    for (let attempt = 0; attempt < 600; attempt += 1) {
      const found = await hover();
      if (sign.test(found)) return found;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`the hover never says ${String(sign)}`);
  };
  const route = () => client.connection.sendRequest(placeAndRouteRequest, { uri });
  return { client, uri, document, hover, settled, route };
}

test("what place and route says stands beside the estimate", { timeout: 180_000 }, async () => {
  const { client, uri, document, hover, settled, route } = await open({
    "design.part": "ice40hx1k",
  });
  expect(await settled()).not.toMatch(/nextpnr/);
  const answer = await route();
  expect(answer.message).toMatch(/^nextpnr-ice40 .* on hx1k-tq144: Fmax \d+ MHz \(ours [\d.]+×\)/);
  expect(answer.kind).toBe("routed");
  expect(client.progress).toContain("synthesising counter.v");
  expect(client.changed).toContain(uri);
  const found = await hover();
  expect(found).toMatch(/nextpnr.*\| LUT \| 8 \|[^|]*\| \d+ \(ours [\d.]+×\)/);
  expect(found).not.toMatch(/before the last edit/);
  const { text } = await client.connection.sendRequest(reportRequest, { uri, format: "json" });
  expect(text).toMatch(/nextpnr-ice40/);

  await document.replace("n + step", "n - step");
  await settled(/nextpnr[^"]* on hx1k[^"]*, before the last edit/);
  // Another part is another question.
  await client.configure({ "design.part": "ice40hx8k" });
  await settled(/Fmax(?!.*nextpnr)/);
});

test("what cannot be routed is told, and nothing is shown", { timeout: 180_000 }, async () => {
  const { hover, route } = await open({ "design.part": "xc7a35t" });
  expect(await route()).toEqual({
    kind: "impossible",
    message: expect.stringMatching(/iCE40 parts alone, not for/) as string,
  });
  expect(await hover()).not.toMatch(/measured/);
});

test("place and route is cancelled from its progress", { timeout: 180_000 }, async () => {
  const { client, settled, route } = await open({ "design.part": "ice40hx1k" });
  await settled();
  client.cancelNextProgress();
  expect(await route()).toEqual({ kind: "cancelled", message: "" });
});

test("reports that the settings name are shown, and no others", { timeout: 180_000 }, async () => {
  const report = path.join(work, "elsewhere.json");
  const stat = { creator: "Yosys 0.23", design: { num_cells_by_type: { SB_LUT4: 9, SB_DFF: 8 } } };
  writeFileSync(report, JSON.stringify({ ...stat, modules: { "\\counter": stat.design } }));
  writeFileSync(path.join(work, "wrong.rpt"), "nothing that is known");
  const { document, settled } = await open({
    "design.part": "ice40hx1k",
    "design.reports": ["elsewhere.json", "wrong.rpt"],
  });
  expect(await settled()).toMatch(/elsewhere\.json.*\| 9 \(ours [\d.]+×\)/);
  expect((await document.diagnostics()).map(({ code }) => code)).toContain("RP5030");
});
