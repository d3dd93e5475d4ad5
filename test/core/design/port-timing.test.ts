import { expect, test } from "vitest";
import type { TimingTable } from "../../../server/core/design/part.js";
import type { NetCell, NetModule } from "../../../server/core/design/rtl/netlist.js";
import { portTimings } from "../../../server/core/design/rtl/port-timing.js";
import { longestPaths } from "../../../server/core/design/rtl/timing.js";

// Whole numbers that sums can be read from: 1 a wire, 10 a LUT, 100 out of a register, 1000 into one.
const table = {
  ...{ lut: 10, net: 1, fanout: 0, clockToOutput: 100, setup: 1000 },
  ...{ carryIn: 0, carry: 0, carryOut: 0, memoryClock: 0, dsp: 0, dspClock: 0, period: 0 },
  ...{ grades: {}, vendor: 1, low: 1, high: 1 },
} as unknown as TimingTable;

function cell(
  name: string,
  type: string,
  inputs: Readonly<Record<string, readonly number[]>>,
  outputs: Readonly<Record<string, readonly number[]>>,
): NetCell {
  const directions = Object.fromEntries([
    ...Object.keys(inputs).map((port) => [port, "input"]),
    ...Object.keys(outputs).map((port) => [port, "output"]),
  ]) as Record<string, string>;
  return {
    name,
    type,
    parameters: {},
    attributes: {},
    connections: { ...inputs, ...outputs },
    directions,
  };
}

function moduleOf(
  name: string,
  ports: Readonly<Record<string, readonly [string, ...number[]]>>,
  cells: readonly NetCell[],
  nets: Readonly<Record<string, readonly number[]>>,
): NetModule {
  return {
    ...{ name, attributes: {}, cells, memories: [] },
    ports: new Map(
      Object.entries(ports).map(([port, [direction, ...bits]]) => [port, { direction, bits }]),
    ),
    netNames: Object.entries(nets).map(([net, bits]) => ({
      ...{ name: net, bits, isHidden: false, src: "" },
    })),
  };
}

/** a → LUT → r → LUT → y, and b → LUT → LUT → z. */
const stage = moduleOf(
  "stage",
  { clk: ["input", 1], a: ["input", 2], b: ["input", 3], y: ["output", 6], z: ["output", 8] },
  [
    cell("l1", "LUT1", { I0: [2] }, { O: [4] }),
    cell("r", "FDRE", { C: [1], D: [4] }, { Q: [5] }),
    cell("l2", "LUT1", { I0: [5] }, { O: [6] }),
    cell("l3", "LUT1", { I0: [3] }, { O: [7] }),
    cell("l4", "LUT1", { I0: [7] }, { O: [8] }),
  ],
  { r: [5], y: [6], z: [8] },
);

function paths(top: NetModule) {
  const modules = new Map([stage, top].map((module) => [module.name, module]));
  const ports = portTimings({ modules }, "top", table);
  const found = longestPaths(top, table, { limit: 5, hasPorts: false, ports });
  return found.map(({ start, end, nanoseconds, levels }) => ({
    ...{ from: start.name, to: end.name, nanoseconds, levels },
  }));
}

test("a path leaves one instance, goes through another, and ends in a third", () => {
  const top = moduleOf(
    "top",
    { clk: ["input", 1], x: ["input", 2] },
    [
      cell("u", "stage", { clk: [1], a: [2], b: [9] }, { y: [3], z: [10] }),
      cell("v", "stage", { clk: [1], a: [11], b: [3] }, { y: [12], z: [4] }),
      cell("l", "LUT1", { I0: [4] }, { O: [5] }),
      cell("w", "stage", { clk: [1], a: [5], b: [13] }, { y: [14], z: [15] }),
    ],
    {},
  );
  // u: 100 + wire 1 + LUT 10; v: twice wire and LUT; l: wire and LUT; w: wire, LUT, wire, setup.
  const nanoseconds = 100 + 11 + 22 + 11 + 11 + 1 + 1000;
  expect(paths(top)).toEqual([{ from: "u.r", to: "w.r", nanoseconds, levels: 5 }]);
});

test("registers of the top reach into instances and out of them", () => {
  const top = moduleOf(
    "top",
    { clk: ["input", 1] },
    [
      cell("p", "FDRE", { C: [1], D: [3] }, { Q: [2] }),
      cell("u", "stage", { clk: [1], a: [2], b: [9] }, { y: [3], z: [10] }),
    ],
    { p: [2] },
  );
  expect(paths(top)).toEqual([
    { from: "u.r", to: "p", nanoseconds: 100 + 11 + 1 + 1000, levels: 1 },
    { from: "p", to: "u.r", nanoseconds: 100 + 11 + 1 + 1000, levels: 1 },
  ]);
});

test("what the top's inputs bring is no path between registers", () => {
  const top = moduleOf(
    "top",
    { clk: ["input", 1], x: ["input", 2], y: ["output", 3] },
    [cell("u", "stage", { clk: [1], a: [2], b: [2] }, { y: [3], z: [10] })],
    {},
  );
  expect(paths(top)).toEqual([]);
});

/** d[0] → LUT → LUT → y[0], d[1] → y[1], d[1] → LUT → q. */
const pair = moduleOf(
  "pair",
  { clk: ["input", 1], d: ["input", 2, 3], y: ["output", 5, 6] },
  [
    cell("l1", "LUT1", { I0: [2] }, { O: [4] }),
    cell("l2", "LUT1", { I0: [4] }, { O: [5] }),
    cell("l3", "LUT1", { I0: [3] }, { O: [6] }),
    cell("l4", "LUT1", { I0: [3] }, { O: [7] }),
    cell("q", "FDRE", { C: [1], D: [7] }, { Q: [8] }),
  ],
  { q: [8] },
);

test("bits of one port are timed by themselves", () => {
  const top = moduleOf(
    "top",
    { clk: ["input", 1] },
    [
      // Only the first bit starts in a register that is far away, only the second leads to one in the instance.
      cell("p", "FDRE", { C: [1], D: [20] }, { Q: [2] }),
      cell("u", "pair", { clk: [1], d: [2, 21] }, { y: [3, 4] }),
      cell("r", "FDRE", { C: [1], D: [3] }, { Q: [21] }),
      cell("s", "FDRE", { C: [1], D: [4] }, { Q: [20] }),
    ],
    { p: [2], r: [21], s: [20] },
  );
  const modules = new Map([pair, top].map((module) => [module.name, module]));
  const ports = portTimings({ modules }, "top", table);
  const found = longestPaths(top, table, { limit: 9, hasPorts: false, ports });
  expect(
    found.map(({ start, end, nanoseconds }) => `${start.name}>${end.name} ${nanoseconds}`),
  ).toEqual([
    "p>r 1123", // 100 + two of wire and LUT + wire + setup
    "r>u.q 1112",
    "r>s 1112",
    "s>p 1101",
  ]);
});
