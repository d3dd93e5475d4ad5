import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { view, type LayersParams } from "../../../server/core/views/layers.js";
import { layerColumns } from "../../../server/core/views/layer-order.js";
import { fakeAnalysis, type FakeOptions } from "../../kit/fake-analysis.js";

const wholeTable: LayersParams = {
  sortBy: "index",
  descending: false,
  filter: "",
  start: 0,
  end: 1000,
  target: null,
  locate: null,
};

/** Node ids from top to bottom. */
function check(params: Partial<LayersParams>, options: FakeOptions = {}): readonly number[] {
  return view(fakeAnalysis(options), { ...wholeTable, ...params }).rows.map((row) => row.nodeId);
}

describe("order", () => {
  test("by default it is that of execution", () =>
    expect(check({})).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));

  test("convolutions of 1, 3, 5 and 2 units of work sort by time; what has no time stands last, folded nodes at its end", () => {
    // Node 10 is uncosted, the odd ones are fused, 9 is a view, 8 is folded.
    expect(check({ sortBy: "seconds", descending: true })).toEqual([
      4, 2, 6, 0, 10, 1, 3, 5, 7, 9, 8,
    ]);
    expect(check({ sortBy: "seconds" })).toEqual([0, 6, 2, 4, 10, 1, 3, 5, 7, 9, 8]);
  });

  test("names sort without regard to case; a node without a name stands last", () =>
    expect(check({ sortBy: "name" }).at(-1)).toBe(8));

  test("every column sorts all rows, both ways, the same way each time", () => {
    const analysis = fakeAnalysis();
    fc.assert(
      fc.property(
        fc.constantFrom(...layerColumns),
        fc.boolean(),
        fc.integer({ min: 0, max: 12 }),
        (sortBy, descending, start) => {
          const ids = view(analysis, { ...wholeTable, sortBy, descending }).rows;
          const part = view(analysis, { ...wholeTable, sortBy, descending, start, end: start + 3 });
          expect(new Set(ids.map((row) => row.nodeId)).size).toBe(11);
          expect(part.rows).toEqual(ids.slice(start, start + 3));
        },
      ),
    );
  });
});

describe("filter", () => {
  test.each([
    ["relu", [1, 3, 5, 7]],
    ["op:Conv", [0, 2, 4, 6]],
    ["op:con", []],
    ["layer1/", [0, 1, 2, 3, 4, 5, 6, 7]],
    ["layer1/conv", [2]],
    ["scope:head", [8, 9, 10]],
    ["56,56] conv", [0, 2, 4, 6]],
    ["is:fused", [1, 3, 5, 7]],
    ["is:uncosted", [10]],
    ["bound:memory", [4]],
    ["engine:gpu op:relu", [1, 3, 5, 7]],
    // Of 11 units of work in 1.05 times their sum: 43.3 %, 26.0 %, 17.3 % and 8.7 %.
    [">20%", [2, 4]],
    ["<10%", [0]],
    // One unit is 115,605,504 MAC, at 82 TMAC/s 1.41 µs.
    [">4us", [2, 4]],
    [">300MMAC", [2, 4]],
    [">1.5MiB is:kernel", []],
    [">10", []],
    ["nothing:here", []],
  ] as const)("%s", (filter, expected) => expect(check({ filter })).toEqual(expected));

  test("whatever is typed, it answers with rows that are there", () => {
    const analysis = fakeAnalysis();
    fc.assert(
      fc.property(fc.string(), (filter) => {
        const { matched, rows } = view(analysis, { ...wholeTable, filter });
        expect(rows).toHaveLength(matched);
      }),
    );
  });
});

describe("rows", () => {
  test("a kernel, what it fuses, what is folded and what is not known", () => {
    const rows = view(fakeAnalysis(), wholeTable).rows;
    expect(
      [0, 1, 8, 9, 10].map((id) => {
        const { state, fusedCount, fusedInto, reason, macs } = rows[id]!;
        return [state, fusedCount, fusedInto?.name ?? null, reason, macs];
      }),
    ).toEqual([
      ["kernel", 1, null, null, 115_605_504],
      ["fused", 0, "/layer0/conv", null, 0],
      ["folded", 0, null, null, 0],
      ["vanished", 0, null, null, 0],
      ["uncosted", 0, null, "There is no rule for `my.domain:MagicNorm`.", null],
    ]);
  });

  test("numbers are raw: seconds, bytes, fractions", () => {
    const row = view(fakeAnalysis(), wholeTable).rows[0]!;
    // 115,605,504 MAC / 82 TMAC/s; 64·56·56·2 bytes in, 64·64·9 of weights, 64·56·56·2 out.
    expect(row.seconds?.value).toBeCloseTo(115_605_504 / 82e12, 15);
    expect(row.bytes).toBe(401_408 + 36_864 + 401_408);
    expect(row.share).toBeCloseTo(1 / (11 * 1.05), 12);
  });

  test("the target is chosen by id; one that is gone gives way to the first", () => {
    const target = "stm32h747i-disco/x-cube-ai/int8";
    expect(view(fakeAnalysis(), { ...wholeTable, target }).targetId).toBe(target);
    expect(view(fakeAnalysis(), { ...wholeTable, target: "gone" }).rows[0]?.engine).toBe("gpu");
  });

  test("without a target there is work, and no time", () => {
    const row = view(fakeAnalysis({ targets: [] }), wholeTable).rows[0]!;
    expect([row.state, row.seconds, row.bytes, row.macs]).toEqual([
      "untargeted",
      null,
      802_816 + 147_456 + 802_816,
      115_605_504,
    ]);
  });

  test("a node is located in the order that is shown, unless the filter hides it", () => {
    const locate = (filter: string) =>
      view(fakeAnalysis(), { ...wholeTable, filter, start: 0, end: 0, locate: 4 }).located;
    expect([locate(""), locate("op:conv"), locate("op:relu")]).toEqual([4, 2, null]);
  });

  test("ranges beyond the end are empty, not wrong", () => {
    const { start, rows, matched } = view(fakeAnalysis(), { ...wholeTable, start: 50, end: 20 });
    expect([start, rows.length, matched]).toEqual([11, 0, 11]);
  });
});

describe("alike layers joined", () => {
  const blocks = fakeAnalysis({ blockCount: 24 });
  const joined: LayersParams = { ...wholeTable, joinsAlike: true };

  test("they stand in one row with their sums, heaviest first, and every layer is in one", () => {
    const single = view(blocks, wholeTable);
    const { rows, matched, matchedLayers, total } = view(blocks, {
      ...joined,
      sortBy: "seconds",
      descending: true,
    });
    expect(matched).toBe(rows.length);
    expect(matched).toBeLessThan(total);
    expect([matchedLayers, rows.reduce((sum, row) => sum + row.count, 0)]).toEqual([total, total]);
    for (const measure of ["macs", "share", "parameterCount"] as const) {
      const sum = (all: typeof rows): number =>
        all.reduce((known, row) => known + (row[measure] ?? 0), 0);
      expect(sum(rows)).toBeCloseTo(sum(single.rows), 9);
    }
    const times = rows.flatMap(({ seconds }) => (seconds === null ? [] : [seconds.value]));
    expect(times).toEqual([...times].sort((a, b) => b - a));
  });

  test("names say what differs; words narrow the layers, numbers speak of the row", () => {
    const show = (filter: string): string[] =>
      view(blocks, { ...joined, filter }).rows.map(
        ({ name, count, state }) => `${name} ×${count} ${state}`,
      );
    expect(show("is:kernel")).toMatchInlineSnapshot(`
      [
        "/layer*/conv ×2 kernel",
        "/layer*/conv ×2 kernel",
        "/layer*/conv ×2 kernel",
        "/layer*/conv ×2 kernel",
        "/layer*/conv ×2 kernel",
        "/layer*/conv ×2 kernel",
        "/layer*/conv ×2 kernel",
        "/layer*/conv ×2 kernel",
        "/layer*/conv ×2 kernel",
        "/layer9/conv ×1 kernel",
        "/layer10/conv ×1 kernel",
        "/layer11/conv ×1 kernel",
        "/layer12/conv ×1 kernel",
        "/layer13/conv ×1 kernel",
        "/layer14/conv ×1 kernel",
      ]
    `);
    expect(show("is:kernel >10%")).toMatchInlineSnapshot(`
      [
        "/layer*/conv ×2 kernel",
        "/layer*/conv ×2 kernel",
        "/layer*/conv ×2 kernel",
      ]
    `);
    expect(show("layer1/conv")).toMatchInlineSnapshot(`
      [
        "/layer1/conv ×1 kernel",
      ]
    `);
  });

  test("a layer is located in the row that it is part of", () => {
    const { rows, located } = view(blocks, { ...joined, locate: 10 });
    expect(located).not.toBeNull();
    expect(rows[located ?? -1]?.op).toBe(blocks.model.graph.nodes[10]?.op);
  });
});
