import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, expect, test } from "vitest";
import {
  type CodeAction,
  CodeActionRequest,
  DocumentSymbolRequest,
  HoverRequest,
} from "vscode-languageserver-protocol/node";
import { buildServer } from "../kit/build-server.js";
import { root } from "../kit/cli.js";
import { startClient } from "../kit/lsp-client.js";

let folder = "";
beforeAll(async () => {
  folder = await buildServer();
}, 60_000);

const file = path.join(root, "examples/triton/matmul.py");
const targets = ["nvidia-h100-sxm/pytorch-eager/fp16", "nvidia-rtx-4090/tensorrt/fp16"];

async function open() {
  const client = await startClient(folder, {
    settings: { targets },
    folders: [path.dirname(file)],
  });
  const uri = pathToFileURL(file).toString();
  return { client, uri, document: client.open(uri, readFileSync(file, "utf8"), "python") };
}

const slow = { timeout: 60_000 };

test(
  "lines and configurations of a kernel have their price, its lens the devices",
  slow,
  async () => {
    const { document } = await open();
    const hints = await document.hints();
    const label = (what: string): string | undefined =>
      /⟦(.*)⟧/.exec(hints.find((hint) => hint.includes(what)) ?? "")?.[1];
    expect(label('"TILE_N": 256, "TILE_K": 64')).toMatch(/^\d+ µs · best$/);
    expect(label('"TILE_N": 128, "TILE_K": 128')).toBe("does not fit");
    expect(label('"TILE_M": 64')).toMatch(/^\d+ µs · [+\d.]+( %|×)$/);
    expect(label("sums = tl.dot")).toMatch(/^\d+ µs · \d+ %$/);
    for (const { label: text } of await document.rawHints())
      expect(text.length).toBeLessThanOrEqual(20);
    expect(await document.lensTitles()).toEqual([
      expect.stringMatching(
        /^H100 SXM \d+ µs ~ · \d+ % ~? ?occupancy \(.*\) · L2-bound · \d+ FLOP\/B · RTX 4090 [\d.]+ (µs|ms)( ~)? · best of 5$/,
      ),
    ]);
  },
);

test("the outline of a file with kernels alone lists them", slow, async () => {
  const { client, uri } = await open();
  const symbols = await client.connection.sendRequest(DocumentSymbolRequest.type, {
    textDocument: { uri },
  });
  expect((symbols ?? []).map(({ name }) => name)).toEqual(["product"]);
});

test("an edit is answered for; what does not fit is told and mended", slow, async () => {
  const { client, uri, document } = await open();
  const before = await document.diagnostics();
  expect(before.map(({ code, range }) => [code, range.start.line])).toEqual([
    ["RP5603", 12],
    ["RP5641", 13],
  ]);
  const position = document.position('"TILE_N": 128, "TILE_K": 128');
  const actions = (await client.connection.sendRequest(CodeActionRequest.type, {
    textDocument: { uri },
    range: { start: position, end: position },
    context: { diagnostics: [] },
  })) as readonly CodeAction[];
  expect(actions.map(({ title }) => title)).toEqual(["Take num_stages=2, which fits them all"]);
  await document.replace("num_warps=8, num_stages=4", "num_warps=8, num_stages=2");
  expect((await document.diagnostics()).map(({ code }) => code)).toEqual(["RP5641"]);
});

test("hovers say what a line moves and what a kernel rests on", slow, async () => {
  const { client, uri, document } = await open();
  const hoverAt = async (what: string, shift = 0): Promise<string> => {
    const hover = await client.connection.sendRequest(HoverRequest.type, {
      textDocument: { uri },
      position: document.position(what, shift),
    });
    const contents = hover?.contents;
    return typeof contents === "object" && "value" in contents ? contents.value : "";
  };
  expect(await hoverAt("one = tl.load")).toContain("reads `a`");
  const kernel = await hoverAt("product(", 2);
  expect(kernel).toContain("| H100 SXM |");
  expect(kernel).toContain("`M=4096` pin");
  expect(await hoverAt('triton.Config({"TILE_M": 128, "TILE_N": 128, "TILE_K": 128')).toContain(
    "262,144 of 232,448 B",
  );
});
