import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import {
  type CodeAction,
  CodeActionRequest,
  ExecuteCommandRequest,
} from "vscode-languageserver-protocol/node";
import { printedExtension, printedScheme } from "../../server/protocol/printed-document.js";
import { compareRequest, recipeRequest, textRequest } from "../../server/protocol/requests.js";
import { buildServer } from "../kit/build-server.js";
import { startClient } from "../kit/lsp-client.js";

const work = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-plan-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const server = await buildServer();

test("a model's text has its plan in a lens, and a fix of a layer is kept in the plan file", async () => {
  const file = path.join(work, "model.onnx");
  copyFileSync(
    path.resolve(import.meta.dirname, "../fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx"),
    file,
  );
  const client = await startClient(server, {
    settings: {
      targets: ["raspberry-pi-5/onnxruntime/fp32"],
      "hints.quantization": true,
    },
  });
  const modelUri = pathToFileURL(file).toString();
  const { text } = await client.connection.sendRequest(textRequest, { uri: modelUri });
  const uri = `${printedScheme}:${file}${printedExtension}?${encodeURIComponent(modelUri)}`;
  const document = client.open(uri, text);
  const titles = await document.lensTitles();
  expect(titles).toHaveLength(4);
  expect(titles[1]).toMatch(
    /^(mixed )?int8\S*: [\d.]+ [mµ]s −\d+ %, [\d.]+ KiB, risk (low|medium|high)$/,
  );
  expect(titles.slice(2)).toEqual(["Compare", "Export recipe"]);

  // What can be done with a plan is offered once its totals are there.
  expect((await document.lenses()).map(({ command }) => command)).toEqual(Array(4).fill(undefined));

  const [diagnostic] = (await document.diagnostics()).filter(({ code }) => code === "RP2302");
  if (diagnostic === undefined) throw new Error("no layer has too coarse a scale");
  const actions = (await client.connection.sendRequest(CodeActionRequest.type, {
    textDocument: { uri },
    range: diagnostic.range,
    context: { diagnostics: [diagnostic] },
  })) as readonly CodeAction[];
  const action = actions.find(({ title }) =>
    /^Plan this layer in int8: \+[\d.]+ dB, .*\+[\d.]+ B \(plan file\)$/.test(title),
  );
  expect(action?.diagnostics).toHaveLength(1);
  const [, [layer]] = action?.command?.arguments as [string, [string], string];
  const fix = (format: string) =>
    client.connection.sendRequest(ExecuteCommandRequest.type, {
      command: action?.command?.command ?? "",
      arguments: [uri, [layer], format],
    });
  const planned = async (): Promise<string | null | undefined> => {
    const answer = await client.connection.sendRequest(recipeRequest, {
      uri: modelUri,
      recipe: "json",
    });
    if (!("text" in answer)) throw new Error(answer.reason);
    const { layers } = JSON.parse(answer.text) as {
      layers: { name: string; format: string | null }[];
    };
    return layers.find(({ name }) => name === layer)?.format;
  };
  await fix("");
  expect(client.changed).toContain(modelUri);
  expect(await planned()).toBeNull();
  await fix("int8");
  const line = diagnostic.range.start.line;
  const left = (await document.diagnostics()).filter(({ code }) => code === "RP2302");
  expect(left.map(({ range }) => range.start.line)).not.toContain(line);
  await fix("int8@tensor");
  expect(await planned()).toBe("int8@tensor");
  expect(JSON.parse(readFileSync(`${file}.plan.json`, "utf8"))).toEqual({
    ridgepointPlan: 1,
    layers: [{ name: layer, format: "int8@tensor" }],
  });

  const recipe = await client.connection.sendRequest(recipeRequest, {
    uri: modelUri,
    recipe: "onnxruntime",
  });
  expect(JSON.stringify(recipe)).toContain("nodes_to_exclude");
  const compared = await client.connection.sendRequest(compareRequest, {
    uri: modelUri,
    before: { kind: "proposal" },
    leftTarget: null,
    rightTarget: null,
    limit: 20,
  });
  if (compared.kind !== "view") throw new Error(compared.message);
  expect(compared.view.counts.changed).toBeGreaterThan(0);
}, 240_000);

test.each([
  ["1 s", [/^fp32: [\d.]+ [mµ]s, [\d.]+ KiB, risk low$/, /^Compare$/, /^Export recipe$/]],
  ["1 us", [/^No quantization plan$/, /^$/, /^$/]],
])(
  "the budget of %s is the plan's limit, and without a plan nothing is offered",
  async (budget, expected) => {
    const file = path.resolve(
      import.meta.dirname,
      "../fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx",
    );
    const client = await startClient(server, {
      settings: {
        ...{ targets: ["raspberry-pi-5/onnxruntime/fp32"], "hints.quantization": true },
        budget,
      },
    });
    const modelUri = pathToFileURL(file).toString();
    const { text } = await client.connection.sendRequest(textRequest, { uri: modelUri });
    const uri = `${printedScheme}:${file}${printedExtension}?${encodeURIComponent(modelUri)}`;
    const [, ...titles] = await client.open(uri, text).lensTitles();
    expect(titles).toEqual(expected.map((pattern) => expect.stringMatching(pattern) as string));
  },
  120_000,
);
