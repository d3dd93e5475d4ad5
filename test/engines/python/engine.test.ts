import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PythonEngine } from "../../../server/engines/python/engine.js";
import type { EngineOutcome, JobLimits } from "../../../server/engines/python/job.js";
import { startTestEngine } from "../../kit/python-engine.js";
import { checkEnd } from "./check-end.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-test-"));
const workspace = path.join(folder, "workspace");
const library = path.join(folder, "site-packages");
const model = path.join(workspace, "model.py");
const logged: string[] = [];
let engine: PythonEngine;

beforeAll(async () => {
  mkdirSync(path.join(workspace, "package"), { recursive: true });
  mkdirSync(path.join(library, "slow"), { recursive: true });
  writeFileSync(path.join(workspace, "package", "__init__.py"), "from .part import value\n");
  writeFileSync(path.join(workspace, "package", "part.py"), "value = 'on disk'\n");
  writeFileSync(path.join(library, "slow", "__init__.py"), "loads = []\nvalue = 1\n");
  engine = await startTestEngine({ log: (line) => logged.push(line) });
});

afterAll(() => {
  engine.dispose();
  rmSync(folder, { recursive: true, force: true });
});

test("a file runs, and its result and what it prints come back", async () => {
  const outcome = await run("print('hello')\nresult = {'a': [1, 2.5, None, 'ü']}");
  expect(outcome).toMatchObject({
    kind: "answer",
    answer: { value: { result: { a: [1, 2.5, null, "ü"] } } },
    output: "hello\n",
  });
});

test("imports see the workspace, and unsaved texts before it", async () => {
  expect(resultOf(await run("import package\nresult = package.value"))).toBe("on disk");
  const part = path.join(workspace, "package", "part.py");
  const fresh = path.join(workspace, "fresh", "new.py");
  const outcome = await run("import package\nfrom fresh.new import y\nresult = package.value, y", {
    overlays: [
      [part, "value = 'unsaved'"],
      [fresh, "y = 2"],
    ],
  });
  expect(resultOf(outcome)).toEqual(["unsaved", 2]);
});

test("an exception has its type, its text and its places", async () => {
  const outcome = await run("def f(n):\n    return 1 / n\n\nf(0)");
  expect(outcome.kind === "answer" && outcome.answer.error).toMatchInlineSnapshot(`
    {
      "frames": [
        {
          "column": 0,
          "endColumn": 4,
          "endLine": 4,
          "file": "/roots/0/model.py",
          "function": "<module>",
          "line": 4,
        },
        {
          "column": 11,
          "endColumn": 16,
          "endLine": 2,
          "file": "/roots/0/model.py",
          "function": "f",
          "line": 2,
        },
      ],
      "message": "division by zero",
      "type": "ZeroDivisionError",
    }
  `);
});

test("a syntax error is placed where it is", async () => {
  const outcome = await run("x = 1\ny = = 2");
  const error = outcome.kind === "answer" ? (outcome.answer.error as never) : undefined;
  expect(error).toMatchObject({ type: "SyntaxError", frames: [{ line: 2, column: 4 }] });
});

test("an endless loop ends on its line", async () => {
  const outcome = await run("def spin():\n    while True:\n        pass\n\nspin()", {
    seconds: 0.3,
  });
  expect(problemOf(outcome)).toMatchObject({ code: "RP1581" });
  expect([2, 3]).toContain(lineOf(outcome));
  expect(outcome.kind === "stopped" && outcome.frames.map(({ name }) => name)).toEqual([
    "spin",
    "<module>",
  ]);
});

test("a loop in C, which nothing can interrupt, ends on its line too", async () => {
  const before = engine.processId;
  const outcome = await run("x = 1\n\nresult = sum(range(10**12))", { seconds: 0.3 });
  expect(problemOf(outcome)).toMatchObject({ code: "RP1581" });
  expect(lineOf(outcome)).toBe(3);
  expect(resultOf(await run("result = 1"))).toBe(1);
  expect(engine.processId).not.toBe(before);
});

test("what grows without end is stopped on its line", async () => {
  const outcome = await run("x = []\nwhile True:\n    x.append(bytearray(1 << 22))");
  expect(problemOf(outcome)).toMatchObject({ code: "RP1582" });
  expect(lineOf(outcome)).toBe(3);
});

test("a cancelled job gives way at once, and the process stays", async () => {
  await run("result = 1");
  const before = engine.processId;
  const cancel = new AbortController();
  const first = run("while True: pass", { seconds: 30, signal: cancel.signal });
  const second = run("result = 2");
  setTimeout(() => cancel.abort(), 100);
  expect(checkEnd(await first)).toBe("stop:cancelled");
  expect(resultOf(await second)).toBe(2);
  expect(engine.processId).toBe(before);
});

test("a job cancelled while it waits never runs", async () => {
  const cancel = new AbortController();
  const first = run("result = 1");
  const second = run("result = 2", { signal: cancel.signal });
  cancel.abort();
  expect(checkEnd(await second)).toBe("stop:cancelled");
  expect(resultOf(await first)).toBe(1);
});

test("installed packages are kept between jobs, and read again when they change", async () => {
  const code = "import slow\nslow.loads.append(1)\nresult = len(slow.loads), slow.value";
  const roots = [workspace, library];
  for (let index = 0; index < 3; index++)
    expect(resultOf(await run(code, { roots }))).toEqual([1, 1]);
  writeFileSync(path.join(library, "slow", "__init__.py"), "loads = []\nvalue = 'changed'\n");
  expect(resultOf(await run(code, { roots }))).toEqual([1, "changed"]);
});

test("a package that misses another is kept too, and what it misses is still told", async () => {
  mkdirSync(path.join(library, "lacking"));
  writeFileSync(
    path.join(library, "lacking", "__init__.py"),
    "import nowhere\nfrom nowhere.parts import Part\n",
  );
  const code = `import sys
from ridgepoint import missing
missing.begin()
was_kept = 'lacking' in sys.modules
import lacking
result = was_kept, missing.missing_imports()`;
  const roots = [workspace, library];
  expect(resultOf(await run(code, { roots }))).toEqual([false, ["nowhere"]]);
  // Kept when the process finds the time: a busy machine may have replaced it in between.
  let second = resultOf(await run(code, { roots }));
  for (let index = 0; index < 3 && JSON.stringify(second).includes("false"); index++)
    second = resultOf(await run(code, { roots }));
  expect(second).toEqual([true, ["nowhere"]]);
});

test("the same text gives the same draws", async () => {
  const code =
    "import random, os, uuid\nresult = random.random(), os.urandom(4).hex(), str(uuid.uuid4())";
  const first = resultOf(await run(code));
  expect(resultOf(await run(code))).toEqual(first);
});

test("other roots start another process, which sees nothing of the first ones", async () => {
  await run("result = 1");
  const before = engine.processId;
  const code = "import os\nresult = os.listdir('/roots/0')";
  expect(resultOf(await run(code, { roots: [library], file: path.join(library, "m.py") }))).toEqual(
    expect.arrayContaining(["slow"]),
  );
  expect(engine.processId).not.toBe(before);
});

test("Node confines the process where it can", () => {
  expect(logged.filter((line) => line.includes("not confined"))).toEqual([]);
});

interface RunOptions {
  readonly roots?: readonly string[];
  readonly file?: string;
  readonly overlays?: readonly (readonly [string, string])[];
  readonly seconds?: number;
  readonly signal?: AbortSignal;
}

function run(text: string, options: RunOptions = {}): Promise<EngineOutcome> {
  const file = options.file ?? model;
  const limits: Partial<JobLimits> = { seconds: options.seconds ?? 20 };
  return engine.run(
    {
      roots: (options.roots ?? [workspace]).map((folder) => ({
        folder,
        isLibrary: folder === library,
      })),
      request: { task: "execute", file },
      overlays: new Map([[file, text], ...(options.overlays ?? [])]),
      limits,
    },
    options.signal,
  );
}

function resultOf(outcome: EngineOutcome): unknown {
  expect(checkEnd(outcome), JSON.stringify(outcome)).toBe("answer");
  return outcome.kind === "answer"
    ? (outcome.answer.value as { result: unknown }).result
    : undefined;
}

function problemOf(outcome: EngineOutcome) {
  return outcome.kind === "stopped" ? outcome.problem : undefined;
}

/** 1-based, as Python counts. */
function lineOf(outcome: EngineOutcome): number | undefined {
  const place = problemOf(outcome)?.place;
  return place?.kind === "source" ? place.line + 1 : undefined;
}
