import { beforeAll, describe, expect, test } from "vitest";
import { buildServer } from "../kit/build-server.js";
import type { WhatIf } from "../../server/core/what-if/what-if.js";
import { startClient, type TestDocument } from "../kit/lsp-client.js";

let folder = "";
beforeAll(async () => {
  folder = await buildServer();
});

const target = "raspberry-pi-5/onnxruntime/fp32";
const uri = "file:///nowhere/tiny.onnxtxt";
const tiny = `<ir_version: 10, opset_import: ["" : 21]>
tiny (float[1,64,56,56] x, float[256,64,3,3] w) => (float[1,256,56,56] y)
{
  [conv1] c = Conv <pads = [1, 1, 1, 1]> (x, w)
  r = Relu (c)
  y = Sigmoid (r)
}
`;

async function openTiny(settings: Record<string, unknown> = {}) {
  const client = await startClient(folder, { settings: { targets: [target], ...settings } });
  return { client, document: client.open(uri, tiny) };
}

describe("inlay hints", () => {
  test("a node's hint stands at the end of its line and has at most 20 characters", async () => {
    const { document } = await openTiny();
    const hints = await document.hints();
    expect(hints[0]).toMatch(/^\[conv1\] c = Conv .*\(x, w\) ⟦[\d.]+ (µs|ms)( ~)? · [\d.]+ %⟧$/);
    expect(hints[1]).toBe("r = Relu (c) ⟦fused⟧");
    for (const { label } of await document.rawHints()) expect(label.length).toBeLessThanOrEqual(20);
  });

  test("only nodes of the asked range have hints", async () => {
    const { document } = await openTiny();
    const line = document.position("y = Sigmoid").line;
    const range = { start: { line, character: 0 }, end: { line: line + 1, character: 0 } };
    expect(await document.hints(range)).toHaveLength(1);
  });

  test("shape takes the place of the share, and stands alone without latency", async () => {
    const { client, document } = await openTiny({ "hints.shape": true });
    expect((await document.hints())[0]).toMatch(/⟦[\d.]+ (µs|ms)( ~)?( · 1×256×56×56)?⟧$/);
    await client.configure({ targets: [target], "hints.shape": true, "hints.latency": false });
    expect(await document.hints()).toEqual([
      "[conv1] c = Conv <pads = [1, 1, 1, 1]> (x, w) ⟦1×256×56×56⟧",
      "r = Relu (c) ⟦1×256×56×56⟧",
      "y = Sigmoid (r) ⟦1×256×56×56⟧",
    ]);
  });

  test("the master switch and the switch of the kind turn them off", async () => {
    const { client, document } = await openTiny({ "hints.latency": false });
    expect(await document.hints()).toEqual([]);
    await client.configure({ targets: [target], enable: false });
    expect(await document.hints()).toEqual([]);
    expect(await document.lenses()).toEqual([]);
    expect(await document.diagnostics()).toEqual([]);
    await client.configure({ targets: [target] });
    expect(await document.hints()).toHaveLength(3);
  });

  test("an operator that is not known says ? and why", async () => {
    const client = await startClient(folder, { settings: { targets: [target] } });
    const document = client.open(uri, tiny.replace("Sigmoid", "my.domain.Odd"));
    const hints = await document.rawHints();
    expect(hints[2]?.label).toBe("?");
    expect(JSON.stringify(hints[2]?.tooltip)).toContain("Not known");
  });

  test("an edit gives numbers of the new text", async () => {
    const { document } = await openTiny({ "hints.shape": true, "hints.latency": false });
    await document.hints();
    await document.replace("pads = [1, 1, 1, 1]", "pads = [0, 0, 0, 0]");
    await document.replace("y)\n", "z)\n");
    await document.replace("y = Sigmoid", "z = Sigmoid");
    await document.replace("float[1,256,56,56] z", "float[1,256,54,54] z");
    expect((await document.hints())[0]).toContain("⟦1×256×54×54⟧");
  });
});

describe("while the text has an error", () => {
  test("the last numbers stay where their lines went, marked as what was", async () => {
    const { document } = await openTiny();
    const before = await document.hints();
    await document.replace("r = Relu (c)", "q = \n  r = Relu (c)");
    const during = await document.hints();
    expect(during[0]).toBe(before[0]!.replace("⟦", "⟦was ").replace(/ · [^⟧]*⟧|⟧/, (end) => end));
    expect(during.at(-1)).toMatch(/^y = Sigmoid \(r\) ⟦was /);
    expect(await document.lens()).toMatch(/^was 3 nodes · /);
    const diagnostics = await document.diagnostics();
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(diagnostics.every((diagnostic) => diagnostic.code?.toString().startsWith("RP10"))).toBe(
      true,
    );
  });

  test("repairing it gives fresh numbers", async () => {
    const { document } = await openTiny();
    const before = await document.hints();
    await document.replace("(r)\n", "(r\n");
    await document.hints();
    await document.replace("(r\n", "(r)\n");
    expect(await document.hints()).toEqual(before);
    expect(await document.diagnostics()).toEqual([]);
  });

  test("a text that never could be read has no numbers, and its lens says why", async () => {
    const client = await startClient(folder);
    const document = client.open(uri, "this is not a model");
    expect(await document.hints()).toEqual([]);
    expect(await document.lens()).toBe("No totals: the text has errors");
    expect(await document.diagnostics()).not.toEqual([]);
  });
});

describe("the lens", () => {
  test("there is exactly one, before and after the numbers, at the graph's name", async () => {
    const { document } = await openTiny();
    const lenses = await document.lenses();
    expect(lenses).toHaveLength(1);
    expect(lenses[0]?.range.start).toEqual({ line: 1, character: 0 });
    expect(lenses[0]?.command).toBeUndefined();
    // 1·256·56·56 outputs × 64·3·3 inputs each = 462,422,016 MACs.
    expect(await document.lens()).toMatch(
      /^3 nodes · 0 params · 462 MMAC · Raspberry Pi 5 [\d.]+ ms( ~)?$/,
    );
    await document.replace("{", "{ broken");
    expect(await document.lenses()).toHaveLength(1);
  });
});

describe("what if", () => {
  const ask = async (what: string, changes: readonly { from: number; to: number }[]) => {
    const { client, document } = await openTiny();
    await document.hints();
    return await client.connection.sendRequest<WhatIf | null>("ridgepoint/whatIf", {
      uri,
      offset: tiny.indexOf(what),
      changes,
    });
  };

  test("a line's operator with other sizes has another cost on the chosen target", async () => {
    const answer = await ask("[conv1]", [{ from: 256, to: 512 }]);
    expect(answer).toMatchObject({
      text: "Conv(float32[1,64,56,56], float32[256,64,3,3])",
      changedText: "Conv(float32[1,64,56,56], float32[512,64,3,3])",
      callCount: 1,
      macs: { before: 462_422_016, after: 924_844_032 },
      reason: "",
    });
    const [{ id, before, after } = { id: "", before: null, after: null }] = answer!.targets;
    expect(id).toBe(target);
    expect(after!.value / before!.value).toBeGreaterThan(1.5);
    expect(before!.low).toBeLessThan(before!.value);
  });

  test("a line without an operator says so; wrong questions have no answer", async () => {
    expect((await ask("tiny (float", []))?.reason).toContain("No operator runs here");
    expect(await ask("[conv1]", [{ from: 256, to: -1 }])).toBeNull();
  });
});

describe("hovers", () => {
  const hoverAt = async (document: TestDocument, client: Client, what: string): Promise<string> => {
    const hover = await client.connection.sendRequest("textDocument/hover", {
      textDocument: { uri: document.uri },
      position: document.position(what),
    });
    return (hover as { contents: { value: string } } | null)?.contents.value ?? "";
  };
  type Client = Awaited<ReturnType<typeof startClient>>;

  test("an operator shows attributes, shapes and a row per target", async () => {
    const client = await startClient(folder, {
      settings: { targets: [target, "nvidia-rtx-4090/tensorrt/fp16"] },
    });
    const document = client.open(uri, tiny);
    const text = await hoverAt(document, client, "Conv <");
    expect(text).toContain("**Conv** `conv1` · 462 MMAC");
    expect(text).toContain("pads `[1, 1, 1, 1]`");
    expect(text).toContain(
      "in `float32[1,64,56,56]`, `float32[256,64,3,3]` → out `float32[1,256,56,56]`",
    );
    expect(text).toMatch(/\| Raspberry Pi 5 [^|]*\| [\d.]+ ms( ~)? \([^)]+\) \| compute \|/);
    expect(text).toMatch(/\| RTX 4090 [^|]*\| [^|]+ \| [^|]+ \| [^|]+ \| roofline \|/);
    expect(text).toMatch(/\| \[calibrated\]\(file:[^)]*\/accuracy\.md#L\d+\) \|/);
    expect(text).toMatch(/\nMedian error: .* %\. \[How it was measured\]\(file:/);
  });

  test("a tensor shows its type, bytes and who makes and reads it", async () => {
    const { client, document } = await openTiny();
    expect(await hoverAt(document, client, "r)")).toBe(
      "`r` `float32[1,256,56,56]`\n\n3.06 MiB · activation · made by `Relu #1` · read by 1 node",
    );
  });

  test("names from the file cannot inject markup", async () => {
    const client = await startClient(folder, { settings: { targets: [target] } });
    const evil = '"`](command:x) <b>|"';
    const document = client.open(uri, tiny.replace(/\bc\b/g, evil).replace("[conv1]", `[${evil}]`));
    const text = await hoverAt(document, client, "Conv <");
    expect(text.split("\n")[0]).toMatch(/^\*\*Conv\*\* ``.*`` ·/);
  });

  test("the switch turns them off", async () => {
    const { client, document } = await openTiny({ hover: false });
    expect(await hoverAt(document, client, "Conv <")).toBe("");
  });
});

describe("navigation", () => {
  async function places(method: string, what: string, extra: object = {}): Promise<string[]> {
    const { client, document } = await openTiny();
    const answer = await client.connection.sendRequest(method, {
      textDocument: { uri },
      position: document.position(what),
      ...extra,
    });
    return (answer as { range: { start: { line: number; character: number } } }[]).map(
      ({ range: { start } }) => `${start.line}:${start.character}`,
    );
  }

  test("go to definition leads to the node that makes a tensor", async () => {
    expect(await places("textDocument/definition", "c)")).toEqual(["3:10"]);
  });

  test("references are all uses, with the declaration when asked for", async () => {
    const context = { includeDeclaration: true };
    expect(await places("textDocument/references", "y = ", { context })).toEqual(["1:71", "5:2"]);
    expect(
      await places("textDocument/references", "r)", { context: { includeDeclaration: false } }),
    ).toEqual(["5:15"]);
  });

  test("highlights mark the places of the tensor under the cursor", async () => {
    expect(await places("textDocument/documentHighlight", "r = ")).toEqual(["4:2", "5:15"]);
  });

  test("the outline lists graph, inputs and nodes, and bodies fold", async () => {
    const { client } = await openTiny();
    const symbols = await client.connection.sendRequest<
      { name: string; detail: string; children: { name: string; detail: string }[] }[]
    >("textDocument/documentSymbol", { textDocument: { uri } });
    expect(symbols.map(({ name, detail }) => `${name} (${detail})`)).toEqual(["tiny (3 nodes)"]);
    expect(symbols[0]?.children.map(({ name, detail }) => `${name} (${detail})`)).toEqual([
      "x (input)",
      "w (input)",
      "conv1 (Conv)",
      "r (Relu)",
      "y (Sigmoid)",
    ]);
    const folds = await client.connection.sendRequest("textDocument/foldingRange", {
      textDocument: { uri },
    });
    expect(folds).toEqual([{ startLine: 2, endLine: 5 }]);
  });
});

describe("diagnostics", () => {
  test("a wrong shape is reported on its line with code and source", async () => {
    const client = await startClient(folder, { settings: { targets: [target] } });
    const document = client.open(uri, tiny.replace("float[256,64,3,3] w", "float[256,63,3,3] w"));
    const found = (await document.diagnostics()).find(({ code }) => code === "RP1102");
    expect(found).toMatchObject({ source: "ridgepoint", severity: 1 });
    expect(found?.range.start.line).toBe(3);
  });

  test("an unchanged text is answered as unchanged", async () => {
    const { client } = await openTiny();
    const ask = (previousResultId?: string) =>
      client.connection.sendRequest<{ kind: string; resultId: string }>("textDocument/diagnostic", {
        textDocument: { uri },
        ...(previousResultId && { previousResultId }),
      });
    const first = await ask();
    expect(first.kind).toBe("full");
    expect((await ask(first.resultId)).kind).toBe("unchanged");
  });

  test("a target that is not known is named, and the others are used", async () => {
    const client = await startClient(folder, {
      settings: { targets: ["raspberry-pi-6/x/y", target] },
    });
    const document = client.open(uri, tiny);
    expect((await document.diagnostics()).map(({ code }) => code)).toContain("RP2010");
    expect(await document.hints()).toHaveLength(3);
  });
});

test("a setting of the wrong kind is reported once and its default used", async () => {
  const { client, document } = await openTiny({ codeLens: "yes" });
  expect(await document.lenses()).toHaveLength(1);
  client.open("file:///nowhere/other.onnxtxt", tiny);
  await document.hints();
  expect(client.shown).toEqual([
    "Setting `ridgepoint.codeLens` has a value of the wrong kind; its default is used.",
  ]);
});

test("a client without any optional capability is served", async () => {
  const client = await startClient(folder, {
    isPlain: true,
    initializationOptions: { settings: { targets: [target] } },
  });
  const document = client.open("untitled:Untitled-1", tiny);
  expect(await document.hints()).toHaveLength(3);
  expect(await document.lens()).toContain("Raspberry Pi 5");
  await client.configure({ targets: [target], codeLens: false });
  expect(await document.lenses()).toEqual([]);
});
