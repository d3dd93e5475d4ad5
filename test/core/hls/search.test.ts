import { expect, test } from "vitest";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { estimateKernel, topOf } from "../../../server/core/hls/estimate-kernel.js";
import { pointFix } from "../../../server/core/hls/search/edits.js";
import {
  applied,
  searchPragmas,
  utilisationOf,
  worthwhile,
} from "../../../server/core/hls/search/search.js";
import { checkRules } from "../../../server/core/hls/rules/check.js";
import { profileOf, read } from "./kit.js";

const capacity = { dsp: 6840, lut: 1_182_240, ff: 2_364_480, bram: 4320 };
const dot = `
static float a[64], b[64], c[64];
void dot() {
  L: for (int i = 0; i < 64; i++) {
    c[i] = a[i] * b[i];
  }
}
`;

function search(text: string, limit = 0.8) {
  const target = topOf(read(text).unit, undefined);
  if (target === undefined) throw new Error("no function");
  const result = searchPragmas(target, profileOf("vitis-2020.2"), {
    capacity,
    limit,
    cancel: neverCancelled,
  });
  return { target, result };
}

test("every point of the front is faster than what is cheaper", () => {
  const { result } = search(dot);
  const cycles = result.front.map((point) => point.cycles);
  expect(cycles.length).toBeGreaterThan(2);
  expect(cycles).toEqual([...cycles].sort((a, b) => b - a));
  expect(result.best.cycles).toBeLessThan(result.now.cycles / 4);
});

test("a bus is not cut: its port bounds what is proposed", () => {
  const { target, result } = search(`
    void add(const int a[64], const int b[64], int c[64]) {
      #pragma HLS INTERFACE m_axi port=a bundle=g0
      #pragma HLS INTERFACE m_axi port=b bundle=g1
      #pragma HLS INTERFACE m_axi port=c bundle=g2
      L: for (int i = 0; i < 64; i++) c[i] = a[i] + b[i];
    }`);
  expect(target.name).toBe("add");
  expect(result.best.cycles).toBeGreaterThanOrEqual(64);
  expect(result.best.estimate.target.directives.some(({ kind }) => kind === "partition")).toBe(
    false,
  );
});

test("a limit is kept", () => {
  const { result } = search(dot, 0.001);
  expect(result.best.utilisation).toBeLessThanOrEqual(0.001);
  expect(result.best.estimate.area.dsp).toBeLessThanOrEqual(6);
});

test("the edits that lead to the best point are predicted to give its cycles", () => {
  const { target, result } = search(dot);
  const fix = pointFix({ file: "dot.cpp", text: dot, capacity }, target, result, result.best);
  let text = dot;
  for (const { span, text: inserted } of [...(fix?.edits ?? [])].sort(
    (a, b) => b.span.start - a.span.start,
  ))
    text = text.slice(0, span.start) + inserted + text.slice(span.end);
  const changed = topOf(read(text).unit, undefined);
  if (changed === undefined) throw new Error("no function");
  expect(estimateKernel(changed, profileOf("vitis-2020.2")).assumedCycles).toBe(result.best.cycles);
});

test("what is proposed unasked buys no speed at any price", () => {
  const { result } = search(dot.replaceAll("64", "1024"));
  const proposed = worthwhile(result);
  expect(proposed.cycles).toBeLessThan(0.5 * result.now.cycles);
  expect(proposed.utilisation).toBeLessThan(0.1 * result.best.utilisation);
});

test("placeholders of Merlin are filled in place", () => {
  const text = `#pragma ACCEL kernel
void scale(double a[64], double b[64]) {
#pragma ACCEL PARALLEL FACTOR=auto{__PARA__L0}
  for (int i = 0; i < 64; i++) b[i] = a[i] * 2.0;
}
`;
  const { target, result } = search(text);
  const fix = pointFix({ file: "scale.c", text, capacity }, target, result, result.best);
  expect(fix?.edits.map((edit) => edit.text)).toEqual([
    expect.stringMatching(/^#pragma ACCEL PARALLEL FACTOR=\d+\n$/),
  ]);
});

const problemsOf = (text: string): ReturnType<typeof checkRules> => {
  const target = topOf(read(text).unit, undefined);
  if (target === undefined) throw new Error("no function");
  return checkRules(estimateKernel(target, profileOf("vitis-2020.2")), {
    file: "k.cpp",
    text,
    capacity,
  });
};
const codes = (text: string): readonly string[] =>
  problemsOf(text).map(({ code, fixes }) => `${code}${(fixes ?? []).length > 0 ? " fix" : ""}`);

test("two arrays that share the blame are partitioned together", () => {
  const text = `void f(float out[16]) {
    float a[64];
    float b[64];
    for (int i = 0; i < 16; i++) {
      #pragma HLS PIPELINE II=1
      out[i] = a[4*i] * b[4*i] + a[4*i+1] * b[4*i+1] + a[4*i+2] * b[4*i+2];
    }
  }`;
  expect(codes(text)).toContain("RP5301 fix");
});

test("an array that is to blame in several rounds is partitioned once", () => {
  const text = `void fir(const short x[128], const short c[16], int y[128]) {
    static short shift[16];
    for (int i = 0; i < 128; i++) {
      #pragma HLS PIPELINE II=1
      int acc = 0;
      for (int j = 15; j > 0; j--) { shift[j] = shift[j-1]; acc += shift[j] * c[j]; }
      shift[0] = x[i];
      y[i] = acc + shift[i & 15] * c[0];
    }
  }`;
  const edits = problemsOf(text)
    .filter(({ code }) => code === "RP5301")
    .flatMap(({ fixes }) => fixes ?? [])
    .flatMap((fix) => fix.edits.map(({ text: added }) => added));
  const arrays = edits.map((added) => /variable=(\w+)/.exec(added)?.[1]);
  expect(arrays.length).toBeGreaterThan(1);
  expect(new Set(arrays).size).toBe(arrays.length);
});

test("a factor that does not divide the trip count is told, with divisors", () => {
  const text = `void f(int a[63]) {
    for (int i = 0; i < 63; i++) {
      #pragma HLS UNROLL factor=4
      a[i] = i;
    }
  }`;
  expect(codes(text)).toContain("RP5304 fix");
});

test("a loop that is kept from a pipeline is told what one would bring", () => {
  const text = `void f(int a[64]) {
    for (int i = 0; i < 64; i++) {
      #pragma HLS PIPELINE off
      a[i] = i * i;
    }
  }`;
  expect(codes(text)).toContain("RP5303");
});

test("no two knobs turned at once beat what is found", () => {
  // The shape of bicg.
  const { target, result } = search(`
    #pragma ACCEL kernel
    void f(double A[124][116], double s[116], double q[124], double p[116], double r[124]) {
      #pragma ACCEL PIPELINE auto{__PIPE__L1}
      #pragma ACCEL TILE FACTOR=auto{__TILE__L1}
      for (int i = 0; i < 124; i++) {
        q[i] = 0.0;
        #pragma ACCEL PARALLEL reduction FACTOR=auto{__PARA__L2}
        for (int j = 0; j < 116; j++) {
          s[j] += r[i] * A[i][j];
          q[i] += A[i][j] * p[j];
        }
      }
    }`);
  const { knobs, best } = result;
  const counts = knobs.map(({ values }) => values.length);
  const choices = counts.reduce<readonly (readonly number[])[]>(
    (all, count) => all.flatMap((one) => Array.from({ length: count }, (_, at) => [...one, at])),
    [[]],
  );
  const near = choices.filter(
    (choice) => choice.filter((value, at) => value !== best.choice[at]).length <= 2,
  );
  expect(near.length).toBeGreaterThan(20);
  for (const choice of near) {
    const found = estimateKernel(applied(target, knobs, choice), profileOf("vitis-2020.2"));
    if (utilisationOf(found, capacity) <= 0.8)
      expect(found.assumedCycles).toBeGreaterThanOrEqual(best.cycles * 0.998);
  }
});

test("the search ends, and finds what trying every design finds", () => {
  const { target, result } = search(`
    void spmv(double val[26 * 10], int cols[26 * 10], double vec[26], double out[26]) {
      #pragma ACCEL TILE FACTOR=auto{__TILE__L0}
      #pragma ACCEL PARALLEL FACTOR=auto{__PARA__L0}
      for (int i = 0; i < 26; i++) {
        double sum = out[i];
        #pragma ACCEL PARALLEL reduction=sum FACTOR=auto{__PARA__L1}
        for (int j = 0; j < 10; j++) sum += val[j + i * 10] * vec[cols[j + i * 10]];
        out[i] = sum;
      }
    }`);
  const designs = result.knobs.reduce<readonly (readonly number[])[]>(
    (some, { values }) => some.flatMap((one) => values.map((_, index) => [...one, index])),
    [[]],
  );
  const fastest = Math.min(
    ...designs.flatMap((choice) => {
      const found = estimateKernel(
        applied(target, result.knobs, choice),
        profileOf("vitis-2020.2"),
      );
      return utilisationOf(found, capacity) <= 0.8 ? [found.assumedCycles] : [];
    }),
  );
  expect(designs.length).toBeGreaterThan(200);
  expect(result.evaluated).toBeLessThan(designs.length);
  expect(result.best.cycles).toBeLessThanOrEqual(1.001 * fastest);
});
