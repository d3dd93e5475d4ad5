import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { Engine, JobStopped, type Limits } from "../../server/lsp/engine.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-engine-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A worker that does as its subject's file name says. */
const workerFile = path.join(folder, "worker.cjs");
writeFileSync(
  workerFile,
  `const { parentPort, workerData, threadId } = require("node:worker_threads");
  const flag = new Int32Array(workerData.cancelBuffer);
  const texts = new Map();
  const isCancelled = () => Atomics.load(flag, 0) === 1;
  const behaviours = {
    answer: () => threadId,
    hang: () => { for (;;); },
    wait: () => { while (!isCancelled()); throw new Error("cancelled"); },
    crash: () => process.exit(7),
    throw: () => { throw new Error("our own mistake"); },
    memory: () => { const kept = []; for (;;) kept.push(new Array(100000).fill(kept.length)); },
    text: (uri) => texts.get(uri),
    print: () => { console.log("to standard output"); return 1; },
  };
  parentPort.on("message", ({ id, method, params }) => {
    try {
      let ok = null;
      if (method === "putText") texts.set(params.uri, params.text);
      else if (method === "dropText") texts.delete(params.uri);
      else ok = behaviours[params.subject.fileName](params.subject.uri);
      parentPort.postMessage({ id, ok });
    } catch (error) {
      parentPort.postMessage({ id, error: error.message });
    }
  });`,
);

function start(limits: Partial<Limits> = {}) {
  const log: string[] = [];
  const slow: string[] = [];
  let cancelShown: (() => void) | undefined;
  let endCount = 0;
  const engine = new Engine({
    workerFile,
    dataFolder: folder,
    limits: { jobSeconds: 30, memoryMiB: 512, slowMilliseconds: 60_000, ...limits },
    log: (line) => log.push(line),
    onSlow: (title, cancel) => {
      slow.push(title);
      cancelShown = cancel;
      return () => (endCount += 1);
    },
  });
  onTestFinished(() => engine.dispose());
  const ask = (
    behaviour: string,
    options: {
      key?: string;
      text?: { version: number; read: () => string };
      isRetry?: boolean;
      signal?: AbortSignal;
      stopsWithCaller?: boolean;
    } = {},
  ): Promise<unknown> => {
    const key = options.key ?? behaviour;
    const subject = {
      uri: key,
      fileName: behaviour,
      source: { kind: "file" as const, path: key },
      choice: { targetIds: [], chipFolders: [], accelerators: [] },
      batch: null,
      dims: {},
    };
    return engine.ask("lens", { subject }, { ...options, key, title: behaviour });
  };
  return { engine, ask, log, slow, cancelSlow: () => cancelShown?.(), endCount: () => endCount };
}

const reasonOf = (reply: Promise<unknown>): Promise<string> =>
  reply.then(
    (value) => `answered ${String(value)}`,
    (error: unknown) =>
      error instanceof JobStopped ? `${error.reason}: ${error.message}` : String(error),
  );

test("jobs are answered in order by one worker", async () => {
  const { ask } = start();
  const replies = await Promise.all([ask("answer"), ask("answer"), ask("answer")]);
  expect(new Set(replies).size).toBe(1);
});

test("a job over its time limit is stopped, blocked, and the others go on in a new worker", async () => {
  const { ask } = start({ jobSeconds: 2 });
  const replies = [ask("hang"), ask("answer"), ask("hang")].map(reasonOf);
  expect(await replies[0]).toBe("failed: The analysis took longer than 2 s and was stopped.");
  expect(await replies[1]).toMatch(/^answered \d+$/);
  expect(await replies[2]).toBe("failed: The analysis took longer than 2 s and was stopped.");
});

test("what is blocked runs again when its content changes or the user retries", async () => {
  const { engine, ask } = start({ jobSeconds: 2 });
  await reasonOf(ask("hang", { key: "a" }));
  expect(await reasonOf(ask("answer", { key: "a" }))).toMatch(/^failed/);
  expect(await reasonOf(ask("answer", { key: "a", isRetry: true }))).toMatch(/^answered/);
  await reasonOf(ask("hang", { key: "a" }));
  engine.supersede("a");
  expect(await reasonOf(ask("answer", { key: "a" }))).toMatch(/^answered/);
});

test("a job that brings the worker down is reported, and the next one is answered", async () => {
  const { ask } = start();
  expect(await reasonOf(ask("crash"))).toBe(
    "failed: The analysis ended unexpectedly (exit code 7).",
  );
  expect(await reasonOf(ask("answer"))).toMatch(/^answered/);
});

test("a job that takes too much memory is stopped with a sentence that says so", async () => {
  const { ask } = start({ memoryMiB: 64 });
  expect(await reasonOf(ask("memory"))).toBe(
    "failed: The analysis needs more than 64 MiB of memory and was stopped.",
  );
  expect(await reasonOf(ask("answer"))).toMatch(/^answered/);
});

test("a throw is one request's failure: neither blocked nor fatal", async () => {
  const { ask } = start();
  const before = await ask("answer");
  expect(await reasonOf(ask("throw", { key: "a" }))).toBe("RemoteError: our own mistake");
  expect(await ask("answer", { key: "a" })).toBe(before);
});

test("a caller that leaves takes its waiting job along, and a running job is finished", async () => {
  const { engine, ask } = start();
  const abort = new AbortController();
  const running = reasonOf(ask("wait", { key: "running" }));
  const waiting = reasonOf(ask("answer", { signal: abort.signal }));
  abort.abort();
  expect(await waiting).toMatch(/^aborted/);
  engine.supersede("running");
  expect(await running).toBe("superseded: The content changed.");
  expect(await reasonOf(ask("answer"))).toMatch(/^answered/);
});

test("a job whose findings nobody keeps stops with its caller, and the worker goes on", async () => {
  const { ask } = start();
  const worker = await ask("answer", { key: "a" });
  const leaving = new AbortController();
  const options = { signal: leaving.signal, stopsWithCaller: true };
  const left = reasonOf(ask("wait", { key: "a", ...options }));
  await new Promise((resolve) => setTimeout(resolve, 50));
  leaving.abort();
  expect(await left).toMatch(/^aborted/);
  expect(await ask("answer", { key: "a" })).toBe(worker);
});

test("a slow job is shown; cancelling it blocks it until it is retried", async () => {
  const { ask, slow, cancelSlow, endCount } = start({ slowMilliseconds: 30 });
  const reply = reasonOf(ask("wait", { key: "a" }));
  while (slow.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  cancelSlow();
  expect(await reply).toBe("cancelled: The analysis was cancelled.");
  expect(await reasonOf(ask("answer", { key: "a" }))).toMatch(/^cancelled/);
  expect(await reasonOf(ask("answer", { key: "a", isRetry: true }))).toMatch(/^answered/);
  expect(slow).toEqual(["wait"]);
  expect(endCount()).toBe(1);
});

test("a job that does not listen to cancelling loses its worker", async () => {
  const { engine, ask } = start();
  const first = await ask("answer");
  const reply = reasonOf(ask("hang"));
  // Let it start.
  await new Promise((resolve) => setTimeout(resolve, 50));
  engine.supersede("hang");
  expect(await reply).toMatch(/^superseded/);
  expect(await ask("answer")).not.toBe(first);
});

test("texts are sent once per version, and again to a new worker", async () => {
  const { engine, ask } = start();
  let readCount = 0;
  const text = { version: 3, read: () => `read ${++readCount}` };
  expect(await ask("text", { key: "t", text })).toBe("read 1");
  expect(await ask("text", { key: "t", text })).toBe("read 1");
  await reasonOf(ask("crash"));
  expect(await ask("text", { key: "t", text })).toBe("read 2");
  engine.forget("t");
  expect(await ask("text", { key: "t" })).toBeUndefined();
});

test("what the worker prints goes to the log, not to the protocol's standard output", async () => {
  const { ask, log } = start();
  await ask("print");
  while (log.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(log).toEqual(["worker: to standard output\n"]);
});

test("a worker that cannot start fails the job with a sentence", async () => {
  const engine = new Engine({
    workerFile: path.join(folder, "absent.cjs"),
    dataFolder: folder,
    limits: { jobSeconds: 30, memoryMiB: 512, slowMilliseconds: 60_000 },
    log: () => undefined,
    onSlow: () => () => undefined,
  });
  onTestFinished(() => engine.dispose());
  const reply = engine.ask("dropText", { uri: "a" }, { key: "a", title: "a" });
  expect(await reasonOf(reply)).toMatch(/^failed: The analysis ended unexpectedly/);
});
