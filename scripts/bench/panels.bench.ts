// The panels at the size of real models: layout of 1,000, 10,000 and 50,000 nodes beside elkjs and, where a copy of Netron is
// named in NETRON, Netron's own layout of the same graphs; then first paint, frames and memory of the pages in Chromium.
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { layeredLayout } from "../../server/core/layout/layered.js";
import type { Alternative } from "../../server/core/search/alternatives.js";
import { fakeAnalysis } from "../../test/kit/fake-analysis.js";
import { fakeHost } from "../../test/kit/fake-host.js";
import { startPages } from "../../test/kit/page-harness.js";
import { printTable, type Figure } from "./print-table.js";

const Elk = createRequire(import.meta.url)("elkjs/lib/elk.bundled.js") as new () => {
  readonly layout: (graph: object) => Promise<unknown>;
};

/** Residual blocks of eight, and a branch of four in every forty. */
function graphOf(count: number): { sources: number[]; targets: number[] } {
  const sources: number[] = [];
  const targets: number[] = [];
  const edge = (from: number, to: number): void => {
    sources.push(from);
    targets.push(to);
  };
  for (let node = 1; node < count; node++) {
    const at = node % 40;
    if (20 <= at && at < 24) edge(node - (at - 19), node);
    else if (at === 24) for (let branch = 20; branch < 24; branch++) edge(node - at + branch, node);
    else edge(node - 1, node);
    if (node % 8 === 7) edge(node - 7, node);
  }
  return { sources, targets };
}

/** Marks spread over the plane; each view answers with the whole of it. */
const marks = Array.from({ length: 5000 }, (_, at) => ({
  nodeId: at,
  name: `kernel ${at}`,
  op: "Conv",
  intensity: 10 ** ((at % 97) / 30),
  opsPerSecond: 10 ** (9 + (at % 89) / 20),
  low: 10 ** (9 + (at % 89) / 20) / 2,
  high: 10 ** (9 + (at % 89) / 20) * 2,
  seconds: 1e-6 * (1 + (at % 53)),
  share: 1 / 5000,
  bound: at % 2 === 0 ? "compute" : "memory",
  level: "DRAM",
  method: "roofline",
}));
const alternatives: Alternative[] = marks.map(({ name, seconds, opsPerSecond, nodeId }) => ({
  id: name,
  label: name,
  model: "model",
  targetId: "target",
  batch: 1,
  fits: true,
  metrics: {
    latency: { value: seconds, low: seconds / 2, high: seconds * 2 },
    memory: { value: opsPerSecond, low: opsPerSecond, high: opsPerSecond + nodeId },
  },
}));
const axis = { unit: "s", isMoreBetter: false };
const answers: Readonly<Record<string, unknown>> = {
  roofline: {
    batch: 1,
    targets: [
      {
        id: "target",
        label: "target",
        latency: null,
        ceilings: [{ name: "float16", kind: "matrix", opsPerSecond: 1e14, isUsed: true }],
        levels: [{ name: "DRAM", bytesPerSecond: 1e12 }],
        ridges: [{ level: "DRAM", ceiling: "float16", intensity: 100, opsPerSecond: 1e14 }],
        marks,
        kernelCount: 5000,
        unplacedCount: 0,
        unplacedSeconds: 0,
        precisions: [],
      },
    ],
  },
  alternatives: { alternatives, problems: [], precisions: [] },
  pareto: {
    axes: [
      { id: "latency", label: "Latency", ...axis },
      { id: "memory", label: "Memory", ...axis, unit: "B" },
    ],
    states: alternatives.map((_, at) => (at % 100 === 0 ? "front" : "dominated")),
    hypervolume: 0.5,
    metrics: [],
  },
};

const figures: Figure[] = [];
const skipsSlow = process.env["BENCH_FAST"] === "1";

for (const count of [1000, 10_000, 50_000]) {
  const { sources, targets } = graphOf(count);
  const begin = process.cpuUsage();
  const clock = performance.now();
  layeredLayout({
    widths: new Array<number>(count).fill(120),
    heights: new Array<number>(count).fill(36),
    sources,
    targets,
    gaps: { column: 26, layer: 34, lane: 12 },
  });
  const { user, system } = process.cpuUsage(begin);
  figures.push(
    { name: `own layout, ${count} nodes`, value: (performance.now() - clock) / 1000, unit: "s" },
    { name: `own layout, ${count} nodes, CPU`, value: (user + system) / 1e6, unit: "s" },
  );
}
for (const count of skipsSlow ? [1000] : [1000, 10_000]) {
  const { sources, targets } = graphOf(count);
  const clock = performance.now();
  await new Elk().layout({
    id: "root",
    layoutOptions: { "elk.algorithm": "layered", "elk.direction": "DOWN" },
    children: sources
      .concat(0)
      .map((_, at) => ({ id: `n${at}`, width: 120, height: 36 }))
      .slice(0, count),
    edges: sources.map((source, at) => ({
      id: `e${at}`,
      sources: [`n${source}`],
      targets: [`n${targets[at] ?? 0}`],
    })),
  });
  figures.push({
    name: `elkjs layered, ${count} nodes`,
    value: (performance.now() - clock) / 1000,
    unit: "s",
  });
}
const netron = process.env["NETRON"];
const dagreFile = netron === undefined ? "" : path.join(netron, "source/dagre.js");
if (existsSync(dagreFile)) {
  const dagre = (await import(pathToFileURL(dagreFile).href)) as {
    readonly layout: (nodes: object[], edges: object[], layout: object, state: object) => void;
  };
  for (const count of skipsSlow ? [1000] : [1000, 10_000]) {
    const { sources, targets } = graphOf(count);
    const nodes = Array.from({ length: count }, (_, at) => ({
      v: String(at),
      width: 120,
      height: 36,
    }));
    const edges = sources.map((source, at) => ({
      v: String(source),
      w: String(targets[at] ?? 0),
      minlen: 1,
      weight: 1,
      width: 0,
      height: 0,
      labeloffset: 10,
      labelpos: "r",
    }));
    const clock = performance.now();
    // As Netron asks for it: above 3,000 nodes by longest path (source/grapher.js).
    const layout = { nodesep: 20, ranksep: 20, ...(count > 3000 && { ranker: "longest-path" }) };
    dagre.layout(nodes, edges, layout, {});
    figures.push({
      name: `Netron's layout, ${count} nodes`,
      value: (performance.now() - clock) / 1000,
      unit: "s",
    });
  }
} else console.log("NETRON names no copy of Netron: its layout is not measured.");

const folder = await mkdtemp(path.join(os.tmpdir(), "ridgepoint-bench-"));
const pages = await startPages(folder);
try {
  for (const blockCount of [500, 5000, 25_000]) await measureGraph(blockCount);
  await measurePlot("roofline");
  await measurePlot("pareto");
} finally {
  await pages.stop();
  await rm(folder, { recursive: true, force: true });
}
printTable(figures);

async function measureGraph(blockCount: number): Promise<void> {
  const nodes = 2 * blockCount;
  const host = fakeHost(fakeAnalysis({ blockCount, isFlat: true }));
  const clock = performance.now();
  const { page } = await pages.open({ panel: "graph", host: host.methods });
  await page.waitForSelector(".frame:not(.is-loading)");
  figures.push({
    name: `graph, ${nodes} nodes: opened to first paint`,
    value: (performance.now() - clock) / 1000,
    unit: "s",
    ...(nodes <= 10_000 && { bound: 1 }),
  });
  await frames(page, `graph, ${nodes} nodes, panning`, { deltaY: 60 }, 1000 / 30);
  await page.focus("[role=application]");
  await page.keyboard.press("0");
  await frames(
    page,
    `graph, ${nodes} nodes, zooming in`,
    { deltaY: -25, ctrlKey: true },
    1000 / 30,
  );
  const heap = await page.evaluate(
    () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
  );
  figures.push({
    name: `graph, ${nodes} nodes: page's heap`,
    value: heap / 1e6,
    unit: "MB",
    bound: 200,
  });
  await page.close();
}

/** 5,000 marks: a key moves the selection; then all of them are drawn anew, as while a slider is dragged. */
async function measurePlot(panel: "roofline" | "pareto"): Promise<void> {
  const host = fakeHost(fakeAnalysis());
  host.answer = () => ({ kind: "view", version: 1, view: answers[panel] });
  const view = host.methods["view"] as (params: { readonly view: string }) => Promise<unknown>;
  const methods = {
    ...host.methods,
    view: async (params: { readonly view: string }) => {
      host.answer =
        params.view === "summary"
          ? undefined
          : () => ({ kind: "view", version: 1, view: answers[params.view] });
      return view(params);
    },
  };
  const { page } = await pages.open({ panel, host: methods });
  await page.waitForSelector(".frame:not(.is-loading)");
  for (const [name, isWhole] of [
    ["selection moved", false],
    ["all drawn anew", true],
  ] as const) {
    const times = await page.evaluate(async (isAll) => {
      const canvas = document.querySelector<HTMLCanvasElement>("[role=application]");
      const found: number[] = [];
      for (let at = 0; at < 60; at++)
        await new Promise((resolve) => {
          requestAnimationFrame(() => {
            const start = performance.now();
            // A task gets its turn when all callbacks of the frame are done.
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => {
              found.push(performance.now() - start);
              resolve(undefined);
            };
            port2.postMessage(0);
          });
          if (isAll)
            // What a change of theme does: the page draws all of it in the next frame.
            document.documentElement.style.setProperty("--bench", String(at));
          else
            canvas?.dispatchEvent(
              new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }),
            );
        });
      return found.sort((a, b) => a - b);
    }, isWhole);
    figures.push(
      {
        name: `${panel}, 5000 marks, ${name}: a frame, median`,
        value: times[30] ?? NaN,
        unit: "ms",
        bound: 16,
      },
      { name: `${panel}, 5000 marks, ${name}: a frame, 95 %`, value: times[57] ?? NaN, unit: "ms" },
    );
  }
  await page.close();
}

async function frames(
  page: Page,
  name: string,
  wheel: { readonly deltaY: number; readonly ctrlKey?: boolean },
  bound: number,
): Promise<void> {
  const times = await page.evaluate(
    (init) =>
      new Promise<number[]>((resolve) => {
        const canvas = document.querySelector("[role=application]");
        const found: number[] = [];
        let last = performance.now();
        const step = (): void => {
          const now = performance.now();
          found.push(now - last);
          last = now;
          canvas?.dispatchEvent(
            new WheelEvent("wheel", {
              ...init,
              clientX: 640,
              clientY: 400,
              bubbles: true,
              cancelable: true,
            }),
          );
          if (found.length < 120) requestAnimationFrame(step);
          else resolve(found.sort((a, b) => a - b));
        };
        requestAnimationFrame(step);
      }),
    wheel,
  );
  figures.push(
    { name: `${name}: frame, median`, value: times[60] ?? NaN, unit: "ms", bound },
    { name: `${name}: frame, 95 %`, value: times[114] ?? NaN, unit: "ms", bound },
  );
}
