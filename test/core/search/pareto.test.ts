import fc from "fast-check";
import { expect, test } from "vitest";
import { compareAlternatives } from "../../../server/core/search/compare-alternatives.js";
import { frontOf, hypervolume } from "../../../server/core/search/pareto.js";
import { readResults } from "../../../server/core/search/read-results.js";

test("the front is what nothing else beats in every objective", () => {
  expect(
    frontOf([
      [1, 5],
      [2, 3],
      [3, 4],
      [4, 1],
      [NaN, 0],
    ]),
  ).toEqual([true, true, false, true, false]);
  expect(
    frontOf([
      [1, 1],
      [1, 1],
    ]),
  ).toEqual([true, true]);
});

test("hypervolume by hand: two rectangles that overlap, and a box in three dimensions", () => {
  // (1, 2) covers 3 × 2, (2, 1) covers 2 × 3, both 2 × 2.
  expect(
    hypervolume(
      [
        [1, 2],
        [2, 1],
      ],
      [4, 4],
    ),
  ).toBe(6 + 6 - 4);
  expect(hypervolume([[1, 1, 1]], [2, 3, 4])).toBe(1 * 2 * 3);
  expect(hypervolume([[5, 5]], [4, 4])).toBe(0);
});

test("the front equals the definition, and dominated points add no volume", () => {
  const point = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9));
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 30 }), (points) => {
      const beats = (a: readonly number[], b: readonly number[]): boolean =>
        a.every((value, axis) => value <= b[axis]!) && a.some((value, axis) => value < b[axis]!);
      const front = frontOf(points);
      expect(front).toEqual(points.map((own) => !points.some((other) => beats(other, own))));
      const reference = [10, 10, 10];
      expect(
        hypervolume(
          points.filter((_, at) => front[at]),
          reference,
        ),
      ).toBeCloseTo(hypervolume(points, reference));
    }),
    { numRuns: 100 },
  );
});

const line = (id: string, seconds: number, totalBytes: number, more: object = {}): string =>
  JSON.stringify({
    file: `models/${id}.onnx`,
    model: { name: id, parameterCount: 10, macs: 20 },
    targets: [
      {
        id: "chip/runtime/fp16",
        batch: 2,
        latency: { seconds, low: seconds / 2, high: seconds * 2 },
        memory: { totalBytes, fits: true },
        energy: null,
      },
    ],
    ...more,
  });

test("lines of batch become points with intervals; own metrics are axes; bad lines are told", () => {
  const { value, problems } = readResults(
    [
      line("a", 0.01, 5, { metrics: { accuracy: 0.7 }, label: "wide" }),
      "nonsense",
      line("b", 0.02, 4),
    ].join("\n"),
  );
  expect(problems.map(({ message }) => message)).toEqual(["Line 2: it is not JSON."]);
  expect(value[0]?.label).toBe("wide · chip/runtime/fp16 · batch 2");
  expect(value[0]?.metrics["latency"]).toEqual({ value: 0.01, low: 0.005, high: 0.02 });
  expect(value[0]?.metrics["throughput"]?.value).toBeCloseTo(200);
  const result = compareAlternatives(value, [
    { metric: "latency", limit: null },
    { metric: "accuracy", limit: null },
  ]);
  expect(result.axes[1]).toMatchObject({ isMoreBetter: true });
  expect(result.states).toEqual(["front", "unknown"]);
});

test("a limit takes points out before the front is drawn", () => {
  const { value } = readResults(
    [line("a", 0.01, 9), line("b", 0.02, 4), line("c", 0.03, 5)].join("\n"),
  );
  const states = (limit: number | null): readonly string[] =>
    compareAlternatives(value, [
      { metric: "latency", limit: null },
      { metric: "memory", limit },
    ]).states;
  expect(states(null)).toEqual(["front", "front", "dominated"]);
  expect(states(4.5)).toEqual(["outside", "front", "outside"]);
});

test("fronts by series are each their own, in one box; without series there is one front", () => {
  const of = (series: string, id: string, seconds: number, bytes: number): string =>
    line(id, seconds, bytes, { series });
  const { value } = readResults(
    [
      of("joint", "a", 1, 4),
      of("joint", "b", 4, 1),
      of("one by one", "c", 2, 5),
      of("one by one", "d", 5, 2),
    ].join("\n"),
  );
  const axes = [
    { metric: "latency", limit: null },
    { metric: "memory", limit: null },
  ];
  expect(compareAlternatives(value, axes).states).toEqual([
    "front",
    "front",
    "dominated",
    "dominated",
  ]);
  const { states, groups, groupOf } = compareAlternatives(value, axes, "series");
  expect(states).toEqual(["front", "front", "front", "front"]);
  expect(groupOf).toEqual([0, 0, 1, 1]);
  expect(groups.map(({ label, frontCount }) => [label, frontCount])).toEqual([
    ["joint", 2],
    ["one by one", 2],
  ]);
  expect(groups[0]?.hypervolume).toBeGreaterThan(groups[1]?.hypervolume ?? 1);
});

test("a hundred thousand points are compared", () => {
  const { value } = readResults(line("a", 1, 1));
  const many = Array.from({ length: 100_000 }, (_, at) => ({
    ...value[0]!,
    id: String(at),
    metrics: {
      latency: { value: at + 1, low: at, high: at },
      memory: { value: (at * 7919) % 100_003, low: 0, high: 0 },
    },
  }));
  const axes = ["latency", "memory"].map((metric) => ({ metric, limit: null }));
  expect(compareAlternatives(many, axes).states.filter((state) => state === "front").length).toBe(
    frontOf(many.map(({ metrics }) => [metrics.latency.value, metrics.memory.value])).filter(
      (isOn) => isOn,
    ).length,
  );
});
