// From an edit in a Python file to its new hints, through the language server as an editor speaks to it.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import {
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializeRequest,
  InitializedNotification,
  InlayHintRequest,
  type ProtocolConnection,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  createProtocolConnection,
} from "vscode-languageserver-protocol/node";
import { type Figure, printTable } from "./print-table.js";

const folder = path.resolve("examples/python");
const file = path.join(folder, "resnet.py");
const textDocument = { uri: pathToFileURL(file).toString() };
const editCount = 30;
/** Edits before those that count: the bound is of a server that is warm, not of one that compiles itself. */
const warmUpCount = 10;

// 500 lines, as a file of that size has them: the rest is code that the model does not use.
const source = readFileSync(file, "utf8");
const filler = Array.from(
  { length: Math.max(0, 500 - source.split("\n").length) },
  (_, index) => `unused_${index} = ${index}\n`,
).join("");
const text = source + filler;
const edited = text.indexOf("kernel_size=7");

const server = spawn(process.execPath, ["dist/server.cjs", "--stdio"], {
  stdio: ["pipe", "pipe", "inherit"],
});
const connection = createProtocolConnection(
  new StreamMessageReader(server.stdout),
  new StreamMessageWriter(server.stdin),
);
connection.listen();
await connection.sendRequest(InitializeRequest.type, {
  processId: process.pid,
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the protocol still demands it
  rootUri: null,
  workspaceFolders: [{ uri: pathToFileURL(folder).toString(), name: "python" }],
  capabilities: {},
  initializationOptions: {
    settings: { targets: ["nvidia-rtx-4090/pytorch-2.9-eager-nchw/fp32"] },
  },
});
await connection.sendNotification(InitializedNotification.type, {});

const begin = performance.now();
await connection.sendNotification(DidOpenTextDocumentNotification.type, {
  textDocument: { ...textDocument, languageId: "python", version: 1, text },
});
const firstCount = await hintCount(connection);
const cold = performance.now() - begin;
const milliseconds: number[] = [];
for (let index = 0; index < warmUpCount + editCount; index += 1) {
  // Someone who types looks at what came of it before the next key; each edit gives another model.
  await new Promise((resolve) => setTimeout(resolve, 400));
  const start = performance.now();
  const from = positionOf(edited + "kernel_size=".length);
  await connection.sendNotification(DidChangeTextDocumentNotification.type, {
    textDocument: { ...textDocument, version: index + 2 },
    contentChanges: [
      {
        range: { start: from, end: { ...from, character: from.character + 1 } },
        text: String(3 + 2 * ((index + 1) % 3)),
      },
    ],
  });
  await hintCount(connection);
  if (index >= warmUpCount) milliseconds.push(performance.now() - start);
}
milliseconds.sort((a, b) => a - b);
const at = (share: number): number =>
  (milliseconds[Math.min(editCount - 1, Math.ceil(share * editCount) - 1)] ?? 0) / 1000;
const figures: Figure[] = [
  { name: "hints of the file", value: firstCount, unit: "" },
  { name: "opened to first hints, nothing started", value: cold / 1000, unit: "s", bound: 2.5 },
  { name: `edit to new hints, median of ${editCount}`, value: at(0.5), unit: "s" },
  { name: "edit to new hints, p95", value: at(0.95), unit: "s", bound: 0.1 },
];
printTable(figures);
await connection.sendRequest(ShutdownRequest.type);
await connection.sendNotification(ExitNotification.type);

async function hintCount(from: ProtocolConnection): Promise<number> {
  const range = { start: { line: 0, character: 0 }, end: { line: 10_000, character: 0 } };
  const hints = await from.sendRequest(InlayHintRequest.type, { textDocument, range });
  if (hints === null || hints.length === 0) throw new Error("there are no hints");
  return hints.length;
}

function positionOf(offset: number): { line: number; character: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length - 1, character: before[before.length - 1]?.length ?? 0 };
}
