import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { targetsRequest, viewRequest } from "../../server/protocol/requests.js";
import { buildServer } from "../kit/build-server.js";
import { startClient } from "../kit/lsp-client.js";

let server = "";
const folder = mkdtempSync(path.join(tmpdir(), "ridgepoint-accelerators-"));
const file = path.join(folder, "mine.accelerator.json");
const uri = pathToFileURL(file).href;
beforeAll(async () => {
  writeFileSync(file, textOf(8));
  server = await buildServer();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function textOf(rows: number): string {
  return `{ // mine
  "id": "mine", "name": "Mine", "clock": "100 MHz", "node": 28,
  "engine": { "rows": ${rows}, "columns": 8, "dataflow": "weight-stationary" },
  "precisions": ["int8"],
  "buffers": [{ "name": "sram", "size": "64 KiB" }]
}`;
}

const model = `<ir_version: 10, opset_import: ["" : 21]>
tiny (float[1,64,56,56] x, float[256,64,3,3] w) => (float[1,256,56,56] y)
{
  y = Conv <pads = [1, 1, 1, 1]> (x, w)
}
`;

test("an architecture file of the workspace is a target; its hints follow the file", async () => {
  const client = await startClient(server, {
    folders: [folder],
    settings: { targets: ["mine/mapper/int8"] },
  });
  const targets = await client.connection.sendRequest(targetsRequest, {});
  expect(targets.find(({ id }) => id === "mine/mapper/int8")).toMatchObject({
    label: "Mine · mapped · int8",
    isChosen: true,
  });
  const document = client.open("file:///nowhere/tiny.onnxtxt", model);
  // 462 M multiply-accumulates on 64 elements at 100 MHz: 72 ms at least.
  const [before = ""] = await document.hints();
  const milliseconds = (hint: string): number => Number(/⟦([\d.]+) ms/.exec(hint)?.[1]);
  expect(milliseconds(before)).toBeGreaterThanOrEqual(72);
  expect(milliseconds(before)).toBeLessThan(80);
  writeFileSync(file, textOf(16));
  await client.touch(uri);
  const [after = ""] = await document.hints();
  expect(milliseconds(after)).toBeLessThan(0.6 * milliseconds(before));
  writeFileSync(file, textOf(8));
});

test("what is wrong with an architecture file stands in it", async () => {
  const client = await startClient(server, { folders: [folder] });
  const document = client.open(uri, textOf(0).replace('"sram"', '"sram", "colour": 1'), "jsonc");
  const found = await document.diagnostics();
  expect(found.map(({ range }) => range.start.line)).toEqual([2, 4]);
  expect(found[0]?.message).toBe(
    "Accelerator `mine` (mine.accelerator.json, line 3): `engine.rows` should lie between 1 and 65536; it is 0.",
  );
  expect(found[1]?.message).toContain("`buffers[0].colour` is not a field here");
  expect(await document.hints()).toEqual([]);
  expect(await document.lenses()).toEqual([]);
});

test("a model that is supposed on an accelerator is mapped onto it, with a sweep", async () => {
  const client = await startClient(server, { folders: [folder] });
  client.open("file:///nowhere/tiny.onnxtxt", model);
  const reply = await client.connection.sendRequest(viewRequest, {
    uri: "file:///nowhere/tiny.onnxtxt",
    view: "mapping",
    params: { target: "mine/mapper/int8", sweep: [{ key: "rows", values: ["8", "16"] }] },
    suppose: { targets: ["mine/mapper/int8"] },
  });
  expect(reply).toMatchObject({
    kind: "view",
    view: { targetId: "mine/mapper/int8", sweep: [{ isOnFront: true }, { isOnFront: true }] },
  });
});

test("an array of the workspace's RTL is priced on a part, at every size of a sweep", async () => {
  const rtl = path.join(folder, "grid.v");
  writeFileSync(
    rtl,
    `// ridgepoint: accelerator dataflow=output-stationary rows=ROWS columns=4 width=2 clock=100MHz node=28 buffer.b=64KiB
module grid #(parameter ROWS = 8) (input clk, input [2*ROWS-1:0] left, output reg [2*ROWS-1:0] right);
  always @(posedge clk) right <= left;
endmodule
`,
  );
  const client = await startClient(server, { folders: [folder] });
  client.open("file:///nowhere/tiny.onnxtxt", model);
  const reply = await client.connection.sendRequest(viewRequest, {
    uri: "file:///nowhere/tiny.onnxtxt",
    view: "mapping",
    params: {
      target: "grid/mapper/int2",
      sweep: [{ key: "rows", values: ["8", "16"] }],
      part: "asic",
    },
    suppose: { targets: ["grid/mapper/int2"] },
  });
  // Two flip-flops a row.
  expect(reply).toMatchObject({
    kind: "view",
    view: {
      prices: { size: "8", sizes: ["2", "4"], own: { ff: 16 }, points: [{ ff: 16 }, { ff: 32 }] },
    },
  });
  rmSync(rtl);
}, 120_000);
