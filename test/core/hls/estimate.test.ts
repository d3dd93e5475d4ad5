import { expect, test } from "vitest";
import { estimate, loops, parser } from "./kit.js";
import { readUnit } from "../../../server/core/hls/read/unit.js";
import { estimateKernel } from "../../../server/core/hls/estimate-kernel.js";
import { profiles } from "./kit.js";

test("a loop without dependences starts an iteration every cycle: depth + trips − 1", () => {
  const found = estimate(`void f(int a[64], int b[64]) {
    L: for (int i = 0; i < 64; i++) {
      #pragma HLS PIPELINE
      b[i] = a[i] + 1;
    }
  }`);
  const [loop] = found.timing.loops;
  expect(loop?.interval).toBe(1);
  expect(loop?.cycles).toBe((loop?.depth ?? 0) + 63 + found.profile.loopOverhead);
});

test("an accumulation of doubles waits for the adder", () => {
  const text = `void f(double a[64], double r[1]) {
    double sum = 0;
    L: for (int i = 0; i < 64; i++) {
      #pragma HLS PIPELINE II=1
      sum += a[i];
    }
    r[0] = sum;
  }`;
  const [loop] = loops(text);
  expect(loop).toBe("L ×64 II=6 recurrence sum");
});

test("a recurrence over d iterations takes its latency over d", () => {
  const text = (distance: number): string => `void f(double a[64]) {
    L: for (int i = ${distance}; i < 64; i++) {
      #pragma HLS PIPELINE
      a[i] = a[i - ${distance}] + 1.0;
    }
  }`;
  // Read 2, add 6, write 1: nine cycles from read to write.
  expect(loops(text(1))).toEqual(["L ×63 II=9 recurrence a"]);
  expect(loops(text(3))).toEqual(["L ×61 II=3 recurrence a"]);
});

test("ports of a memory bound the interval, and a partition lifts the bound", () => {
  const text = (pragma: string): string => `void f(int out[16]) {
    int buf[64];
    ${pragma}
    L: for (int i = 0; i < 16; i++) {
      #pragma HLS PIPELINE II=1
      out[i] = buf[4 * i] + buf[4 * i + 1] + buf[4 * i + 2] + buf[4 * i + 3];
    }
  }`;
  expect(loops(text(""))).toEqual(["L ×16 II=2 ports buf"]);
  expect(loops(text("#pragma HLS ARRAY_PARTITION variable=buf cyclic factor=4"))).toEqual([
    "L ×16 II=1",
  ]);
  expect(loops(text("#pragma HLS ARRAY_PARTITION variable=buf complete"))).toEqual(["L ×16 II=1"]);
});

test("unrolling multiplies operators, the interval shares them", () => {
  const text = (factor: number): string => `void f(float a[64], float b[64]) {
    for (int i = 0; i < 64; i++) {
      #pragma HLS PIPELINE
      #pragma HLS UNROLL factor=${factor}
      b[i] = a[i] * 3.0f;
    }
  }`;
  expect(estimate(text(1)).area.dsp).toBe(3);
  const four = estimate(text(4));
  // Four reads a cycle of two ports: every other cycle, so two multipliers.
  expect(four.timing.loops[0]?.interval).toBe(2);
  expect(four.area.dsp).toBe(6);
});

test("a dataflow region starts as often as its slowest process", () => {
  const found = estimate(`void f(int a[32], int b[32]) {
    #pragma HLS DATAFLOW
    int t[32];
    for (int i = 0; i < 32; i++) {
      #pragma HLS PIPELINE
      t[i] = a[i] + 1;
    }
    for (int j = 0; j < 32; j++) {
      #pragma HLS PIPELINE II=3
      b[j] = t[j] * 2;
    }
  }`);
  expect(found.intervalCycles).toBeLessThan(found.cycles ?? 0);
  expect(found.intervalCycles).toBeGreaterThanOrEqual(3 * 31);
});

test("a reduction that Merlin knows is added as a tree", () => {
  const text = (clause: string): string => `
    void f(double a[64], double s[1]) {
      double sum = 0;
      #pragma ACCEL PARALLEL ${clause} FACTOR=8
      for (int i = 0; i < 64; i++) sum += a[i];
      s[0] = sum;
    }`;
  const tree = estimate(text("reduction=sum"), "sdx-2018.3");
  const chain = estimate(text(""), "sdx-2018.3");
  expect(tree.assumedCycles).toBeLessThan(chain.assumedCycles / 2);
});

test("every dialect and both tools answer with finite numbers for arbitrary kernels", () => {
  const words = ["a[i]", "b[j]", "c[i][j]", "s", "a[b[i]]", "c[j][i + 1]", "2.5", "n", "i * j"];
  const pragmas = [
    "#pragma HLS PIPELINE",
    "#pragma HLS UNROLL factor=3",
    "#pragma HLS UNROLL",
    "",
    "#pragma ACCEL PARALLEL FACTOR=4",
    "#pragma ACCEL PIPELINE flatten",
    "#pragma ACCEL TILE FACTOR=2",
    "#pragma HLS DATAFLOW",
  ];
  let seed = 3;
  const pick = <T>(list: readonly T[]): T => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return list[seed % list.length] as T;
  };
  for (let run = 0; run < 60; run += 1) {
    const text = `void f(int n, double a[40], int b[40], float c[40][40]) {
      double s = 0;
      ${pick(pragmas)}
      for (int i = 0; i < ${pick(["40", "n", "0", "7"])}; i++) {
        ${pick(pragmas)}
        s += ${pick(words)} * ${pick(words)};
        ${pick(pragmas)}
        for (int j = ${pick(["0", "i"])}; j < 39; j += ${pick(["1", "2"])}) {
          ${pick(pragmas)}
          ${pick(["c[i][j]", "a[i]", "s", "c[j][i]"])} ${pick(["=", "+="])} ${pick(words)} / ${pick(words)};
        }
      }
    }`;
    const target = readUnit(parser.parse(text)).value.functions[0];
    for (const profile of profiles) {
      if (target === undefined) continue;
      const found = estimateKernel(target, profile);
      const numbers = [
        found.assumedCycles,
        found.area.dsp,
        found.area.lut,
        found.area.ff,
        found.area.bram18,
      ];
      expect(numbers.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
    }
  }
});
