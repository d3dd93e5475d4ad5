import { expect, test } from "vitest";
import { formatBytes } from "../../server/core/base/units.js";
import { byteTicksOf, scaleOf } from "../../webviews/src/kit/axis.js";

test.each([
  [300e3, 300e6, 6, ["1 MiB", "4 MiB", "16 MiB", "64 MiB", "256 MiB"]],
  [300e3, 500e6, 3, ["1 MiB", "32 MiB"]],
  [900, 2e9, 4, ["1 KiB", "1 MiB", "1 GiB"]],
  [1000, 1500, 8, ["1 KiB"]],
])("ticks of bytes from %d to %d are round in their units", (low, high, count, expected) => {
  const ticks = byteTicksOf(scaleOf({ low, high, isLog: true }, 0, 1), count);
  expect(ticks.map((bytes) => formatBytes(bytes))).toEqual(expected);
});
