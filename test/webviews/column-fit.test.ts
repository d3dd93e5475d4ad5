import { expect, test } from "vitest";
import { fitColumns } from "../../webviews/src/kit/column-fit.js";

const columns = [
  { id: "name", minWidth: 20, maxWidth: 40, priority: 0, grows: true },
  { id: "shape", minWidth: 8, maxWidth: 16, priority: 2 },
  { id: "time", minWidth: 10, maxWidth: 12, priority: 1 },
];

/** Columns that fit `width` pixels at 10 pixels a digit and 10 of padding. */
function check(width: number, longest: Readonly<Record<string, number>> = {}) {
  return fitColumns(columns, new Map(Object.entries(longest)), {
    width,
    digitWidth: 10,
    padding: 10,
  });
}

test("what matters least goes first", () => {
  const shown = (width: number) => check(width).shown.map((column) => column.id);
  expect(shown(410)).toEqual(["name", "shape", "time"]);
  expect(shown(409)).toEqual(["name", "time"]);
  expect(shown(319)).toEqual(["name"]);
  expect(shown(10)).toEqual(["name"]);
});

test("columns are as wide as what they show, within their bounds; one takes the rest", () =>
  expect(check(1000, { name: 90, shape: 13, time: 99 }).template).toBe(
    "minmax(calc(20ch + 10px), 1fr) calc(13ch + 10px) calc(12ch + 10px)",
  ));
