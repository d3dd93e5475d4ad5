import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type CodeAction,
  CodeActionRequest,
  HoverRequest,
  type Hover,
} from "vscode-languageserver-protocol/node";
import { measureRequest, recipeRequest } from "../../server/protocol/requests.js";
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
    const values = gaussian(count, index + 1);
    // One loud output channel: a scale for the whole tensor loses much.
    if (name.includes("conv2.weight")) for (let at = 0; at < 72; at++) values[at]! *= 40;
    if (name.endsWith("running_var")) for (const at of values.keys()) values[at] = 1;
    parts.push(new Uint8Array(values.buffer));
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

const small = path.resolve(import.meta.dirname, "../fixtures/python/small_cnn.py");

/** The model in a folder of its own, with its weights in another file than one of its name. */
async function open(name: string, settings: Readonly<Record<string, unknown>> = {}) {
  const folder = path.join(work, name);
  mkdirSync(path.join(folder, "checkpoints"), { recursive: true });
  const file = path.join(folder, "net.py");
  copyFileSync(small, file);
  writeFileSync(
    path.join(folder, "checkpoints", "trained.safetensors"),
    weights({
      "conv1.weight": [8, 3, 3, 3],
      "conv2.weight": [16, 8, 3, 3],
      "fc.weight": [10, 16],
    }),
  );
  const client = await startClient(server, {
    settings: {
      targets: ["nvidia-rtx-4090/tensorrt/fp16"],
      hints: { latency: false, shape: false, memory: false, quantization: true },
      ...settings,
    },
    folders: [folder],
  });
  const document = client.open(
    pathToFileURL(file).toString(),
    readFileSync(file, "utf8"),
    "python",
  );
  const actionsAt = async (what: string): Promise<readonly CodeAction[]> => {
    const { line } = document.position(what);
    const diagnostics = (await document.diagnostics()).filter(
      ({ range }) => range.start.line === line,
    );
    const answer = await client.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri: document.uri },
      range: { start: { line, character: 0 }, end: { line, character: 0 } },
      context: { diagnostics: [...diagnostics] },
    });
    return (answer ?? []) as readonly CodeAction[];
  };
  return { client, document, actionsAt };
}

test("without weights a line says what formats gain, and fixes offer the files that lie around", async () => {
  const { document, actionsAt } = await open("bare");
  const hints = await document.hints();
  expect(hints.join("\n")).toMatch(/self\.conv2 = .* ⟦(\S+ [\d.]+×|no gain)⟧/);
  const missing = (await document.diagnostics()).filter(({ code }) => code === "RP2313");
  expect(missing).toHaveLength(1);
  expect(await document.lensTitles()).toContain("No quantization plan");
  const [action] = (await actionsAt("class Net")).filter(({ title }) =>
    title.startsWith("Take the weights"),
  );
  expect(action?.edit?.changes?.[document.uri]?.[0]?.newText).toBe(
    "# ridgepoint: weights=checkpoints/trained.safetensors\n",
  );
  const before = (await document.lenses()).length;
  await document.replace(
    "class Net",
    `${action?.edit?.changes?.[document.uri]?.[0]?.newText}class Net`,
  );
  expect((await document.hints()).join("\n")).toMatch(/self\.conv2 = .* ⟦(low|medium|high) · .+⟧/);
  // The pin is no configuration of its own, and no lens comes or goes.
  expect(await document.lenses()).toHaveLength(before);
  expect((await document.diagnostics()).map(({ code }) => code)).not.toContain("RP2313");
}, 180_000);

test("a coarse scale is told on the line that makes the layer, and its fix is kept by the plan", async () => {
  const { client, document, actionsAt } = await open("chosen", {
    "python.weights": { "net.py": "checkpoints/trained.safetensors" },
  });
  const { line } = document.position("self.conv2 = ");
  const found = (await document.diagnostics()).filter(({ code }) => code === "RP2302");
  expect(found.map(({ range }) => range.start.line)).toContain(line);
  const [fix] = (await actionsAt("self.conv2 = ")).filter(({ title }) =>
    /^Plan this layer in int8: \+[\d.]+ dB, /.test(title),
  );
  const edit = fix?.edit?.changes?.[document.uri]?.[0];
  expect(edit?.newText).toBe("  # ridgepoint: format=int8");
  const own = document.text().split("\n")[line]!;
  await document.replace(own, `${own}  # ridgepoint: format=float`);
  const answer = await client.connection.sendRequest(recipeRequest, {
    uri: document.uri,
    recipe: "json",
  });
  if (!("text" in answer)) throw new Error(answer.reason);
  const plan = JSON.parse(answer.text) as {
    layers: { weights: string[]; format: string | null }[];
  };
  expect(
    plan.layers.find(({ weights: names }) => names[0]?.startsWith("conv2"))?.format,
  ).toBeNull();
  expect(await document.lensTitles()).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/: [\d.]+ .s.*, [\d.]+ \S+, risk (low|medium|high)$/),
      "Compare",
      "Export recipe",
    ]),
  );
}, 180_000);

test("a Python model is run on samples with the weights of its file, and an edit forgets what was measured", async () => {
  const folder = path.join(work, "measured");
  mkdirSync(folder);
  const file = path.join(folder, "net.py");
  copyFileSync(small, file);
  const own = {
    "conv1.weight": [8, 3, 3, 3],
    "conv1.bias": [8],
    "bn1.weight": [8],
    "bn1.bias": [8],
    "bn1.running_mean": [8],
    "bn1.running_var": [8],
    "conv2.weight": [16, 8, 3, 3],
    "fc.weight": [10, 16],
  };
  writeFileSync(path.join(folder, "net.safetensors"), weights(own));
  const client = await startClient(server, {
    settings: {
      targets: ["nvidia-rtx-4090/tensorrt/fp16"],
      hints: { latency: false, shape: false, memory: false, quantization: true },
    },
    folders: [folder],
  });
  const uri = pathToFileURL(file).toString();
  const document = client.open(uri, readFileSync(file, "utf8"), "python");
  const ask = () => client.connection.sendRequest(measureRequest, { uri, place: null });
  expect(await ask()).toEqual({
    kind: "impossible",
    message: "The elements of `fc.bias` are not known: no file of weights has them.",
  });
  writeFileSync(path.join(folder, "net.safetensors"), weights({ ...own, "fc.bias": [10] }));
  await client.touch(pathToFileURL(path.join(folder, "net.safetensors")).toString());
  expect(await ask()).toMatchObject({ kind: "measured" });
  const source = async (): Promise<string> => {
    const [hint] = await document.rawHints();
    return JSON.stringify(hint?.tooltip);
  };
  expect(await source()).toContain("measured in ONNX Runtime on 8 generated samples");
  await document.replace("nn.MaxPool2d(2)", "nn.MaxPool2d(4)");
  expect(await source()).toMatch(/first.{1,3}order/);
}, 180_000);
