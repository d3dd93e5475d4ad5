import fc from "fast-check";
import { expect, test } from "vitest";
import { convexParts, type Part } from "../../../server/core/views/graph/convex-parts.js";

interface Scope {
  readonly name: string;
  readonly parts: readonly Part<Scope>[];
}

const scope = (name: string, ...parts: readonly Part<Scope>[]): Scope => ({ name, parts });

/** What is left, scopes by their names; `edges` as `from-to`. */
function check(parts: readonly Part<Scope>[], edges: readonly string[]): readonly unknown[] {
  const pairs = edges.map((edge) => edge.split("-").map(Number));
  const partOf = new Int32Array(100).fill(-1);
  const left = convexParts(parts, {
    partOf,
    producersOf: (nodeId) => pairs.flatMap(([from = -1, to]) => (to === nodeId ? [from] : [])),
  });
  expect(partOf.every((value) => value === -1)).toBe(true);
  return left.map((part) => (typeof part === "object" ? part.name : part));
}

test("scopes that data goes through once stay", () =>
  expect(check([scope("a", 0, 1), scope("b", 2, 3)], ["0-1", "1-2", "2-3"])).toEqual(["a", "b"]));

test("a scope that data leaves and comes back to is dissolved, what it went through is not", () => {
  // 0 → 1 → 2 → 3, with 0 and 2 in one scope: the node 1 between them would stand in a cycle.
  expect(check([scope("relu", 0, 2), 1, scope("b", 3, 4)], ["0-1", "1-2", "2-3", "3-4"])).toEqual([
    0,
    1,
    2,
    "b",
  ]);
});

test("two scopes that take turns are both dissolved, one inside them that does not stays", () => {
  const parts = [scope("a", 0, 2, scope("tail", 4, 5)), scope("b", 1, 3)];
  expect(check(parts, ["0-1", "1-2", "2-3", "3-4", "4-5"])).toEqual([0, 1, 2, 3, "tail"]);
});

test("what is left has no cycles, and all its nodes", () => {
  const assignment = fc.array(fc.nat(3), { minLength: 2, maxLength: 14 });
  const edges = fc.array(fc.tuple(fc.nat(13), fc.nat(13)), { maxLength: 30 });
  fc.assert(
    fc.property(assignment, edges, (groups, found) => {
      const scopes = [0, 1, 2].map((group) =>
        scope(`s${group}`, ...groups.flatMap((own, nodeId) => (own === group ? [nodeId] : []))),
      );
      const loose = groups.flatMap((own, nodeId) => (own === 3 ? [nodeId] : []));
      const forward = found
        .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
        .filter(([a, b]) => a < b && b < groups.length);
      const left = convexParts([...scopes.filter(({ parts }) => parts.length > 0), ...loose], {
        partOf: new Int32Array(groups.length).fill(-1),
        producersOf: (nodeId) => forward.flatMap(([a, b]) => (b === nodeId ? [a] : [])),
      });
      const nodes = left.map((part) =>
        typeof part === "number" ? [part] : part.parts.map(Number),
      );
      expect(nodes.flat().sort((a, b) => a - b)).toEqual([...groups.keys()]);
      // Kahn: parts whose sources are done can be drawn; in the end all are.
      const partOf = new Map(nodes.flatMap((own, at) => own.map((nodeId) => [nodeId, at])));
      const waiting = new Set(left.keys());
      for (let isMoving = true; isMoving;) {
        isMoving = false;
        for (const at of waiting) {
          const isBlocked = forward.some(
            ([a, b]) => partOf.get(b) === at && partOf.get(a) !== at && waiting.has(partOf.get(a)!),
          );
          if (isBlocked) continue;
          waiting.delete(at);
          isMoving = true;
        }
      }
      expect(waiting.size).toBe(0);
    }),
    { numRuns: 300 },
  );
});
