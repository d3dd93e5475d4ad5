import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ComparisonView } from "../../server/core/views/compare/compare-analyses.js";
import type { RooflineView } from "../../server/core/views/roofline.js";
import type { SummaryView } from "../../server/core/views/summary.js";
import {
  compareRequest,
  viewRequest,
  type CompareWith,
  type Supposition,
} from "../../server/protocol/requests.js";
import { buildServer } from "../kit/build-server.js";
import { startClient } from "../kit/lsp-client.js";

let folder = "";
beforeAll(async () => {
  folder = await buildServer({ hasPython: true });
}, 60_000);
const work = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-python-panels-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const target = "nvidia-rtx-4090/pytorch-2.9-eager-nchw/fp32";
const slow = { timeout: 60_000 };

async function open(name: string, text: string) {
  const uri = pathToFileURL(path.join(work, name)).toString();
  const client = await startClient(folder, { settings: { targets: [target] }, folders: [work] });
  client.open(uri, text, "python");
  return {
    ask: async <View>(
      view: "roofline" | "summary",
      params: never,
      suppose?: Supposition,
    ): Promise<View> => {
      const reply = await client.connection.sendRequest(viewRequest, {
        uri,
        view,
        params,
        ...(suppose !== undefined && { suppose }),
      });
      if (reply.kind !== "view") throw new Error(JSON.stringify(reply));
      return reply.view as View;
    },
    compare: async (before: CompareWith): Promise<ComparisonView> => {
      const reply = await client.connection.sendRequest(compareRequest, {
        uri,
        before,
        leftTarget: target,
        rightTarget: target,
        limit: 100,
      });
      if (reply.kind !== "view") throw new Error(reply.message);
      return reply.view;
    },
  };
}

const tokens = `import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(1000, 64)
        self.head = nn.Linear(64, 10)

    def forward(self, ids):
        return self.head(self.embed(ids))


Encoder()(torch.zeros(2, 16, dtype=torch.int64))
`;

describe("what if", slow, () => {
  test("another batch and another length of sequences run the model again, beside its own run", async () => {
    const { ask } = await open("encoder.py", tokens);
    const roofline = (suppose?: Supposition): Promise<RooflineView> =>
      ask("roofline", { targets: null, alpha: null, limit: 100 } as never, suppose);
    const macs = (view: RooflineView): number => {
      const mark = view.targets[0]?.marks.find(({ op }) => /Gemm|MatMul|linear/i.test(op));
      return (mark?.opsPerSecond ?? 0) * (mark?.seconds ?? 0);
    };
    const own = await roofline();
    expect(own.batch).toBe(2);
    const wide = await roofline({ batch: 8 });
    expect(wide.batch).toBe(8);
    expect(macs(wide)).toBeCloseTo(4 * macs(own), -1);
    const long = await roofline({ dims: { sequence: 64 } });
    expect(long.batch).toBe(2);
    expect(macs(long)).toBeCloseTo(4 * macs(own), -1);
    const both = await roofline({ batch: 4, dims: { sequence: 32 } });
    expect(macs(both)).toBeCloseTo(4 * macs(own), -1);
    // What was supposed changes nothing for others.
    const { inputs } = await ask<SummaryView>("summary", {} as never);
    expect(inputs.map(({ type }) => type)).toEqual(["int64[2,16]"]);
  });
});

describe("the last commit", slow, () => {
  test("is compared with its own imports, and nothing of the repository's is run", async () => {
    const git = (...words: readonly string[]): void => {
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...words], { cwd: work });
    };
    const layers = (width: number): string =>
      `from torch import nn\n\ndef stem():\n    return nn.Conv2d(3, ${width}, 3)\n`;
    const net = `import torch
from torch import nn
from layers import stem


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = stem()

    def forward(self, x):
        return self.stem(x)
`;
    writeFileSync(path.join(work, "net.py"), net);
    writeFileSync(path.join(work, "layers.py"), layers(8));
    git("init", "-q");
    git("add", "net.py", "layers.py");
    git("commit", "-qm", "first");
    writeFileSync(path.join(work, "layers.py"), layers(16));
    // Filters, monitors and helpers that a hostile repository would bring.
    const mark = path.join(work, "was-run");
    writeFileSync(path.join(work, ".gitattributes"), "*.py filter=bad diff=bad\n");
    appendFileSync(
      path.join(work, ".git/config"),
      `[filter "bad"]\n\tclean = touch ${mark}\n\tsmudge = touch ${mark}\n[diff "bad"]\n\ttextconv = touch ${mark}\n[core]\n\tfsmonitor = touch ${mark}\n`,
    );
    const { compare } = await open("net.py", net);
    const view = await compare({ kind: "revision", revision: "HEAD" });
    const parameters = view.totals.find(({ id }) => id === "parameters");
    expect(parameters?.left?.value).toBe(8 * 27 + 8);
    expect(parameters?.right?.value).toBe(16 * 27 + 16);
    expect(view.counts.changed).toBe(1);
    expect(existsSync(mark)).toBe(false);
    const other = await compare({
      kind: "model",
      uri: pathToFileURL(path.join(work, "encoder.py")).toString(),
    }).catch((error: unknown) => error);
    expect(String(other)).toMatch(/machine/);
  });
});
