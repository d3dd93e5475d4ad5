import { expect, test } from "vitest";
import { estimate, loops } from "./kit.js";

test("arrays whose every index is known once loops are unrolled are registers without a pragma", () => {
  const kernel = (index: string): string => `
    void f(short x, short *y) {
      #pragma HLS PIPELINE
      static short taps[8];
      for (int i = 7; i > 0; i--) taps[i] = taps[i - 1];
      taps[0] = x;
      *y = taps[${index}];
    }`;
  expect(estimate(kernel("7")).intervalCycles).toBe(1);
  // 15 accesses of the shift and one more, 2 ports.
  expect(estimate(kernel("x & 7")).intervalCycles).toBe(8);
});

test("registers take a flip-flop a bit, and an index that is known at run time alone chooses among all of them", () => {
  const kernel = (pragma: string): string => `
    void f(const int idx[64], int y[64]) {
      int table[32];
      ${pragma}
      for (int i = 0; i < 32; i++) table[i] = i;
      for (int i = 0; i < 64; i++) y[i] = table[idx[i]];
    }`;
  const [memory, registers] = ["", "#pragma HLS ARRAY_PARTITION variable=table complete"].map(
    (pragma) => estimate(kernel(pragma)).area,
  );
  expect((registers?.ff ?? 0) - (memory?.ff ?? 0)).toBeGreaterThan(32 * 32 - 100);
  // 32 words of 32 bits, four a LUT, and 32 enables.
  expect((registers?.lut ?? 0) - (memory?.lut ?? 0)).toBeGreaterThan((32 * 32) / 4 - 200);
});

test("multiplying by a constant takes as many bits as the constant has, tables of constants too", () => {
  const dsp = (factor: string): number =>
    estimate(`
      const int table[4] = {1, 2, 3, 1};
      void f(const short x[64], int y[64]) {
        for (int i = 0; i < 64; i++) y[i] = x[i] * ${factor};
      }`).area.dsp;
  expect([dsp("3"), dsp("table[i & 3]"), dsp("1001"), dsp("x[i]")]).toEqual([0, 0, 1, 1]);
});

test("an array that is written whole by a loop in time stays a memory", () => {
  const kernel = `
    void f(const int x[64], int y[64]) {
      int a[8];
      for (int i = 0; i < 8; i++) a[i] = x[i];
      L: for (int i = 0; i < 64; i++) {
        #pragma HLS PIPELINE
        y[i] = a[0] + a[1] + a[2];
      }
    }`;
  expect(loops(kernel)[1]).toBe("L ×64 II=2 ports a");
});

test("a constant that is a sum or a difference of two powers of two is one adder, on either side", () => {
  const costs = ["x[i] * 3", "5 * x[i]", "x[i] * 60", "x[i] * 16383"].map((value) => {
    const { area, timing } = estimate(`
      void f(const int x[64], int y[64]) {
        for (int i = 0; i < 64; i++) y[i] = ${value};
      }`);
    return { lut: area.lut, dsp: area.dsp, cycles: timing.cycles };
  });
  expect(new Set(costs.map((cost) => JSON.stringify(cost))).size).toBe(1);
  expect(costs[0]?.dsp).toBe(0);
  const dsp = (value: string): number =>
    estimate(`void f(const int x[64], int y[64]) { for (int i = 0; i < 64; i++) y[i] = ${value}; }`)
      .area.dsp;
  expect(dsp("8 * x[i]")).toBe(0);
  expect(dsp("x[i] * 1001")).toBeGreaterThan(0);
});
