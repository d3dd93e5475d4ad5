import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { analyze } from "../../server/core/analyze.js";
import { Cancelled, neverCancelled } from "../../server/core/base/cancel.js";
import { symbol } from "../../server/core/graph/dim.js";
import { noAttributes, type Model, type Node, type Value } from "../../server/core/graph/graph.js";
import { tensor } from "../../server/core/graph/value-type.js";
import { AnalysisHost } from "../../server/core/host.js";
import {
  allPasses,
  analyzeText,
  bindings,
  modelOfText,
  roundTarget,
} from "../kit/analysis-text.js";

/** Convolution 3→8 at 16×16, global pooling, a linear layer 8→10. */
const threeLayers = `g (float[N,3,16,16] x) => (float[N,10] y) <float[8,3,3,3] w = ?, float[8] b = ?, float[8,10] f = ?, float[10] fb = ?> {
  c = Conv <pads = [1,1,1,1]> (x, w, b)
  r = Relu (c)
  p = GlobalAveragePool (r)
  v = Flatten (p)
  y = Gemm (v, f, fb)
}`;

describe("a model as a whole", () => {
  test("three layers, by arithmetic", () => {
    const { totals, layers, memoryPlan } = analyzeText(threeLayers);
    const convMacs = 8 * 16 * 16 * 3 * 3 * 3; // 55296
    const gemmMacs = 8 * 10;
    expect(totals).toEqual({
      parameterCount: 8 * 27 + 8 + 80 + 10,
      weightBytes: 4 * (216 + 8 + 80 + 10),
      macs: convMacs + gemmMacs,
      // Biases 2048 and 10, activation 2048, and the pooling's additions and divisions: 2048.
      flops: 2 * (convMacs + gemmMacs) + 2048 + 10 + 2048 + layers[2]!.flops!,
      activationElements: 2048 + 10,
      initializerElements: 314,
      uncostedCount: 0,
    });
    expect(layers[2]!.flops).toBeGreaterThanOrEqual(2048);
    expect(layers[2]!.flops).toBeLessThanOrEqual(2048 + 8);
    expect(layers[0]).toEqual({
      nodeId: 0,
      parameterCount: 224,
      weightBytes: 896,
      macs: convMacs,
      flops: 2 * convMacs + 2048,
      readBytes: 4 * (768 + 216 + 8),
      writeBytes: 4 * 2048,
      isCosted: true,
      isFolded: false,
    });
    // A view moves nothing.
    expect([layers[3]!.readBytes, layers[3]!.writeBytes]).toEqual([0, 0]);
    // The convolution's output and the activation's are alive together.
    expect(memoryPlan?.lowerBound).toBe(2 * 8192);
    expect(memoryPlan?.peakNodeId).toBe(1);
  });

  test("a shared weight counts once in the model and in each of its readers", () => {
    const { totals, layers } = analyzeText(
      "g (float[4,4] x) => (float[4,4] y) <float[4,4] w = ?> { a = MatMul (x, w)\n y = MatMul (a, w) }",
    );
    expect(layers.map(({ parameterCount }) => parameterCount)).toEqual([16, 16]);
    expect([totals.parameterCount, totals.weightBytes]).toEqual([16, 64]);
  });

  test("what folds counts where it is read, in the type it is stored in", () => {
    const { totals, layers } = analyzeText(
      `g (float[4,4] x) => (float[4,4] y) <int8[4,4] w = ?, float s = {0.5}, int8 z = {0}> {
        d = DequantizeLinear (w, s, z)
        y = MatMul (x, d)
      }`,
    );
    expect(layers.map(({ isFolded, parameterCount }) => [isFolded, parameterCount])).toEqual([
      [true, 0],
      [false, 16],
    ]);
    // The scale and the zero point are gone with the node that read them.
    expect(totals).toMatchObject({ parameterCount: 16, weightBytes: 16, initializerElements: 18 });
  });

  test("extents of activations are no parameters, though they are known", () => {
    const { totals } = analyzeText(
      "g (float[2,3,4] x) => (float[2,12] y) <int64[1] m = {-1}, int64 zero = {0}> { s = Shape (x)\n b = Gather (s, zero)\n u = Unsqueeze (b, axes)\n t = Concat <axis = 0> (u, m)\n y = Reshape (x, t) }".replace(
        "int64 zero = {0}",
        "int64 zero = {0}, int64[1] axes = {0}",
      ),
    );
    expect([totals.parameterCount, totals.initializerElements]).toEqual([0, 3]);
  });

  test("bodies' initializers and work count with their node", () => {
    const { totals, layers } = analyzeText(
      `g (bool c, float[4,4] x) => (float[4,4] y) {
        y = If (c) <
          then_branch = t () => (float[4,4] u) <float[4,4] w = ?> { u = MatMul (x, w) },
          else_branch = e () => (float[4,4] v) { v = Relu (x) }
        >
      }`,
    );
    expect(totals.parameterCount).toBe(16);
    expect(layers[0]!.macs).toBe(64);
  });
});

describe("what is not known", () => {
  const sequence =
    "g (float[batch,seq,8] x) => (float[batch,seq,8] y) <float[8,8] w = ?> { y = MatMul (x, w) }";

  test("an unbound symbol leaves sums unknown and says how to bind it", () => {
    const { totals, layers, problems, targets } = analyzeText(sequence, [roundTarget()]);
    expect([totals.macs, totals.flops, totals.activationElements]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(totals.parameterCount).toBe(64);
    expect(layers[0]).toMatchObject({
      isCosted: false,
      reason: "Its shapes depend on `seq`; give it a value.",
    });
    expect(problems.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "RP1111 The batch size (`batch`) is taken as 1; give --batch N, or set it in the panel.",
      "RP1110 Dimension `seq` is not bound: give --dim seq=N, or bind it in the panel.",
    ]);
    expect([targets[0]!.latency, targets[0]!.fits, targets[0]!.peakActivationBytes]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("bound, it is known", () => {
    const { totals, targets } = analyzeText(sequence, [roundTarget()], {
      batch: 2,
      dims: new Map([["seq", 5]]),
    });
    expect(totals.macs).toBe(2 * 5 * 8 * 8);
    expect(targets[0]!.batch).toBe(2);
  });

  test("a batch of one is assumed for names of batches alone", () => {
    expect(analyzeText(threeLayers).problems.map(({ code }) => code)).toEqual(["RP1111"]);
    expect(analyzeText(threeLayers, [], { batch: 4 }).problems).toEqual([]);
    const other = analyzeText("g (float[tokens,8] x) => (float[tokens,8] y) { y = Relu (x) }");
    expect(other.problems.map(({ code }) => code)).toEqual(["RP1110"]);
  });

  test("a node without a rule is left out of the sums, and counted", () => {
    const { totals, problems, targets } = analyzeText(
      `<opset_import: ["": 21, "mine": 1]> g (float[4,4] x) => (float[4,4] y) <float[4,4] w = ?> { a = MatMul (x, w)\n y = mine.Magic (a) }`.replace(
        /^<.*?> /,
        "",
      ),
      [roundTarget()],
    );
    expect([totals.macs, totals.uncostedCount]).toEqual([64, 1]);
    expect(problems.find(({ code }) => code === "RP1202")?.message).toBe(
      "1 of 2 nodes (50 %) have no cost and are left out of the sums: `mine:Magic`. `mine:Magic` has no rule, so nothing is known of its cost.",
    );
    expect(targets[0]!.latency).toBeUndefined();
    expect(targets[0]!.kernelCosts).toHaveLength(1);
  });
});

describe("host", () => {
  const first = roundTarget();
  const second = roundTarget({ passes: allPasses });

  test("the same question has the same answer", () => {
    const host = new AnalysisHost();
    const model = modelOfText(threeLayers);
    const once = host.analyze(model, bindings(), [first], neverCancelled);
    expect(host.analyze(model, bindings(), [first], neverCancelled)).toBe(once);
  });

  test("other targets infer nothing anew, and keep what is known of the old ones", () => {
    const host = new AnalysisHost();
    const model = modelOfText(threeLayers);
    const once = host.analyze(model, bindings(), [first], neverCancelled);
    const both = host.analyze(model, bindings(), [second, first], neverCancelled);
    expect(both.inferred).toBe(once.inferred);
    expect(both.targets[1]).toBe(once.targets[0]);
  });

  test("other bindings infer anew", () => {
    const host = new AnalysisHost();
    const model = modelOfText(threeLayers);
    const once = host.analyze(model, bindings(), [], neverCancelled);
    const batched = host.analyze(model, bindings({ batch: 2 }), [], neverCancelled);
    expect(batched.totals.macs).toBe(2 * once.totals.macs!);
  });

  test("a cancelled analysis is not kept", () => {
    const host = new AnalysisHost();
    const model = modelOfText(threeLayers);
    expect(() => host.analyze(model, bindings(), [first], { isCancelled: true })).toThrow(
      Cancelled,
    );
    expect(host.analyze(model, bindings(), [first], neverCancelled).targets).toHaveLength(1);
  });
});

test("no graph, however damaged, breaks the analysis", () => {
  const target = roundTarget({
    passes: allPasses,
    precision: { quantizesOnTheFly: true },
    runtime: { unsupported: ["Softmax"], fallback: "cpu" },
  });
  fc.assert(
    fc.property(damagedModel, (model) => {
      const { targets, layers } = analyze(model, bindings(), [target], neverCancelled);
      expect(layers).toHaveLength(model.graph.nodes.length);
      for (const cost of targets[0]!.kernelCosts) expect(cost.seconds.value).toBeGreaterThan(0);
    }),
    { numRuns: 150 },
  );
});

test.each([
  // The shape of a value that is read together with the shape itself.
  [
    { op: "Shape", inputs: [14, 17], outputs: [17] },
    { op: "Add", inputs: [0], outputs: [14] },
  ],
  // Of several outputs each is asked whether it leaves the kernel.
  [
    { op: "Split", inputs: [0], outputs: [13, 14] },
    { op: "Identity", inputs: [14, 17], outputs: [17] },
  ],
  // Each shows what comes later, the last the first.
  [
    { op: "Identity", inputs: [15], outputs: [18] },
    { op: "Identity", inputs: [16], outputs: [15] },
    { op: "Identity", inputs: [18], outputs: [16] },
  ],
])("views that go in circles end: $op", (...nodes) => {
  const target = roundTarget({ passes: allPasses });
  const { layers } = analyze(modelOfNodes(nodes), bindings(), [target], neverCancelled);
  expect(layers).toHaveLength(nodes.length);
});

const ops =
  "Conv Relu Identity Reshape MatMul Add Softmax Mul Sigmoid QuantizeLinear DequantizeLinear ReduceMean Sub Pow Sqrt Div BatchNormalization Transpose Shape Nonsense".split(
    " ",
  );

/** Nodes that read and write any value, in circles, twice, or not at all. */
const damagedModel: fc.Arbitrary<Model> = fc
  .array(
    fc.record({
      op: fc.constantFrom(...ops),
      inputs: fc.array(fc.integer({ min: -1, max: 19 }), { maxLength: 3 }),
      outputs: fc.array(fc.integer({ min: 0, max: 19 }), { maxLength: 2 }),
    }),
    { maxLength: 25 },
  )
  .map(modelOfNodes);

interface PlainNode {
  readonly op: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

function modelOfNodes(nodes: readonly PlainNode[]): Model {
  const values = [...new Array(20).keys()].map((id): Value => {
    const name = `v${id}`;
    if (id < 3) return { name, declared: tensor("float32", [2, 4, 8, 8]) };
    if (id === 3) return { name, declared: tensor("float32", [symbol("n"), 4]) };
    if (id < 6)
      return { name, weight: { elementType: "float32", shape: [4, 4, 1, 1], byteLength: 64 } };
    return { name };
  });
  return {
    format: "onnx",
    name: "",
    producer: "",
    irVersion: 10,
    opsets: new Map([["", 21]]),
    metadata: new Map(),
    functions: [],
    graph: {
      name: "",
      inputs: [0, 1, 2, 3],
      outputs: [18, 19, 19],
      values,
      captures: [],
      nodes: nodes.map(({ op, inputs, outputs }): Node => ({
        name: "",
        op,
        domain: "",
        inputs,
        outputs,
        attributes: noAttributes,
        scope: "",
      })),
    },
  };
}
