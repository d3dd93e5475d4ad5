import { describe, expect, test } from "vitest";
import { view, type SummaryView } from "../../../server/core/views/summary.js";
import { fakeAnalysis, fakeTargets, type FakeOptions } from "../../kit/fake-analysis.js";

function check(options: FakeOptions, part: (summary: SummaryView) => unknown): unknown {
  return part(view(fakeAnalysis(options), {}));
}

describe("the model as a whole", () => {
  test("it says what the file says of itself", () => {
    expect(
      check({}, ({ name, format, producer, opsets, nodeCount, inputs }) => ({
        name,
        format,
        producer,
        opsets,
        nodeCount,
        inputs,
      })),
    ).toMatchInlineSnapshot(`
      {
        "format": "onnx",
        "inputs": [
          {
            "name": "input",
            "type": "float32[1,64,56,56]",
          },
        ],
        "name": "resnet-tiny",
        "nodeCount": 11,
        "opsets": [
          {
            "domain": "",
            "version": 21,
          },
          {
            "domain": "my.domain",
            "version": 1,
          },
        ],
        "producer": "pytorch 2.9.0",
      }
    `);
  });

  test("a model without a name goes by its graph's", () =>
    expect(check({ name: "" }, ({ name }) => name)).toBe("main"));

  test("the peak names the node that sets it and the least possible", () =>
    // Two float32 buffers of 64 × 56 × 56: 2 × 200,704 × 4 bytes.
    expect(check({}, ({ peak }) => peak)).toEqual({
      bytes: 1_605_632,
      lowerBound: 1_605_632,
      strategy: "greedy-by-size",
      nodeId: 0,
      nodeName: "/layer0/conv",
    }));

  test("it is plain data: JSON gives it back unchanged", () => {
    const summary = view(fakeAnalysis({ isSymbolic: true }), {});
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  });
});

describe("a damaged file", () => {
  const problems = [{ code: "RP1002", severity: "error", message: "It ends early." }] as const;
  const known = (summary: SummaryView): unknown => [
    summary.extentRead,
    summary.parameterCount,
    summary.weightBytes,
    summary.macs,
    summary.targets[0]?.latency === null,
  ];

  test("of which nothing was read has unknown sums, not zeros", () =>
    expect(check({ problems, isEmpty: true }, known)).toEqual(["none", null, null, null, true]));

  test("of which a part was read has the sums of that part", () =>
    // One block: 64·64·3·3 parameters of four bytes, once per output position of 56 × 56.
    expect(check({ problems, blockCount: 1 }, known)).toEqual([
      "part",
      36_864,
      147_456,
      115_605_504,
      false,
    ]));

  test("an empty graph that was read whole holds nothing, and that is known", () =>
    expect(check({ problems: [], isEmpty: true }, known)).toEqual(["whole", 0, 0, 0, false]));
});

describe("symbols", () => {
  test("those of the inputs can be bound; the leading one of all inputs is the batch", () =>
    expect(check({ isSymbolic: true }, ({ symbols }) => symbols)).toEqual([
      { name: "batch", bound: null, isBatch: true },
      { name: "seq", bound: null, isBatch: false },
    ]));

  test("one that inference replaced shows its number", () => {
    const analysis = fakeAnalysis({ isSymbolic: true });
    const types = analysis.inferred.types.map((type) =>
      type?.kind === "tensor" && type.elementType === "int64" && type.shape?.length === 2
        ? { ...type, shape: [1, 128] }
        : type,
    );
    const bound = { ...analysis, inferred: { ...analysis.inferred, types, symbols: [] } };
    expect(view(bound, {}).symbols).toContainEqual({ name: "seq", bound: 128, isBatch: false });
  });
});

describe("targets", () => {
  test("one that does not fit says so; what is not known is null", () => {
    const [first] = fakeTargets;
    const tiny = { ...first!, capacityBytes: 1000, hasPower: false };
    expect(
      check({ targets: [tiny] }, ({ targets }) =>
        targets.map(({ fits, energy, capacityBytes }) => ({ fits, energy, capacityBytes })),
      ),
    ).toEqual([{ fits: false, energy: null, capacityBytes: 1000 }]);
  });

  test("fallbacks and uncosted nodes are counted", () =>
    // 20 blocks: convolutions are nodes 0, 2 … 38; 12 and 26 fall back; 1 of 43 nodes has no rule.
    expect(
      check({ blockCount: 20 }, ({ targets }) =>
        targets.map((target) => [target.fallbackCount, target.uncostedCount, target.uncostedShare]),
      ),
    ).toEqual([
      [0, 1, 1 / 43],
      [2, 1, 1 / 43],
      [0, 1, 1 / 43],
    ]));
});

describe("problems", () => {
  test("the worst come first, and name their node", () => {
    const problems = [
      { code: "RP1", severity: "hint", message: "h" },
      { code: "RP2", severity: "error", message: "e", nodeId: 8 },
      { code: "RP3", severity: "warning", message: "w" },
    ] as const;
    expect(check({ problems }, (s) => s.problems.map((p) => [p.code, p.nodeName]))).toEqual([
      ["RP2", "Shape #8"],
      ["RP3", null],
      ["RP1", null],
    ]);
  });

  test("a flood is cut, its counts are not", () => {
    const problems = Array.from({ length: 1200 }, () => ({
      code: "RP1",
      severity: "warning" as const,
      message: "w",
    }));
    expect(check({ problems }, (s) => [s.problems.length, s.problemCounts.warning])).toEqual([
      500, 1200,
    ]);
  });
});
