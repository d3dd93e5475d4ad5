import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { openNativeRecorder } from "../../scripts/calibrate/record/native-recorder.js";
import { readTracedProgram } from "../../server/core/formats/torch-trace.js";
import { pythonRoots } from "../../server/io/python-roots.js";
import { answerOf, pythonJob } from "../../server/io/read-python.js";
import { startTestEngine } from "../kit/python-engine.js";

// What calibration reads is recorded by the machine's own Python, what users ask by the engine: they must say the same.

const native = openNativeRecorder("/usr/bin/python3");
const engine = await startTestEngine();
afterAll(() => {
  native.dispose();
  engine.dispose();
});

test.each([
  [
    "nas_bench_201.py",
    "Network('|nor_conv_3x3~0|+|skip_connect~0|avg_pool_3x3~1|+|none~0|nor_conv_1x1~1|none~2|')",
    "float32[2,3,32,32]",
  ],
  ["fbnet.py", "Network('7 3 8 1 5 2 6 8 0 7 3 2 1 6 8 4 5 7 2 0 1 3')", "float32[2,3,32,32]"],
  [
    "once_for_all.py",
    `Network('${"3 5 7 3 ".repeat(5)}', '${"3 4 6 3 ".repeat(5)}', '2 3 4 2 3')`,
    "float32[2,3,160,160]",
  ],
])("%s is recorded alike by the engine and by the machine's Python", async (name, entry, input) => {
  const file = path.resolve("scripts/calibrate/spaces", name);
  const roots = pythonRoots(file, []);
  const job = pythonJob({ file, roots, entry, inputs: [input], models: "main" });
  const [ours, theirs] = [answerOf(await native.run(job)), answerOf(await engine.run(job))];
  expect(modelOf(ours.value)).toEqual(modelOf(theirs.value));
});

test("what one request leaves behind is gone for the next, and its prints stay out of answers", async () => {
  const entry = "[print('noise'), setattr(math, 'tau', 1.0), torch.nn.Linear(int(math.tau), 2)][2]";
  const job = pythonJob({
    file: undefined,
    roots: pythonRoots(undefined, [path.resolve("scripts")]),
    entry,
    inputs: ["float32[1,1]"],
    models: "main",
  });
  const first = answerOf(await native.run(job));
  const second = answerOf(
    await native.run({
      ...job,
      request: {
        ...job.request,
        entry: "torch.nn.Linear(int(math.tau), 2)",
        inputs: ["float32[1,6]"],
      },
    }),
  );
  expect(JSON.stringify(first.value)).toContain('"parameterCount":4');
  expect(JSON.stringify(second.value)).toContain('"parameterCount":14');
});

/** The model, without where in which file it says so: the two have other lists of files. */
function modelOf(value: unknown): unknown {
  const model = readTracedProgram(value).main?.model;
  return JSON.parse(
    JSON.stringify(model?.graph ?? null, (key, item: unknown) => {
      if (/^(place|metadata)$/.test(key)) return undefined;
      return item instanceof Map ? [...(item as Map<unknown, unknown>)] : item;
    }),
  );
}
