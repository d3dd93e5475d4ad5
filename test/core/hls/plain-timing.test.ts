import { expect, test } from "vitest";
import { estimateKernel, topOf } from "../../../server/core/hls/estimate-kernel.js";
import { plainProfile, slowdownOf } from "../../../server/core/hls/estimate/plain-profile.js";
import { estimate, profileOf, read } from "./kit.js";

const vitis = profileOf("vitis-2020.2");

test("operators have the stages that public reports name: fadd 4 and fmul 3 at 10 ns on UltraScale+, fadd 5 on 7 series", () => {
  const stages = (name: string, family: string): number => {
    const plain = { clockNs: 10, slowdown: slowdownOf(family), busLatency: 64 };
    // `fadd_32ns_32ns_32_4_full_dsp` answers after 3 cycles.
    return (plainProfile({ ...vitis, plain }).operators[name]?.latency ?? 0) + 1;
  };
  expect(stages("add.f32", "xilinx-ultrascale-plus")).toBe(4);
  expect(stages("mul.f32", "xilinx-ultrascale-plus")).toBe(3);
  expect(stages("add.f32", "xilinx-7")).toBe(5);
  expect(stages("mul.f32", "xilinx-7")).toBe(4);
});

test("a longer clock leaves a recurrence fewer cycles", () => {
  const { unit } = read(`void f(const float a[64], float *s) {
    float sum = 0;
    L: for (int i = 0; i < 64; i++) {
      #pragma HLS PIPELINE II=1
      sum += a[i];
    }
    *s = sum;
  }`);
  const target = topOf(unit, undefined);
  if (target === undefined) throw new Error("no function");
  const interval = (clockNs: number): number =>
    estimateKernel(target, { ...vitis, plain: { clockNs, slowdown: 1, busLatency: 64 } }).timing
      .loops[0]?.interval ?? 0;
  expect([2.5, 4, 10].map(interval)).toEqual([7, 5, 3]);
});

test("processes of a dataflow region have their own operators and the slowest bounds the interval", () => {
  const kernel = (dataflow: string): string => `
    void scale(const float in[64], float out[64]) { for (int i = 0; i < 64; i++) out[i] = in[i] * 3.0f; }
    void twice(const float in[64], float out[64]) { for (int i = 0; i < 128; i++) out[i % 64] = in[i % 64] * 2.0f; }
    void top(const float a[64], float b[64]) {
      ${dataflow}
      float between[64];
      scale(a, between);
      twice(between, b);
    }`;
  const [alone, flow] = [estimate(kernel("")), estimate(kernel("#pragma HLS DATAFLOW"))];
  expect(flow.area.dsp).toBe(2 * alone.area.dsp);
  expect(flow.intervalCycles).toBeLessThan(alone.intervalCycles ?? 0);
  // An array between two processes is there twice.
  const bram = ({ memories }: typeof alone): number =>
    memories.find(({ name }) => name === "between")?.bram18 ?? 0;
  expect([bram(alone), bram(flow)]).toEqual([1, 2]);
});

test("dataflow in a loop and in a called function overlaps as well", () => {
  const body = (where: "loop" | "function" | "nowhere"): string => `
    void stage(const int in[64], int out[64]) { for (int i = 0; i < 64; i++) out[i] = in[i] + 1; }
    void both(const int a[64], int b[64]) {
      ${where === "function" ? "#pragma HLS DATAFLOW" : ""}
      int t[64];
      stage(a, t);
      stage(t, b);
    }
    void top(const int a[64], int b[64]) {
      for (int k = 0; k < 100; k++) {
        ${where === "loop" ? "#pragma HLS DATAFLOW" : ""}
        int t[64];
        stage(a, t);
        stage(t, b);
      }
      both(a, b);
    }`;
  const [none, loop] = (["nowhere", "loop"] as const).map(
    (where) => estimate(body(where)).cycles ?? 0,
  );
  expect(loop).toBeLessThan(0.6 * (none ?? 0));
  expect(estimate(body("function")).cycles).toBeLessThanOrEqual(none ?? 0);
});

test("narrow arrays take deep block RAMs: 4,096 bytes are two of 18 Kb, and lanes count as bits", () => {
  const bram = (type: string): number =>
    estimate(`void f(${type} x, ${type} *y) {
      static ${type} a[4096];
      for (int i = 0; i < 4096; i++) a[i] = x;
      *y = a[7];
    }`).area.bram18;
  expect(bram("unsigned char")).toBe(2);
  expect(bram("int")).toBe(8);
  expect(bram("hls::vector<int, 4>")).toBe(30);
});
