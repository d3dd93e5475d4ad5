import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CodeAction,
  CodeActionRequest,
  DidChangeTextDocumentNotification,
  type DocumentSymbol,
  DocumentSymbolRequest,
  HoverRequest,
} from "vscode-languageserver-protocol/node";
import { buildServer } from "../kit/build-server.js";
import type { WhatIf } from "../../server/core/what-if/what-if.js";
import { startClient } from "../kit/lsp-client.js";

let folder = "";
beforeAll(async () => {
  folder = await buildServer({ hasPython: true });
}, 60_000);

const work = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-models-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const target = "nvidia-rtx-4090/pytorch-2.9-eager-nchw/fp32";
const net = `import torch
from torch import nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1)
        self.norm = nn.BatchNorm2d(width)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)) + x)


class Net(nn.Module):
    def __init__(self, depth=2):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, stride=2)
        self.blocks = nn.Sequential(*[Block(16) for _ in range(depth)])
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.blocks(self.stem(x))
        return self.head(x.mean((2, 3)))
`;

async function open(text: string, settings: Record<string, unknown> = {}, name = "net.py") {
  const { seconds = 20, ...rest } = settings;
  const file = path.join(work, name);
  writeFileSync(file, text);
  const client = await startClient(folder, {
    settings: { targets: [target], ...rest },
    folders: [work],
    initializationOptions: { limits: { pythonSeconds: seconds } },
  });
  return { client, file, document: client.open(pathToFileURL(file).toString(), text, "python") };
}

const textOf = (message: string | { readonly value: string }): string =>
  typeof message === "string" ? message : message.value;

const slow = { timeout: 60_000 };

describe("hints", slow, () => {
  test("stand where layers are made and where operators are called, as sums", async () => {
    const { document } = await open(net);
    const hints = (await document.hints()).map((hint) =>
      hint.replace(/[\d.]+ (ns|µs|ms)( ~)?/, "TIME").replace(/[\d.]+ %/, "SHARE"),
    );
    expect(hints).toEqual([
      "self.conv = nn.Conv2d(width, width, 3, padding=1) ⟦TIME · SHARE⟧",
      "self.norm = nn.BatchNorm2d(width) ⟦TIME · SHARE⟧",
      "return F.relu(self.norm(self.conv(x)) + x) ⟦TIME · SHARE⟧",
      "self.stem = nn.Conv2d(3, 16, 3, stride=2) ⟦TIME · SHARE⟧",
      "self.blocks = nn.Sequential(*[Block(16) for _ in range(depth)]) ⟦TIME · SHARE⟧",
      "self.head = nn.Linear(16, 10) ⟦TIME · SHARE⟧",
      "x = self.blocks(self.stem(x)) ⟦TIME · SHARE⟧",
      "return self.head(x.mean((2, 3))) ⟦TIME · SHARE⟧",
    ]);
    for (const { label } of await document.rawHints()) expect(label.length).toBeLessThanOrEqual(20);
  });

  test("a line's layers, all instances of them, cost something else with other sizes", async () => {
    const { client, document, file } = await open(net);
    await document.hints();
    const ask = async (what: string, to: number) =>
      await client.connection.sendRequest<WhatIf | null>("ridgepoint/whatIf", {
        uri: pathToFileURL(file).toString(),
        offset: net.indexOf(what),
        changes: [{ from: 16, to }],
      });
    const conv = await ask("self.conv = nn.Conv2d", 32);
    expect(conv).toMatchObject({ callCount: 2, reason: "" });
    expect(conv!.macs.after).toBe(4 * conv!.macs.before!);
    expect(conv!.targets[0]!.after!.value).toBeGreaterThan(conv!.targets[0]!.before!.value);
    const head = await ask("self.head = nn.Linear", 64);
    expect(head).toMatchObject({ callCount: 1, macs: { before: 160, after: 640 } });
  });

  test("follow an edit, and an undo", async () => {
    const { document } = await open(net, { "hints.shape": true, "hints.latency": false });
    const line = "self.stem = nn.Conv2d(3, 16, 3, stride=2)";
    const hintOf = async () =>
      (await document.hints()).find((hint) => hint.includes("self.stem ="));
    expect(await hintOf()).toBe(`${line} ⟦1×16×15×15⟧`);
    await document.replace("stride=2)", "stride=4)");
    expect(await hintOf()).toBe("self.stem = nn.Conv2d(3, 16, 3, stride=4) ⟦1×16×8×8⟧");
    await document.replace("stride=4)", "stride=2)");
    expect(await hintOf()).toBe(`${line} ⟦1×16×15×15⟧`);
  });

  test("of several edits in a row only the last is answered for", async () => {
    const { document } = await open(net, { "hints.shape": true, "hints.latency": false });
    await document.hints();
    for (const [from, to] of [
      ["stride=2)", "stride=3)"],
      ["stride=3)", "stride=4)"],
      ["stride=4)", "stride=5)"],
    ] as const) {
      await document.replace(from, to);
      document.hints().catch(() => undefined);
    }
    const hints = await document.hints();
    expect(hints.find((hint) => hint.includes("self.stem ="))).toContain("⟦1×16×6×6⟧");
  });

  test("a syntax error keeps the last numbers, marked, where their lines went", async () => {
    const { document } = await open(net);
    const before = await document.hints();
    await document.replace("import torch\n", "import torch\n\n\n");
    await document.replace("self.head = nn.Linear(16, 10)", "self.head = nn.Linear(16,");
    const hints = await document.hints();
    expect(hints.length).toBeGreaterThanOrEqual(before.length - 2);
    for (const hint of hints) expect(hint).toContain("⟦was ");
    expect(await document.lensTitles()).toEqual([
      expect.stringMatching(/^was 2× in Net/),
      expect.stringMatching(/^was 5\.32 k params/),
    ]);
    const problems = await document.diagnostics();
    expect(problems.map(({ code, range }) => [code, range.start.line])).toEqual([
      ["RP1501", document.position("self.head = ").line],
    ]);
    await document.replace("nn.Linear(16,", "nn.Linear(16, 10)");
    expect(await document.hints()).toEqual(before);
  });

  test("a file that imports no torch is not run and shows nothing", async () => {
    const { client, document } = await open("class Net(Module):\n    pass\n", {}, "plain.py");
    expect(await document.hints()).toEqual([]);
    expect(await document.lensTitles()).toEqual([]);
    expect(await document.diagnostics()).toEqual([]);
    expect(client.log).toEqual([]);
  });

  test("a file of torch without a model shows nothing", async () => {
    const { document } = await open("import torch\n\nx = torch.zeros(3)\n", {}, "script.py");
    expect(await document.hints()).toEqual([]);
    expect(await document.lensTitles()).toEqual([]);
    expect(await document.diagnostics()).toEqual([]);
  });

  test("the switch for Python turns all of it off", async () => {
    const { document } = await open(net, { "python.enable": false });
    expect(await document.hints()).toEqual([]);
    expect(await document.lensTitles()).toEqual([]);
  });
});

describe("lenses", slow, () => {
  test("stand on every model class, with totals, or the part that a class has in another", async () => {
    const { document } = await open(net);
    // Two convolutions of 16·16·9 + 16, two norms of 2·16; all: 3·16·9 + 16 and 16·10 + 10 more.
    expect(await document.lensTitles()).toEqual([
      expect.stringMatching(/^2× in Net · 4\.7 k params · 1\.04 MMAC · RTX 4090 .* · .* %$/),
      expect.stringMatching(/^5\.32 k params · 1\.13 MMAC · RTX 4090 .* · peak .* · fits$/),
    ]);
    const lenses = await document.lenses();
    expect(lenses.map(({ range }) => range.start)).toEqual([
      document.position("Block(nn"),
      document.position("Net(nn"),
    ]);
  });

  test("one stands on each pinned configuration", async () => {
    const pinned = net.replace(
      "class Net",
      "# ridgepoint: input=float32[1,3,64,64]\n# ridgepoint: input=float32[8,3,64,64]; entry=Net(4)\nclass Net",
    );
    const { client, document } = await open(pinned);
    const first = await document.lensTitles();
    expect(first).toHaveLength(3);
    expect(first[1]).toMatch(/^5\.32 k params/);
    expect(first[2]).toMatch(/^10 k params/);
    expect(client.log).toEqual([]);
  });
});

describe("hovers, problems and actions", slow, () => {
  const hoverOf = async (
    { client, document }: Awaited<ReturnType<typeof open>>,
    what: string,
  ): Promise<string> => {
    const hover = await client.connection.sendRequest(HoverRequest.type, {
      textDocument: { uri: document.uri },
      position: document.position(what, 2),
    });
    const { contents } = hover ?? { contents: "" };
    return typeof contents === "object" && "value" in contents ? contents.value : "";
  };

  test("a layer says what it is, its shapes, its instances, every target, and where the inputs come from", async () => {
    const opened = await open(net);
    const layer = await hoverOf(opened, "nn.Conv2d(width");
    // 16·16·3·3 multiplications at each of 15 × 15 places, in two blocks.
    expect(layer).toContain(
      "**Conv2d 16→16 k3** · 4.64 k params · 1.04 MMAC · 2 calls in 2 instances",
    );
    expect(layer).toContain("in `float32[1,16,15,15]` → out `float32[1,16,15,15]`");
    expect(layer).toMatch(
      /\| RTX 4090 .* \| [\d.]+ µs ~ \(.*\) \| \w+.* \| [\d.]+ % \| roofline \|/,
    );
    // An instance leads to the line of the model that makes it, not to the one that all of them share.
    const line = opened.document.position("self.blocks = ").line + 1;
    expect(layer).toContain(`- [\`blocks.1.conv\`](${opened.document.uri}#L${line}) `);
    expect(layer).toContain(
      "input from the first layer Conv2d\\(3, 16\\): `x: float32[1,3,32,32]`",
    );
    expect(await hoverOf(opened, "F.relu")).toContain("**relu** · 2 calls in 2 instances");
    expect(await hoverOf(opened, "import torch")).toBe("");
  });

  test("a pin compares itself with the model's other pins", async () => {
    const pinned = net.replace(
      "class Net",
      "# ridgepoint: input=float32[1,3,64,64]\n# ridgepoint: input=float32[8,3,64,64]; entry=Net(4)\nclass Net",
    );
    const opened = await open(pinned);
    // The models beside the main one are run when the file has been quiet.
    await opened.document.lensTitles();
    const table = (await hoverOf(opened, "ridgepoint: input=float32[8")).split("\n");
    expect(table[0]).toMatch(/^\| Net \| params \| MAC \| RTX 4090/);
    expect(table.slice(2).map((row) => row.split(" | ").slice(0, 2).join(" | "))).toEqual([
      "| `input=float32[1,3,64,64]` | 5.32 k",
      "| **→** `input=float32[8,3,64,64]; entry=Net(4)` | 10 k",
    ]);
  });

  test("a shape that does not fit is marked on the user's line, in torch's words", async () => {
    const { document } = await open(net.replace("nn.Linear(16, 10)", "nn.Linear(32, 10)"));
    const problems = await document.diagnostics();
    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      ["RP1102", "mat1 and mat2 shapes cannot be multiplied (1x16 and 32x10)."],
    ]);
    expect(problems[0]!.range.start).toEqual(document.position("self.head(x.mean"));
  });

  test("an endless loop is ended on its line, and the next version runs", async () => {
    const { document } = await open(`${net}\n\nwhile True:\n    pass\n`, {
      seconds: 1,
    });
    const problems = await document.diagnostics();
    expect(problems.map(({ code }) => code)).toEqual(["RP1581"]);
    expect(problems[0]!.range.start.line).toBeGreaterThanOrEqual(
      document.position("while True").line,
    );
    await document.replace("while True", "while False");
    // What it says of the model then, that its residuals could be folded, is no fault.
    expect((await document.diagnostics()).map(({ code }) => code)).toEqual(["RP2105"]);
    expect((await document.hints()).length).toBeGreaterThan(5);
  });

  test("an action writes the pin above the class", async () => {
    const { client, document } = await open(net);
    const at = document.position("Net(nn");
    const actions = await client.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri: document.uri },
      range: { start: at, end: at },
      context: { diagnostics: [] },
    });
    const [action] = (actions ?? []) as CodeAction[];
    expect(action?.edit?.changes?.[document.uri]).toEqual([
      {
        range: { start: { line: at.line, character: 0 }, end: { line: at.line, character: 0 } },
        newText: "# ridgepoint: input=float32[1,3,32,32]\n",
      },
    ]);
  });

  const actionsAt = async (
    { client, document }: Awaited<ReturnType<typeof open>>,
    what: string,
  ): Promise<readonly CodeAction[]> => {
    const at = document.position(what);
    const actions = await client.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri: document.uri },
      range: { start: at, end: at },
      context: { diagnostics: [] },
    });
    return (actions ?? []) as CodeAction[];
  };

  test("channels that do not fill the target's tiles are priced, and can be changed where that is safe", async () => {
    const wide = `import torch
from torch import nn


class Wide(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 30, 3, padding=1)
        self.norm = nn.BatchNorm2d(30)
        self.second = nn.Conv2d(30, 64, 3, padding=1)
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        x = self.second(self.norm(self.first(x)))
        return self.head(x.mean((2, 3)))
`;
    const opened = await open(
      wide,
      { targets: ["nvidia-rtx-4090/pytorch-2.9-eager-nchw/fp16"] },
      "wide.py",
    );
    const problems = await opened.document.diagnostics();
    expect(problems.map(({ code }) => code)).toEqual(["RP2104"]);
    expect(problems[0]!.range.start).toEqual(opened.document.position("nn.Conv2d(3, 30"));
    // Tensor cores take 16 bytes, which are 8 numbers of fp16: 2 of 32 channels are padding.
    expect(problems[0]!.message).toMatch(
      /^30 channels run as 32 on RTX 4090 · fp16: 6\.3 % of the line is padding\. Use 32 \([+−][\d.]+ .?s, \+6\.7 % parameters\) or 24 \([+−][\d.]+ .?s, −20 % parameters\)\.$/,
    );
    const actions = await actionsAt(opened, "nn.Conv2d(3, 30");
    expect(actions.map(({ title }) => title)).toEqual([
      "Use 32 channels in place of 30",
      "Use 24 channels in place of 30",
    ]);
    const lines = ["nn.Conv2d(3, 30", "nn.BatchNorm2d(30", "nn.Conv2d(30"];
    expect(
      actions[0]?.edit?.changes?.[opened.document.uri]?.map(({ range, newText }) => [
        range.start.line,
        newText,
      ]),
    ).toEqual(lines.map((line) => [opened.document.position(line).line, "32"]));
  });

  test("a line whose operators the target does not run says so, and who runs them", async () => {
    const gelu = net.replace("return F.relu(", "return F.gelu(");
    const on = async (runtime: string, name: string): Promise<readonly string[]> => {
      const opened = await open(gelu, { targets: [runtime] }, name);
      const problems = await opened.document.diagnostics();
      return problems.flatMap(({ code, message, range }) =>
        code === "RP1203"
          ? [`${range.start.line}: ${textOf(message).replace(/^[^:]*: /, "")}`]
          : [],
      );
    };
    const line = "12: ";
    expect(await on("arm-ethos-u65-512/vela/int8", "vela.py")).toEqual([
      `${line}the npu does not run 2 × \`gelu\`; the mcu does, and the time includes bringing tensors over.`,
    ]);
    expect(await on("stm32h747i-disco/tflm/int8", "tflm.py")).toEqual([
      `${line}no engine there runs 2 × \`gelu\`; use other operators or another runtime.`,
    ]);
  });

  test("a branch on data says which way is counted, and an action turns it round, and back", async () => {
    const gated = net.replace(
      "return self.head(x.mean((2, 3)))",
      "x = x.mean((2, 3))\n        if x.sum() > 0:\n            x = F.relu(x)\n        return self.head(x)",
    );
    const opened = await open(gated, {}, "gated.py");
    const branch = async (): Promise<readonly string[]> => {
      const found = await opened.document.diagnostics();
      return found.flatMap(({ code, message }) => (code === "RP2210" ? [textOf(message)] : []));
    };
    const turned = async (): Promise<string> => {
      const actions = await actionsAt(opened, "if x.sum");
      const found = actions.find(({ title }) => title === "Count the other branch");
      const [edit] = found?.edit?.changes?.[opened.document.uri] ?? [];
      return `${edit?.range.start.character}-${edit?.range.end.character} ${edit?.newText}`;
    };
    expect(await branch()).toEqual([
      "This branch depends on tensor data: line 27 is counted. `# ridgepoint: branch=else` on this line turns it round.",
    ]);
    expect(await turned()).toBe("23-23   # ridgepoint: branch=else");
    const other = "if x.sum() > 0:  # ridgepoint: branch=else";
    await opened.document.replace("if x.sum() > 0:", other);
    expect(await branch()).toEqual([
      "This branch depends on tensor data: line 27 is left out, as the comment says. `# ridgepoint: branch=then` on this line turns it round.",
    ]);
    expect(await turned()).toBe("39-50 branch=then");
  });

  test("a model that folds for deployment says so, and an action pins that form", async () => {
    const folding = net
      .replace("return F.relu", "return self.folded(x) if hasattr(self, 'folded') else F.relu")
      .replace(
        "    def forward",
        "    def switch_to_deploy(self):\n        self.folded = nn.Conv2d(16, 16, 1)\n        del self.conv, self.norm\n\n    def forward",
      );
    const opened = await open(folding, {}, "folding.py");
    const [problem] = await opened.document.diagnostics();
    expect(problem?.code).toBe("RP2213");
    // Each block's 16·16·9 + 16 + 32 become 16·16 + 16.
    expect(problem?.message).toContain("5,322 parameters become 1,162");
    const actions = await actionsAt(opened, "Net(nn");
    expect(actions.map(({ title }) => title)).toContain("Pin the deploy form");
    await opened.document.replace("class Net", "# ridgepoint: deploy\nclass Net");
    expect((await opened.document.lensTitles())[1]).toMatch(/^1\.16 k params/);
  });

  test("the outline lists models with their totals and the lines that make their layers", async () => {
    const { client, document } = await open(net);
    const symbols = (await client.connection.sendRequest(DocumentSymbolRequest.type, {
      textDocument: { uri: document.uri },
    })) as DocumentSymbol[];
    expect(
      symbols.map(({ name, detail }) => `${name}: ${(detail ?? "").split(" · RTX")[0]}`),
    ).toEqual(["Block: 2× in Net · 4.7 k params · 1.04 MMAC", "Net: 5.32 k params · 1.13 MMAC"]);
    expect(
      symbols[1]?.children?.map(({ name, detail }) => `${name}: ${(detail ?? "").split(" · ")[0]}`),
    ).toEqual([
      "stem: Conv2d 3→16 k3 s2",
      expect.stringMatching(/^blocks: /),
      "head: Linear 16→10",
    ]);
    expect(symbols[1]?.range.end.line).toBe(document.position("return self.head").line);
  });

  test("an unsaved change of an imported file counts", async () => {
    const parts = `import torch\nfrom torch import nn\n\n\nclass Part(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(8, 4)\n\n    def forward(self, x):\n        return self.fc(x)\n`;
    const whole = `from torch import nn\nfrom parts import Part\n\n\nclass Whole(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.part = Part()\n\n    def forward(self, x):\n        return self.part(x)\n`;
    const { client } = await open(parts, {}, "parts.py");
    const file = path.join(work, "whole.py");
    writeFileSync(file, whole);
    const partUri = pathToFileURL(path.join(work, "parts.py")).toString();
    const document = client.open(pathToFileURL(file).toString(), whole, "python");
    expect(await document.lensTitles()).toEqual([expect.stringMatching(/^36 params/)]);
    await client.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri: partUri, version: 2 },
      contentChanges: [{ text: parts.replace("8, 4", "8, 6") }],
    });
    expect(await document.lensTitles()).toEqual([expect.stringMatching(/^54 params/)]);
  });
});
