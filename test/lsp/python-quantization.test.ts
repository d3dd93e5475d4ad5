import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HoverRequest, type Hover } from "vscode-languageserver-protocol/node";
import { buildServer } from "../kit/build-server.js";
import { startClient } from "../kit/lsp-client.js";
import { gaussian } from "../core/quant/random-numbers.js";

let server = "";
beforeAll(async () => {
  server = await buildServer({ hasPython: true });
}, 60_000);
const work = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-weights-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** A safetensors file of Gaussian numbers. */
function weights(shapes: Readonly<Record<string, readonly number[]>>): Uint8Array {
  let offset = 0;
  const parts: Uint8Array[] = [];
  const entries = Object.entries(shapes).map(([name, shape], index) => {
    const count = shape.reduce((product, extent) => product * extent, 1);
    parts.push(new Uint8Array(gaussian(count, index + 1).buffer));
    const entry = { dtype: "F32", shape, data_offsets: [offset, (offset += 4 * count)] };
    return [name, entry];
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([head, header, ...parts]);
}

test("lines that make layers tell their quantization from a weight file beside the source", async () => {
  const file = path.join(work, "small_cnn.py");
  copyFileSync(path.resolve(import.meta.dirname, "../fixtures/python/small_cnn.py"), file);
  writeFileSync(
    path.join(work, "small_cnn.safetensors"),
    weights({
      "module.conv1.weight": [8, 3, 3, 3],
      "module.conv1.bias": [8],
      "module.conv2.weight": [16, 8, 3, 3],
      "module.fc.weight": [10, 16],
      // Of another shape than the model's: nothing is said of it.
      "module.bn1.weight": [7],
    }),
  );
  const client = await startClient(server, {
    settings: {
      targets: ["nvidia-rtx-4090/pytorch-2.9-eager-nchw/fp32"],
      hints: { latency: false, shape: false, memory: false, quantization: true },
    },
    folders: [work],
  });
  const text = readFileSync(file, "utf8");
  const document = client.open(pathToFileURL(file).toString(), text, "python");
  const lineOf = (word: string): number =>
    text.split("\n").findIndex((line) => line.includes(word));
  expect(await document.hints()).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^self\.conv1 = .* ⟦(low|medium|high) · .+⟧$/),
      expect.stringMatching(/^self\.fc = .* ⟦(low|medium|high) · .+⟧$/),
    ]),
  );
  const hover = (await client.connection.sendRequest(HoverRequest.type, {
    textDocument: { uri: pathToFileURL(file).toString() },
    position: { line: lineOf("self.conv2 ="), character: 25 },
  })) as Hover;
  expect(JSON.stringify(hover.contents)).toMatch(/\| format \| weights \| outputs \|/);
}, 120_000);
