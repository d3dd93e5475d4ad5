import { expect, test } from "vitest";
import { acceleratorPin } from "../../../server/core/accelerator/rtl-pin.js";
import {
  costAt,
  pricesOf,
  sizesToSynthesise,
  type RtlSubject,
  type RtlCost,
} from "../../../server/core/accelerator/rtl-price.js";
import type { SweepPoint } from "../../../server/core/accelerator/sweep.js";

const rtl = {
  file: "array.sv",
  top: "array",
  parameters: { rows: "ROWS", columns: "COLS", width: "W" },
};

/** An array of elements of 900 gates, with edges: a row costs 40 more, a column 100 less, 7 are outside. */
function gates(rows: number, columns: number): RtlCost {
  return { gate: 900 * rows * columns + 40 * rows - 100 * columns + 7, ff: 60 * rows * columns };
}

const corners = [gates(2, 2), gates(2, 4), gates(4, 2), gates(4, 4)];

function chip(rows: number, columns: number): RtlSubject {
  return { rtl, extents: { rows, columns, lanes: 1 } };
}

function point(values: Readonly<Record<string, string>>, seconds: number): SweepPoint {
  return {
    values,
    seconds,
    cycles: seconds,
    utilization: 1,
    joules: 1,
    dramBytes: 1,
    area: 1,
    isOnFront: false,
    misses: [],
  };
}

test("the pin's words that are parameters of the RTL are known by name, and the module that follows", () => {
  const pin = acceleratorPin(
    `module cell_ (); endmodule
     // ridgepoint: accelerator dataflow=ws rows=ROWS columns=2 width=W clock=1GHz
     module grid #(parameter ROWS = 4, parameter W = 8) (); endmodule`,
    "file",
  );
  expect(pin?.parameters).toEqual({ rows: "ROWS", width: "W" });
  expect(pin?.top).toBe("grid");
});

test("the smallest sizes are synthesised, by the RTL's own parameters", () => {
  expect(sizesToSynthesise(rtl)).toEqual([
    { label: "2×2", parameters: { ROWS: "2", COLS: "2" } },
    { label: "2×4", parameters: { ROWS: "2", COLS: "4" } },
    { label: "4×2", parameters: { ROWS: "4", COLS: "2" } },
    { label: "4×4", parameters: { ROWS: "4", COLS: "4" } },
  ]);
  expect(sizesToSynthesise({ ...rtl, parameters: { width: "W" } })).toEqual([]);
});

test("other sizes continue them: elements, edges of rows and columns and what is outside, exactly", () => {
  for (const [rows, columns] of [
    [2, 4],
    [3, 5],
    [16, 16],
    [32, 16],
    [1, 1],
  ] as const)
    expect(costAt(rtl, corners, { rows, columns })).toEqual(gates(rows, columns));
});

test("a sweep's points have a price, and the front is that of time, price and energy", () => {
  const prices = pricesOf(
    chip(16, 16),
    { corners, capacity: {}, family: "asic", part: null, tool: "tool" },
    [
      point({ rows: "32" }, 1),
      point({ rows: "16" }, 2),
      point({ rows: "64" }, 1),
      point({ columns: "8", dram: "1GB/s" }, 3),
      point({ lanes: "2" }, 1),
    ],
  );
  expect(prices.chief).toBe("gate");
  expect(prices.own).toEqual(gates(16, 16));
  expect(prices.points).toEqual([gates(32, 16), gates(16, 16), gates(64, 16), gates(16, 8), null]);
  // 64 rows are no faster than 32; lanes are no parameter of this RTL.
  expect(prices.isOnFront).toEqual([true, true, false, true, false]);
  expect(prices.size).toBe("16×16");
});

test("on a part the scarcest resource stands for the price", () => {
  const cost = { lut: 100, dsp: 10 };
  const prices = pricesOf(
    chip(2, 2),
    {
      corners: [cost, cost, cost, cost],
      capacity: { lut: 20_800, dsp: 90 },
      family: "xc7",
      part: "xc7a35t",
      tool: "tool",
    },
    [],
  );
  expect(prices.chief).toBe("dsp");
});

test("a part that has none of a kind is not priced by it where nothing asks for it", () => {
  const cost = { lut: 100, ff: 40 };
  const prices = pricesOf(
    chip(2, 2),
    {
      corners: [cost, cost, cost, cost],
      capacity: { lut: 1280, ff: 1280, dsp: 0, bram: 16, uram: 0 },
      family: "ice40",
      part: "ice40-hx1k",
      tool: "tool",
    },
    [],
  );
  expect(prices.chief).toBe("lut");
});
