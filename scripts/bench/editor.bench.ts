// In a real editor: from the click on a model to the first rows of its table, and what runs when nothing happens.
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import { printTable, type Figure } from "./print-table.js";

interface Rig {
  readonly root: string;
  readonly startServer: (options: { readonly vsix: string }) => Promise<EditorServer>;
  readonly startBrowser: (options: {
    readonly home: string;
  }) => Promise<{ readonly browser: { close(): Promise<void> }; readonly page: Page }>;
  readonly copyOfExamples: () => string;
}

interface EditorServer {
  readonly pid: number;
  readonly tmp: string;
  readonly url: (options: { readonly folder: string }) => string;
  readonly stop: () => Promise<void>;
}

const { ensureEditor, run, root } = (await import(path.resolve("scripts/setup.mjs"))) as {
  ensureEditor: () => void;
  run: (command: string, words: readonly string[], options?: object) => number;
  root: string;
};
if (run("node", ["scripts/package.mjs"], { stdio: ["ignore", 2, 2] }) !== 0) process.exit(1);
ensureEditor();
const rig = (await import(path.resolve("test/e2e/rig.mjs"))) as Rig;

const server = await rig.startServer({ vsix: path.join(root, "ridgepoint.vsix") });
const { browser, page } = await rig.startBrowser({ home: server.tmp });
try {
  await page.goto(server.url({ folder: rig.copyOfExamples() }));
  const row = (text: string) =>
    page.locator(".explorer-folders-view .monaco-list-row", { hasText: text });
  await row("models").click({ timeout: 60_000 });
  await row("resnet50.onnx").waitFor();
  await page.waitForTimeout(8000); // The workbench itself goes on loading for a while.
  const idleBefore = await processorShare(server.pid, 5000);
  const first = await open(row, "resnet50.onnx", "resnet50");
  const second = await open(row, "mobilenet-v1-vww.onnx", "pre-alpha");
  await page.waitForTimeout(5000);
  const idleAfter = await processorShare(server.pid, 10_000);
  const figures: readonly Figure[] = [
    { name: "click to first rows, extension not yet started", value: first, unit: "s" },
    { name: "click to first rows, extension running", value: second, unit: "s", bound: 1 },
    { name: "idle, before any model: processor, whole editor", value: idleBefore * 100, unit: "%" },
    { name: "idle, two models opened: processor, whole editor", value: idleAfter * 100, unit: "%" },
    {
      name: "idle: of it the extension's server and worker",
      value: (await processorShare(server.pid, 10_000, /server\.cjs/)) * 100,
      unit: "%",
      bound: 1,
    },
  ];
  printTable(figures);
} finally {
  await browser.close();
  await server.stop();
}
process.exit(0);

async function open(
  row: (text: string) => ReturnType<Page["locator"]>,
  file: string,
  title: string,
): Promise<number> {
  const frame = page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
  const begin = performance.now();
  await row(file).click();
  await frame.getByRole("heading", { name: title }).first().waitFor();
  await frame.locator("[role=grid] .grid-body [role=row]").nth(3).waitFor();
  return (performance.now() - begin) / 1000;
}

/** Share of one core that a process tree uses over a while; `only` keeps processes whose command line matches. */
async function processorShare(pid: number, milliseconds: number, only = /./): Promise<number> {
  const before = ticks(pid, only);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return (ticks(pid, only) - before) / 100 / (milliseconds / 1000);
}

/** Processor ticks (1/100 s) of a process and all below it, from /proc (proc(5), fields utime and stime). */
function ticks(pid: number, only: RegExp): number {
  const children = new Map<number, number[]>();
  const own = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const parent = Number(fields[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    if (only.test(read(`/proc/${name}/cmdline`)))
      own.set(Number(name), Number(fields[11]) + Number(fields[12]));
  }
  const sum = (id: number): number =>
    (own.get(id) ?? 0) + (children.get(id) ?? []).reduce((total, child) => total + sum(child), 0);
  return sum(pid);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // The process has ended in the meantime.
  }
}
