import { expect, test } from "vitest";
import { alikeRows } from "../../../server/core/reports/alike.js";
import type { LayerRow } from "../../../server/core/reports/rows.js";

function row(name: string, seconds: number, channels = 64): LayerRow {
  const tensor = { name: "t", type: "float16", shape: [1, channels] };
  return {
    layer: {
      id: name,
      name,
      op: "MatMul",
      scope: "",
      source: null,
      inputs: [tensor],
      outputs: [tensor],
      parameterCount: 100,
      weightBytes: 200,
      macs: 1000,
      folded: false,
      costed: true,
    } as unknown as LayerRow["layer"],
    perTarget: [
      {
        id: name,
        seconds,
        low: seconds / 2,
        high: seconds * 2,
        share: seconds / 10,
        bound: "memory",
        engine: null,
      },
    ],
  };
}

function check(rows: readonly LayerRow[]): string[] {
  return alikeRows(rows).map(
    ({ name, count, parameterCount, macs, perTarget: [measure] }) =>
      `${name} ×${count} ${parameterCount} ${macs} ${measure?.low}–${measure?.seconds}–${measure?.high} ${measure?.share}`,
  );
}

test("a decoder's blocks are one row each, heaviest together first", () => {
  const blocks = [0, 1, 2].flatMap((index) => [
    row(`layers.${index}.mlp.up`, 1, 128),
    row(`layers.${index}.attention`, 2),
  ]);
  expect(check([row("head", 4), ...blocks])).toEqual([
    "layers.*.attention ×3 300 3000 3–6–12 0.6000000000000001",
    "head ×1 100 1000 2–4–8 0.4",
    "layers.*.mlp.up ×3 300 3000 1.5–3–6 0.30000000000000004",
  ]);
});

test("what costs more by a hundredth, or has another shape, is another row", () => {
  expect(check([row("a.1", 1), row("a.2", 1.01), row("a.3", 1, 65)])).toHaveLength(3);
});

test("names that differ in more than numbers show the first with its numbers open", () => {
  expect(
    check([row("layers.0.gate", 1), row("layers.0.up", 1), row("layers.1.gate", 1)]),
  ).toMatchObject([expect.stringMatching(/^layers\.\*\.gate … ×3/)]);
  expect(check([row("n1", 1), row("n2", 1)])).toMatchObject([expect.stringMatching(/^n1 … ×2/)]);
  expect(check([row("a.b", 1), row("c", 1)])).toMatchObject([expect.stringMatching(/^a\.b … ×2/)]);
});

test("a time that is not known stays unknown", () => {
  const unknown = row("b.1", 1);
  const measure = unknown.perTarget[0];
  if (measure === undefined) throw new Error("no measure");
  const nothing = { ...unknown, perTarget: [{ ...measure, seconds: null, low: null, high: null }] };
  expect(check([nothing, nothing])).toEqual(["b.1 ×2 200 2000 null–null–null 0.2"]);
});
