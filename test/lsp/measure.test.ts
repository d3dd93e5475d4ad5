import { mkdtemp, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import {
  clearResultsRequest,
  measureRequest,
  viewRequest,
} from "../../server/protocol/requests.js";
import type { QuantizationView } from "../../server/core/views/quantization.js";
import { buildServer } from "../kit/build-server.js";
import { startClient } from "../kit/lsp-client.js";

const model = path.resolve(import.meta.dirname, "../fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx");
const server = await buildServer();
// What sessions keep for later ones lies in a folder of this test's own.
process.env["XDG_CACHE_HOME"] = await mkdtemp(path.join(os.tmpdir(), "ridgepoint-cache-"));

test("what a layer's table says rests on samples once they were measured", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "ridgepoint-measure-"));
  const place = path.join(folder, "one.bin");
  await writeFile(place, new Uint8Array(3 * 32 * 32).fill(128));
  const client = await startClient(server, {
    settings: { targets: ["raspberry-pi-5/onnxruntime/fp32"] },
  });
  const uri = pathToFileURL(model).toString();
  const source = async (): Promise<string> => {
    const params = { uri, view: "quantization" as const, params: { nodeId: 0 } };
    const reply = await client.connection.sendRequest(viewRequest, params);
    return reply.kind === "view" ? (reply.view as QuantizationView).sensitivitySource : "";
  };
  expect(await source()).toMatch(/^first-order effect/);
  const ask = (where: string) =>
    client.connection.sendRequest(measureRequest, { uri, place: where });
  expect(await ask(path.join(folder, "nothing.npy"))).toMatchObject({ kind: "impossible" });
  expect(await ask(place)).toMatchObject({ kind: "measured" });
  expect(client.changed).toContain(uri);
  expect(await source()).toMatch(/^measured in ONNX Runtime on 1 sample from one.bin/);

  // A later session knows it still, until the cache is cleared.
  const later = await startClient(server, {
    settings: { targets: ["raspberry-pi-5/onnxruntime/fp32"] },
  });
  const params = { uri, view: "quantization" as const, params: { nodeId: 0 } };
  const laterSource = async (): Promise<string> => {
    const reply = await later.connection.sendRequest(viewRequest, params);
    return reply.kind === "view" ? (reply.view as QuantizationView).sensitivitySource : "";
  };
  expect(await laterSource()).toMatch(/^measured in ONNX Runtime on 1 sample from one.bin/);
  const { bytes } = await later.connection.sendRequest(clearResultsRequest, {});
  expect(bytes).toBeGreaterThan(1000);
  expect(later.changed).toContain(uri);
  expect(await laterSource()).toMatch(/^first-order effect/);
}, 180_000);
