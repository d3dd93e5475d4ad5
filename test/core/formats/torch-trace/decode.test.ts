import fc from "fast-check";
import { expect, test } from "vitest";
import { analyze } from "../../../../server/core/analyze.js";
import { neverCancelled } from "../../../../server/core/base/cancel.js";
import { readTracedProgram } from "../../../../server/core/formats/torch-trace.js";

const program = {
  version: 1,
  file: "/m.py",
  main: 0,
  missingImports: [],
  problems: [],
  models: [
    {
      name: "Net",
      kind: "class",
      entry: "Net()",
      className: "Net",
      parameterCount: 224,
      stateNames: ["conv.weight", "conv.bias"],
      source: { file: "/m.py", line: 3, character: 0, endLine: 9, endCharacter: 4 },
      inputsFrom: "input: given",
      inputs: [{ name: "x", dtype: "float32", shape: [1, 3, 8, 8] }],
      problems: [],
      trace: {
        version: 2,
        files: ["/lib/conv.py", "/m.py"],
        frames: [
          [0, 10, 4, 10, 9, "Conv2d.forward"],
          [1, 7, 15, 7, 27, "Net.forward"],
          [1, 4, 20, 4, 40, "Net.__init__"],
        ],
        tensors: [
          [[1, 3, 8, 8], "float32", "input"],
          [[8, 3, 3, 3], "float32", "parameter", "conv.weight"],
          [[8], "float32", "parameter", "conv.bias"],
          [[1, 8, 8, 8], "float32", "activation"],
          [[1, 8, 8, 8], "float32", "activation"],
        ],
        modules: [
          ["", "Net", []],
          ["conv", "Conv2d", [2]],
        ],
        calls: [
          [
            "conv2d",
            [0, 1, 2],
            [3],
            { stride: [1, 1], padding: "same", dilation: [1, 1], groups: 1 },
            1,
            [0, 1],
          ],
          ["mul", [3], [4], { scalar: 0.5, scalar_first: false }, 0, [1]],
        ],
        inputs: [0],
        inputNames: ["x"],
        outputs: [4],
        notes: [],
      },
    },
  ],
};

test("calls become nodes with ONNX operators, their torch names, and their places in the file", () => {
  const model = readTracedProgram(program).main?.model;
  expect(
    model?.graph.nodes.map(({ name, op, sourceOp, scope, place }) => ({
      name,
      op,
      sourceOp,
      scope,
      line: place?.kind === "source" ? `${place.file}:${place.line}` : undefined,
    })),
  ).toEqual([
    { name: "conv", op: "Conv", sourceOp: "conv2d", scope: "Net/conv", line: "/m.py:7" },
    { name: "mul", op: "Mul", sourceOp: "mul", scope: "Net", line: "/m.py:7" },
  ]);
  expect(model?.graph.nodes[0]?.attributes.get("pads")).toEqual({
    kind: "ints",
    value: [1, 1, 1, 1],
  });
  const { modules = [], frames = [] } = model?.trace?.sources ?? {};
  expect(frames[modules[1]?.creationFrames[0] ?? -1]).toMatchObject({ line: 4, character: 20 });
});

test("weights, work and the number of the program", () => {
  const model = readTracedProgram(program).main?.model;
  if (model === undefined) throw new Error("no model");
  const { totals, layers, problems } = analyze(
    model,
    { inputs: new Map(), dims: new Map() },
    [],
    neverCancelled,
  );
  expect(problems).toEqual([]);
  // 64 positions × 8 channels × 27; biases and products one each.
  expect(totals).toMatchObject({ parameterCount: 224, weightBytes: 896, macs: 64 * 8 * 27 });
  expect(layers.map(({ flops }) => flops)).toEqual([2 * 64 * 8 * 27 + 512, 512]);
});

test("a tensor written in place is another value from then on", () => {
  const again = structuredClone(program);
  again.models[0]!.trace.calls[1]![2] = [3];
  again.models[0]!.trace.outputs = [3];
  const graph = readTracedProgram(again).main?.model?.graph;
  const [first, second] = graph?.nodes ?? [];
  expect(second?.inputs[0]).toBe(first?.outputs[0]);
  expect(second?.outputs[0]).not.toBe(first?.outputs[0]);
  expect(graph?.outputs).toEqual(second?.outputs);
});

test("paths of the engine become paths of the host", () => {
  const read = readTracedProgram(program, (text) => text.replace(/^\/m\.py$/, "/home/m.py"));
  expect(read.main?.source?.file).toBe("/home/m.py");
  expect(read.main?.model?.graph.nodes[0]?.place).toMatchObject({ file: "/home/m.py" });
});

test("no document breaks the reader or the analysis", () => {
  const text = JSON.stringify(program);
  const junk = fc.oneof(
    fc.constant(null),
    fc.integer(),
    fc.double(),
    fc.string(),
    fc.constant([]),
    fc.constant({}),
    fc.constant(-1),
    fc.constant(1e300),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(), junk), { minLength: 1, maxLength: 4 }), (changes) => {
      const damaged: unknown = JSON.parse(text);
      for (const [at, value] of changes) damage(damaged, at, value);
      const read = readTracedProgram(damaged);
      for (const { model } of read.models)
        if (model !== undefined)
          analyze(model, { inputs: new Map(), dims: new Map() }, [], neverCancelled);
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.jsonValue(), (value) => void readTracedProgram(value)),
    { numRuns: 200 },
  );
});

/** Replaces the `at`-th leaf or branch of a document. */
function damage(root: unknown, at: number, value: unknown): void {
  const slots: { readonly holder: Record<string, unknown>; readonly key: string }[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const holder = node as Record<string, unknown>;
    for (const key of Object.keys(holder)) {
      slots.push({ holder, key });
      visit(holder[key]);
    }
  };
  visit(root);
  const slot = slots[at % Math.max(1, slots.length)];
  if (slot !== undefined) slot.holder[slot.key] = value;
}
