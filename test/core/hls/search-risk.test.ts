import { expect, test } from "vitest";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { topOf } from "../../../server/core/hls/estimate-kernel.js";
import { searchPragmas } from "../../../server/core/hls/search/search.js";
import { chanceToFit, reachOf, riskOf, upperCycles } from "../../../server/core/hls/search/risk.js";
import type { HlsFunction } from "../../../server/core/hls/ir.js";
import { profileOf, read } from "./kit.js";

function kernel(pragmas: string): HlsFunction {
  const target = topOf(
    read(`
      #pragma ACCEL kernel
      void f(double a[80][64], double b[80][64]) {
        ${pragmas}
        for (int i = 0; i < 80; i++) {
          #pragma ACCEL PARALLEL FACTOR=auto{__PARA__L1}
          for (int j = 0; j < 64; j++) b[i][j] = a[i][j] * 2.0;
        }
      }`).unit,
    undefined,
  );
  if (target === undefined) throw new Error("no function");
  return target;
}

test("copies of a part of a loop and tiles reach further than a loop that is unrolled whole", () => {
  const reach = (pragmas: string) => reachOf(kernel(pragmas));
  expect(reach("#pragma ACCEL PARALLEL FACTOR=8")).toMatchObject({ doublings: 3, tiles: 0 });
  expect(reach("#pragma ACCEL PARALLEL FACTOR=80")).toMatchObject({ doublings: 0, tiles: 0 });
  expect(reach("#pragma ACCEL TILE FACTOR=4")).toMatchObject({ doublings: 0, tiles: 1 });
  // A tile as long as its loop is none.
  expect(reach("#pragma ACCEL TILE FACTOR=80")).toMatchObject({ tiles: 0 });
  expect(reach("#pragma ACCEL PARALLEL FACTOR=80").written).toBeGreaterThan(reach("").written);
});

test("what reaches further is riskier, and its cycles may be further above", () => {
  const plain = { doublings: 0, tiles: 0, written: 0 };
  const far = { doublings: 6, tiles: 1, written: 8 };
  expect(riskOf(far, 0.1)).toBeGreaterThan(riskOf(plain, 0.1));
  expect(riskOf(plain, 0.5)).toBeGreaterThan(riskOf(plain, 0.1));
  const above = (reach: typeof plain): number => upperCycles(1000, reach, 0.1) / 1000;
  expect(above(plain)).toBeGreaterThan(1);
  expect(above(far)).toBeGreaterThan(1.2 * above(plain));
});

test("a design near the limit may be beyond it", () => {
  expect(chanceToFit(0.2, 0.8)).toBeGreaterThan(0.99);
  expect(chanceToFit(0.7, 0.8)).toBeCloseTo(0.5, 1);
  expect(chanceToFit(1, 0.8)).toBeLessThan(0.1);
  expect(chanceToFit(0.35, 0.4)).toBeCloseTo(chanceToFit(0.7, 0.8), 6);
});

test("of designs with the same estimate the one with less to write is proposed", () => {
  const target = kernel("#pragma ACCEL PIPELINE auto{__PIPE__L0}\n#pragma ACCEL PARALLEL FACTOR=1");
  const { best, knobs } = searchPragmas(target, profileOf("vitis-2020.2"), {
    capacity: { dsp: 6840, lut: 1_182_240, ff: 2_364_480, bram: 4320 },
    cancel: neverCancelled,
  });
  // Flattening unrolls the inner loop: its own factor then says nothing.
  const inner = knobs.findIndex(({ loop: { iterator } }) => iterator === "j");
  const pipeline = knobs.findIndex(({ what }) => what === "pipeline");
  const isFlattened = knobs[pipeline]?.values[best.choice[pipeline] ?? 0]?.text === "flatten";
  if (isFlattened) expect(knobs[inner]?.values[best.choice[inner] ?? 0]?.text).toBe("FACTOR=1");
  else expect(knobs[pipeline]?.values[best.choice[pipeline] ?? 0]?.text).toBe("off");
});
