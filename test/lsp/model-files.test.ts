import { copyFileSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SummaryView } from "../../server/core/views/summary.js";
import type { TargetInfo, ViewReply } from "../../server/protocol/requests.js";
import { buildServer } from "../kit/build-server.js";
import { startClient, type TestClient } from "../kit/lsp-client.js";
import { llama } from "../kit/config-model.js";
import { encodeModel } from "../kit/onnx-builder.js";

let folder = "";
beforeAll(async () => {
  folder = await buildServer();
});
const files = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-models-"));
afterAll(() => rmSync(files, { recursive: true, force: true }));

const target = "raspberry-pi-5/onnxruntime/fp32";
const settings = { targets: [target] };

/** A chain of Relu nodes on `float32[batch,3]`. */
function chain(name: string, nodeCount = 2): string {
  const file = path.join(files, name);
  const type = {
    tensorType: { elemType: 1, shape: { dim: [{ dimParam: "batch" }, { dimValue: 3 }] } },
  };
  const nodes = Array.from({ length: nodeCount }, (_, index) => ({
    opType: "Relu",
    name: `relu${index}`,
    input: [index === 0 ? "x" : `t${index}`],
    output: [index === nodeCount - 1 ? "y" : `t${index + 1}`],
  }));
  writeFileSync(
    file,
    encodeModel({
      irVersion: 8,
      opsetImport: [{ domain: "", version: 17 }],
      graph: {
        name: "chain",
        node: nodes,
        input: [{ name: "x", type }],
        output: [{ name: "y", type }],
      },
    }),
  );
  return pathToFileURL(file).toString();
}

const summary = (client: TestClient, uri: string, isRetry = false) =>
  client.connection.sendRequest<ViewReply<"summary">>("ridgepoint/view", {
    uri,
    view: "summary",
    params: {},
    isRetry,
  });

const viewOf = (reply: ViewReply<"summary">): SummaryView => {
  if (reply.kind !== "view") throw new Error(JSON.stringify(reply));
  return reply.view;
};

const textOf = async (client: TestClient, uri: string): Promise<string> =>
  (await client.connection.sendRequest<{ text: string }>("ridgepoint/text", { uri })).text;

const printedUri = (uri: string): string =>
  `ridgepoint-onnx:${new URL(uri).pathname}.onnxtxt?${encodeURIComponent(uri)}`;

describe("views", () => {
  test("a model file is analysed without being opened, on the chosen targets", async () => {
    const uri = chain("view.onnx");
    const client = await startClient(folder, { settings });
    const view = viewOf(await summary(client, uri));
    expect(view.nodeCount).toBe(2);
    expect(view.targets.map(({ id }) => id)).toEqual([target]);
  });

  test("asking again computes nothing anew: the version stays", async () => {
    const uri = chain("again.onnx");
    const client = await startClient(folder, { settings });
    const first = await summary(client, uri);
    expect(await summary(client, uri)).toEqual(first);
  });

  test("a changed file is announced, and its next view is of the new contents", async () => {
    const uri = chain("changes.onnx");
    const client = await startClient(folder, { settings });
    await summary(client, uri);
    chain("changes.onnx", 5);
    await client.touch(uri);
    expect(viewOf(await summary(client, uri)).nodeCount).toBe(5);
    expect(client.changed).toEqual([uri]);
    expect([...client.refreshes].sort()).toEqual(["codeLens", "diagnostics", "inlayHint"]);
  });

  test("a batch size holds for everything that shows the model, until it is taken back", async () => {
    const uri = chain("bind.onnx");
    const client = await startClient(folder, { settings });
    const bind = (batch: number | null) =>
      client.connection.sendRequest("ridgepoint/bind", {
        uri,
        batch,
        dims: {},
        devices: null,
      });
    await bind(7);
    expect(viewOf(await summary(client, uri)).batch).toBe(7);
    expect(client.changed).toEqual([uri]);
    await bind(null);
    expect(viewOf(await summary(client, uri)).batch).toBe(1);
    await bind(-3);
    expect(viewOf(await summary(client, uri)).batch).toBe(1);
  });

  test("a language model is dealt out to devices, and a count that its heads do not allow says so", async () => {
    const file = path.join(files, "config.json");
    writeFileSync(file, JSON.stringify(llama));
    const uri = pathToFileURL(file).toString();
    const client = await startClient(folder, {
      settings: { targets: ["nvidia-h200-sxm/tensorrt-llm/fp8"] },
    });
    const alone = viewOf(await summary(client, uri));
    expect(alone.devices).toBe(1);
    const bind = (devices: number | null) =>
      client.connection.sendRequest("ridgepoint/bind", { uri, batch: null, dims: {}, devices });
    await bind(4);
    const shared = viewOf(await summary(client, uri));
    expect(shared.devices).toBe(4);
    const secondsOf = ({ targets: [first] }: SummaryView): number => first!.latency!.value;
    // A quarter of the work, and exchanges beside it.
    expect(secondsOf(shared)).toBeGreaterThan(secondsOf(alone) / 4);
    expect(secondsOf(shared)).toBeLessThan(0.8 * secondsOf(alone));
    await bind(3);
    expect(await summary(client, uri)).toMatchObject({
      kind: "failed",
      message: expect.stringContaining("3 devices cannot share evenly") as string,
    });
    await bind(null);
    expect(secondsOf(viewOf(await summary(client, uri)))).toBe(secondsOf(alone));
  });

  test("changing the chosen targets is announced and shown", async () => {
    const uri = chain("targets.onnx");
    const client = await startClient(folder, { settings });
    await summary(client, uri);
    await client.configure({ targets: ["nvidia-rtx-4090/tensorrt/fp16", target] });
    expect(viewOf(await summary(client, uri)).targets.map(({ id }) => id)).toEqual([
      "nvidia-rtx-4090/tensorrt/fp16",
      target,
    ]);
    expect(client.changed).toEqual([uri]);
  });

  test("a report is that of the command line", async () => {
    const uri = chain("report.onnx");
    const client = await startClient(folder, { settings });
    const ask = (format: string) =>
      client.connection.sendRequest<{ text: string | null }>("ridgepoint/report", { uri, format });
    const json = JSON.parse((await ask("json")).text ?? "") as Record<string, unknown>;
    expect(json).toMatchObject({ schemaVersion: 1, file: "report.onnx", kind: "onnx" });
    expect((await ask("markdown")).text).toContain("relu0");
    expect((await ask("klingon")).text).toBeNull();
  });
});

test("the picker's targets come with the chosen ones first", async () => {
  const client = await startClient(folder, { settings });
  const targets = await client.connection.sendRequest<readonly TargetInfo[]>(
    "ridgepoint/targets",
    {},
  );
  expect(targets.length).toBeGreaterThan(30);
  expect(targets[0]).toMatchObject({ id: target, isChosen: true });
  expect(targets.filter(({ isChosen }) => isChosen)).toHaveLength(1);
  expect(new Set(targets.map(({ segment }) => segment)).size).toBeGreaterThan(3);
});

describe("a model file as text", () => {
  test("its nodes have the costs of the file's nodes", async () => {
    const uri = chain("text.onnx");
    const client = await startClient(folder, { settings });
    const document = client.open(printedUri(uri), await textOf(client, uri));
    const hints = await document.hints();
    expect(hints).toHaveLength(2);
    expect(hints[0]).toMatch(/^\[relu0\] t1 = Relu \(x\) ⟦/);
    expect((await document.diagnostics()).map(({ code }) => code)).toEqual(["RP1111"]);
  });

  test("a node of a page is found in the text, and back", async () => {
    const uri = chain("locate.onnx");
    const client = await startClient(folder, { settings });
    const document = client.open(printedUri(uri), await textOf(client, uri));
    const locate = (what: object) =>
      client.connection.sendRequest("ridgepoint/locate", { uri: document.uri, ...what });
    const offset = document.text().indexOf("[relu1]");
    expect(await locate({ nodeId: 1 })).toEqual({ nodeId: 1, offset });
    expect(await locate({ nodeName: "relu1" })).toEqual({ nodeId: 1, offset });
    expect(await locate({ offset: offset + 12 })).toEqual({ nodeId: 1, offset });
    expect(await locate({ nodeId: 99 })).toBeNull();
  });

  test("between a change of the file and its new text, the old numbers are marked", async () => {
    const uri = chain("old.onnx");
    const client = await startClient(folder, { settings });
    const document = client.open(printedUri(uri), await textOf(client, uri));
    await document.hints();
    chain("old.onnx", 3);
    await client.touch(uri);
    for (const hint of await document.hints()) expect(hint).toContain("⟦was ");
    await document.replace(document.text(), await textOf(client, uri));
    const hints = await document.hints();
    expect(hints).toHaveLength(3);
    expect(hints.join()).not.toContain("was ");
  });
});

describe("files that are not what they should be", () => {
  const cases: readonly (readonly [string, () => string])[] = [
    [
      "random bytes",
      () =>
        write("random.onnx", Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) & 255))),
    ],
    ["an empty file", () => write("empty.onnx", "")],
    [
      "a cut file",
      () => write("cut.onnx", Buffer.from([0x08, 0x08, 0x3a, 0xff, 0xff, 0xff, 0xff, 0x07])),
    ],
    ["a file that is not there", () => path.join(files, "absent.onnx")],
    ["a folder", () => files],
    [
      "a link to itself",
      () => {
        const link = path.join(files, "loop.onnx");
        symlinkSync(link, link);
        return link;
      },
    ],
  ];
  const write = (name: string, bytes: string | Buffer): string => {
    writeFileSync(path.join(files, name), bytes);
    return path.join(files, name);
  };

  test.each(cases)("%s ends in a sentence, and other files stay analysed", async (_, make) => {
    const good = chain("good.onnx");
    const client = await startClient(folder, { settings });
    await summary(client, good);
    const bad = pathToFileURL(make()).toString();
    const reply = await summary(client, bad);
    if (reply.kind === "failed") expect(reply.message).toMatch(/\.$/);
    else expect(viewOf(reply).problemCounts.error).toBeGreaterThan(0);
    expect(await textOf(client, bad)).not.toBe("");
    expect(viewOf(await summary(client, good)).nodeCount).toBe(2);
    expect(client.log.filter((line) => line.includes("    at "))).toEqual([]);
  });

  test("wrong parameters of a view are answered, not thrown", async () => {
    const uri = chain("wrong.onnx");
    const client = await startClient(folder, { settings });
    const reply = await client.connection.sendRequest("ridgepoint/view", {
      uri,
      view: "toString",
      params: {},
    });
    expect(reply).toMatchObject({ kind: "failed" });
    const remote = await client.connection.sendRequest("ridgepoint/view", {
      uri: "https://example.org/a.onnx",
      view: "summary",
      params: {},
    });
    expect(remote).toEqual({
      kind: "failed",
      message: "Only files on this machine can be analysed.",
    });
  });
});

test("a file that takes too long is reported, the server survives, and others are analysed", async () => {
  const slow = chain("slow.onnx", 20_000);
  const good = chain("quick.onnx");
  const client = await startClient(folder, {
    settings,
    initializationOptions: { limits: { jobSeconds: 0.1 } },
  });
  expect(await summary(client, slow)).toEqual({
    kind: "failed",
    message: "The analysis took longer than 0.1 s and was stopped.",
  });
  const reply = await summary(client, good, true);
  // On a busy machine even this may take longer; then that is what is said.
  expect(reply.kind === "view" || reply.kind === "failed").toBe(true);
});

test("a long analysis shows progress; cancelling it is said to the page, and retrying works", async () => {
  const uri = chain("long.onnx", 20_000);
  const client = await startClient(folder, {
    settings,
    initializationOptions: { limits: { slowMilliseconds: 5 } },
  });
  client.cancelNextProgress();
  expect(await summary(client, uri)).toEqual({ kind: "cancelled" });
  expect(client.progress).toEqual(["analysing long.onnx"]);
  expect(await summary(client, uri)).toEqual({ kind: "cancelled" });
  expect(viewOf(await summary(client, uri, true)).nodeCount).toBe(20_000);
});

test("many documents are answered side by side", async () => {
  const client = await startClient(folder, { settings });
  const text = (rows: number): string =>
    `<ir_version: 10, opset_import: ["" : 21]>\ng (float[${rows},8] x) => (float[${rows},8] y)\n{\n  y = Relu (x)\n}\n`;
  const documents = Array.from({ length: 100 }, (_, index) =>
    client.open(`file:///many/${index}.onnxtxt`, text(index + 1)),
  );
  await client.configure({ ...settings, "hints.latency": false, "hints.shape": true });
  const hints = await Promise.all(documents.map((document) => document.hints()));
  expect(hints.map(([hint]) => hint)).toEqual(
    documents.map((_, index) => `y = Relu (x) ⟦${index + 1}×8⟧`),
  );
});

test("a file with the same name and contents is not read again when only its time changes back", async () => {
  const uri = chain("time.onnx");
  const client = await startClient(folder, { settings });
  const first = await summary(client, uri);
  const file = new URL(uri).pathname;
  copyFileSync(file, `${file}.copy`);
  utimesSync(file, new Date(1_000_000), new Date(1_000_000));
  await client.touch(uri);
  const second = await summary(client, uri);
  expect(viewOf(second)).toEqual(viewOf(first));
});
