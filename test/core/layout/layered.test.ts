import fc from "fast-check";
import { expect, test } from "vitest";
import { layeredLayout, type LayoutGraph } from "../../../server/core/layout/layered.js";

const gaps = { column: 20, layer: 30, lane: 10 };

/** Edges as `a>b`, nodes of 100 × 40. */
function check(count: number, edges: string): ReturnType<typeof layeredLayout> {
  const pairs = edges.split(" ").filter((edge) => edge !== "");
  return layeredLayout(
    graphOf(
      count,
      pairs.map((edge) => edge.split(">").map(Number)),
    ),
  );
}

function graphOf(count: number, edges: readonly (readonly number[])[]): LayoutGraph {
  return {
    widths: new Array<number>(count).fill(100),
    heights: new Array<number>(count).fill(40),
    sources: edges.map(([source]) => source ?? 0),
    targets: edges.map(([, target]) => target ?? 0),
    gaps,
  };
}

test("a chain stands in one straight column", () => {
  const { xs, ys, width, height } = check(4, "0>1 1>2 2>3");
  expect([...xs]).toEqual([50, 50, 50, 50]);
  expect([...ys]).toEqual([20, 90, 160, 230]);
  expect([width, height]).toEqual([100, 250]);
});

test("what a residual edge passes stays straight, and the edge goes beside", () => {
  const { xs, routes } = check(5, "0>1 1>2 2>3 0>3 3>4");
  expect(new Set(xs).size).toBe(1);
  const beside = routes[3] ?? [];
  expect(beside.filter((_, at) => at % 2 === 0).some((x) => Math.abs(x - (xs[0] ?? 0)) > 50)).toBe(
    true,
  );
});

test("a constant stands right above what reads it, not at the top", () => {
  const { ys } = check(5, "0>4 1>2 2>3 3>4");
  expect(ys[0]).toBe(ys[3]);
});

test("an edge against the order is drawn upwards", () => {
  const { routes, ys } = check(3, "0>1 1>2 2>0");
  const back = routes[2] ?? [];
  expect(back[1]).toBeGreaterThan(back.at(-1) ?? 0);
  expect(ys[0]).toBeLessThan(ys[2] ?? 0);
});

test("what a thousand nodes read is cut where it would be a thousand lines", () => {
  const chain = Array.from({ length: 999 }, (_, at) => [at, at + 1]);
  const mask = Array.from({ length: 998 }, (_, at) => [0, at + 2]);
  const { routes, width } = layeredLayout(graphOf(1000, [...chain, ...mask]));
  expect(routes.slice(0, 999).every((route) => route !== undefined)).toBe(true);
  expect(routes.slice(999).filter((route) => route === undefined).length).toBeGreaterThan(990);
  expect(width).toBeLessThan(400);
});

test("ten thousand layers overflow nothing", () => {
  const { height } = layeredLayout(
    graphOf(
      10_000,
      Array.from({ length: 9999 }, (_, at) => [at, at + 1]),
    ),
  );
  expect(height).toBe(10_000 * 70 - 30);
});

test("nodes never overlap, and every route starts and ends at its nodes", () => {
  const edge = fc.tuple(fc.nat(29), fc.nat(29)).filter(([a, b]) => a !== b);
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 70 }), (edges) => {
      const { xs, ys, routes } = layeredLayout(graphOf(30, edges));
      for (let a = 0; a < 30; a++)
        for (let b = 0; b < a; b++)
          if (ys[a] === ys[b]) expect(Math.abs((xs[a] ?? 0) - (xs[b] ?? 0))).toBeGreaterThan(119.9);
      for (const [at, route] of routes.entries()) {
        if (route === undefined) continue;
        expect(route[0]).toBeCloseTo(xs[edges[at]?.[0] ?? 0] ?? 0);
        expect(route.at(-2)).toBeCloseTo(xs[edges[at]?.[1] ?? 0] ?? 0);
      }
    }),
    { numRuns: 60 },
  );
});
