import { existsSync } from "node:fs";
import { dropInitialValues, type YosysFolder } from "./initial-values.js";
import type { YosysJob, YosysResult } from "./wire.js";

/**
 * The process that runs Yosys: WebAssembly that reaches nothing but the files of its job. Its module is compiled once; each
 * job has a fresh instance of it, so that nothing of one is left for the next. A job blocks this process, and whoever
 * waits no longer ends it.
 */
interface Yosys {
  readonly runYosys: (
    args: readonly string[],
    files: Readonly<Record<string, unknown>>,
    options: {
      readonly stdin?: null;
      readonly stdout: (bytes: Uint8Array | null) => void;
      readonly stderr: (bytes: Uint8Array | null) => void;
    },
  ) => Promise<unknown>;
}

const url = new URL("./bundle.js", import.meta.url).href;
const yosys = (await import(url)) as Yosys;
const resourcesUrl = new URL("./resources-yosys.js", import.meta.url);
// What only reads has no libraries.
if (existsSync(resourcesUrl)) {
  const resources = (await import(resourcesUrl.href)) as { readonly filesystem: YosysFolder };
  dropInitialValues(resources.filesystem);
}
/** More than any report needs; a job that prints without end is stopped by it. */
const outputLimit = 256 << 20;
const messageLimit = 1 << 20;

process.on("message", (job: YosysJob) => {
  void runJob(job).then((result) => process.send?.(result));
});
process.on("disconnect", () => process.exit(0));
// The module is compiled while nobody waits.
await runJob({ id: 0, files: {}, script: "" });
process.send?.("ready");

async function runJob({ id, files, script }: YosysJob): Promise<YosysResult> {
  const begin = performance.now();
  const before = process.cpuUsage();
  const output = collector(outputLimit);
  const messages = collector(messageLimit);
  let isDone = true;
  try {
    await yosys.runYosys(
      ["-q", "-s", "run.ys"],
      { ...treeOf(files), "run.ys": script },
      { stdin: null, stdout: output.take, stderr: messages.take },
    );
  } catch (error) {
    isDone = false;
    const reason = error instanceof Error ? error.message : String(error);
    messages.take(new TextEncoder().encode(`\nRIDGEPOINT-STOP ${reason}\n`));
  }
  const texts = { output: output.text(), messages: messages.text() };
  const residentBytes = process.memoryUsage.rss();
  // The instance's memory, which the garbage collector takes for small, would stay beside that of the next.
  globalThis.gc?.();
  return {
    id,
    isDone,
    ...texts,
    milliseconds: performance.now() - begin,
    processorMilliseconds: processorSince(before),
    residentBytes,
    keptBytes: process.memoryUsage.rss(),
  };
}

function processorSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function collector(limit: number): {
  readonly take: (bytes: Uint8Array | null) => void;
  readonly text: () => string;
} {
  const chunks: Buffer[] = [];
  let length = 0;
  return {
    take: (bytes) => {
      if (bytes === null) return;
      length += bytes.length;
      if (length > limit) throw new Error("output limit");
      // The bytes are a view of memory that changes.
      chunks.push(Buffer.from(bytes));
    },
    text: () => Buffer.concat(chunks).toString("utf8"),
  };
}

interface Folder {
  [name: string]: Folder | string;
}

function treeOf(files: Readonly<Record<string, string>>): Folder {
  const root: Folder = {};
  for (const [path, text] of Object.entries(files)) {
    const names = path.split("/");
    const last = names.pop() ?? "";
    let folder = root;
    for (const name of names) {
      const inner = folder[name];
      const next: Folder = typeof inner === "object" ? inner : {};
      folder[name] = next;
      folder = next;
    }
    folder[last] = text;
  }
  return root;
}
