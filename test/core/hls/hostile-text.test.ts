import { expect, test } from "vitest";
import { estimate, loops } from "./kit.js";

const loopTo = (bound: string, before = ""): string => `${before}
  void f(const int x[64], int y[64]) {
    L: for (int i = 0; i < ${bound}; i++) y[i & 63] = x[i & 63] * 2;
  }`;

test("constants that never end are unknown, and those beside them are not", () => {
  const twice =
    "constexpr int twice(int n) { if (n < 2) return n; return twice(n - 1) + twice(n - 1); }";
  const endless = "constexpr int endless(int n) { return endless(n + 1); }";
  expect(loops(loopTo("twice(50)", twice))[0]).toContain("L ×?");
  expect(loops(loopTo("endless(1)", endless))[0]).toContain("L ×?");
  expect(loops(loopTo("twice(5)", twice))[0]).toContain("L ×16");
});

test("macros of macros and templates of templates end", () => {
  const macros = Array.from(
    { length: 40 },
    (_, at) => `#define M${at} M${at + 1} + M${at + 1} + M${at + 1}`,
  );
  expect(loops(loopTo("M0", [...macros, "#define M40 1"].join("\n")))[0]).toContain("L ×?");
  expect(loops(loopTo("M38", [...macros, "#define M40 1"].join("\n")))[0]).toContain("L ×9");
  const template = "template <int N> struct Grown { Grown<N + 1> one; Grown<N + 2> two; int x; };";
  const kernel = `${template} void f(Grown<1> a[16], int y[16]) { for (int i = 0; i < 16; i++) y[i] = a[i].x; }`;
  expect(estimate(kernel).timing.loops).toHaveLength(1);
});

test("names that every object of JavaScript has are names as others", () => {
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    const { timing, area } = estimate(`void f(int x[16], int y[16]) {
      int a[${name}(3)];
      ${name} z = x[0];
      for (int i = 0; i < 16; i++) { a[i] = x[i]; y[i] = a[i] + ${name}(x[i]) + z; }
    }`);
    expect(Number.isFinite(timing.cycles)).toBe(true);
    expect(Number.isFinite(area.lut)).toBe(true);
  }
});
