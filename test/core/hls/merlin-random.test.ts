import { expect, test } from "vitest";
import { estimateKernel, topOf } from "../../../server/core/hls/estimate-kernel.js";
import { applied } from "../../../server/core/hls/search/search.js";
import { spaceOf } from "../../../server/core/hls/search/space.js";
import { profileOf, read } from "./kit.js";

const head = (loop: string): string => `
  #pragma ACCEL PIPELINE auto{__PIPE__${loop}}
  #pragma ACCEL TILE FACTOR=auto{__TILE__${loop}}
  #pragma ACCEL PARALLEL FACTOR=auto{__PARA__${loop}}`;

/**
 * Kernels of several kinds, each with what no pragma can go below: words of 64 bytes between memory and kernel, and operations that follow
 * one another whatever is unrolled.
 */
const kernels: readonly {
  readonly name: string;
  readonly text: string;
  readonly words: number;
  readonly chained: number;
}[] = [
  {
    name: "products of two matrices in a row",
    words: 4 * 48 * 48,
    chained: 2,
    text: `void f(double a[48][48], double b[48][48], double c[48][48], double d[48][48]) {
      ${head("L0")}
      for (int i = 0; i < 48; i++) {
        ${head("L1")}
        for (int j = 0; j < 48; j++) {
          c[i][j] = 0.0;
          #pragma ACCEL PARALLEL reduction=c FACTOR=auto{__PARA__L2}
          for (int k = 0; k < 48; k++) c[i][j] += a[i][k] * b[k][j];
        }
      }
      ${head("L3")}
      for (int i = 0; i < 48; i++) {
        #pragma ACCEL PARALLEL FACTOR=auto{__PARA__L4}
        for (int j = 0; j < 48; j++) d[i][j] = d[i][j] + 2.0 * c[i][j];
      }
    }`,
  },
  {
    name: "a stencil over steps of time",
    words: 2 * 40 * 40,
    // Of each of two sweeps a step: two sums.
    chained: 20 * 4,
    text: `void f(double a[40][40], double b[40][40]) {
      ${head("L0")}
      for (int t = 0; t < 20; t++) {
        ${head("L1")}
        for (int i = 1; i < 39; i++) {
          #pragma ACCEL PARALLEL FACTOR=auto{__PARA__L2}
          for (int j = 1; j < 39; j++) b[i][j] = 0.2 * (a[i][j] + a[i][j - 1] + a[i + 1][j]);
        }
        ${head("L3")}
        for (int i = 1; i < 39; i++) {
          #pragma ACCEL PARALLEL FACTOR=auto{__PARA__L4}
          for (int j = 1; j < 39; j++) a[i][j] = 0.2 * (b[i][j] + b[i][j - 1] + b[i + 1][j]);
        }
      }
    }`,
  },
  {
    name: "a sweep that uses what it has just written",
    words: 60 * 60,
    // The last element of a row waits for all before it: two sums and a quotient each.
    chained: 2 * 57,
    text: `void f(double a[60][60]) {
      ${head("L0")}
      for (int i = 1; i < 59; i++) {
        #pragma ACCEL PARALLEL FACTOR=auto{__PARA__L1}
        for (int j = 1; j < 59; j++) a[i][j] = (a[i][j - 1] + a[i - 1][j + 1] + a[i][j]) / 3.0;
      }
    }`,
  },
  {
    name: "a triangle behind a condition",
    words: 60 * 60 + 60 * 80,
    chained: 2,
    text: `void f(double a[60][60], double b[60][80]) {
      ${head("L0")}
      for (int i = 0; i < 60; i++) {
        ${head("L1")}
        for (int j = 0; j < 80; j++) {
          double s = 0.0;
          #pragma ACCEL PARALLEL reduction=s FACTOR=auto{__PARA__L2}
          for (int k = 0; k < 60; k++) if (k < i) s += a[i][k] * b[k][j];
          b[i][j] = b[i][j] + s;
        }
      }
    }`,
  },
];

test.each(kernels)(
  "$name: no setting of pragmas goes below what must be moved and computed",
  (one) => {
    const target = topOf(read(`#pragma ACCEL kernel\n${one.text}`).unit, undefined);
    if (target === undefined) throw new Error("no function");
    const knobs = spaceOf(target);
    expect(knobs.length).toBeGreaterThan(3);
    let seed = 1;
    const next = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
    for (let round = 0; round < 60; round += 1) {
      // The last values unroll and flatten all there is.
      const choice = knobs.map(({ values }) =>
        round === 0 ? values.length - 1 : Math.floor(next() * values.length),
      );
      for (const tool of ["sdx-2018.3", "vitis-2020.2"]) {
        const profile = profileOf(tool);
        const found = estimateKernel(applied(target, knobs, choice), profile);
        const said = knobs.map(({ loop, what, values }, at) =>
          [loop.iterator, what, values[choice[at] ?? 0]?.text].join(" "),
        );
        const sum = profile.operators["add.f64"]?.latency ?? 0;
        const moved = found.transfers.reduce((total, { cycles }) => total + cycles, 0);
        expect(moved).toBeGreaterThanOrEqual(one.words / (profile.memoryBits / 64));
        expect(found.timing.cycles, `${tool}: ${said.join(", ")}`).toBeGreaterThanOrEqual(
          one.chained * (sum - 1),
        );
        // Tiles may be moved while others are computed: the longer of the two is left.
        expect(found.assumedCycles).toBeGreaterThanOrEqual(
          Math.max(found.timing.cycles, one.words / (profile.memoryBits / 64)),
        );
        expect(Number.isFinite(found.area.lut) && found.area.lut > 0).toBe(true);
        expect(found.area.dsp).toBeGreaterThan(0);
      }
    }
  },
);
