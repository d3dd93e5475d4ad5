import { expect, test } from "vitest";
import { estimate, loops } from "./kit.js";

/** Values that copies hand on to one another, and elements that share a bank: what bounds a design whatever its pragmas say. */
const kernel = (parameters: string, body: string): string => `
  #pragma ACCEL kernel
  void f(${parameters}) {
    ${body}
  }`;

test("copies that each read what the one before has written take one another's time", () => {
  const chain = (reads: string): number =>
    estimate(
      kernel(
        "double a[64][60], double b[64][60]",
        `#pragma ACCEL PIPELINE flatten
         for (int i = 0; i < 64; i++)
           for (int j = 1; j < 60; j++) a[i][j] = ${reads} * 0.5 + b[i][j];`,
      ),
      "sdx-2018.3",
    ).timing.cycles;
  const single = chain("b[i][j - 1]");
  // A product and a sum, 13 cycles each, for 59 copies.
  expect(chain("a[i][j - 1]") - single).toBeGreaterThan(58 * 26);
  // Every other copy: half as many follow one another.
  expect(chain("a[i][j - 2]") - single).toBeLessThan(0.6 * (chain("a[i][j - 1]") - single));
});

test("steps of time that are unrolled follow one another through the array that they hand on", () => {
  const depth = (steps: number): number =>
    estimate(
      kernel(
        "double a[32], double b[32]",
        `#pragma ACCEL PIPELINE flatten
         #pragma ACCEL PARALLEL FACTOR=${steps}
         for (int t = 0; t < ${steps}; t++) {
           for (int i = 1; i < 31; i++) b[i] = 0.5 * (a[i - 1] + a[i + 1]);
           for (int i = 1; i < 31; i++) a[i] = 0.5 * (b[i - 1] + b[i + 1]);
         }`,
      ),
      "vitis-2020.2",
    ).timing.cycles;
  expect(depth(8)).toBeGreaterThan(3.5 * depth(2));
});

test("only sums are spread over partial results: a running mean waits for its last value", () => {
  const text = (statement: string): string =>
    kernel(
      "double a[400], double s[1]",
      `#pragma ACCEL TILE FACTOR=4
       for (int i = 0; i < 40; i++) {
         #pragma ACCEL PARALLEL FACTOR=1
         for (int j = 1; j < 400; j++) ${statement}
       }`,
    );
  const interval = (statement: string): number =>
    estimate(text(statement), "vitis-2020.2").timing.loops.find(
      ({ loop: { iterator } }) => iterator === "j",
    )?.interval ?? 0;
  expect(interval("s[0] += a[j];")).toBe(1);
  expect(interval("a[j] = (a[j - 1] + a[j]) / 3.0;")).toBeGreaterThan(30);
});

test("neighbours in one bank take turns at its two ports, those that copies reach have banks of their own", () => {
  const stencil = (pragmas: string, reads: string): readonly string[] =>
    loops(
      kernel(
        "double a[64][32], double b[64][32]",
        `for (int t = 0; t < 10; t++) {
           ${pragmas}
           for (int i = 1; i < 63; i++) {
             #pragma ACCEL PARALLEL FACTOR=1
             for (int j = 1; j < 31; j++) b[i][j] = ${reads};
           }
           #pragma ACCEL PARALLEL FACTOR=1
           for (int i = 1; i < 63; i++) a[i][5] = b[i][5];
         }`,
      ),
    );
  const cross = "a[i][j] + a[i][j - 1] + a[i][j + 1] + a[i - 1][j] + a[i + 1][j]";
  expect(stencil("", cross)).toContain("j ×30 II=3 ports a");
  expect(stencil("", "a[i][j] + a[i][j - 1]")).toContain("j ×30 II=1");
  // With all columns at once three rows are left in each bank.
  expect(
    stencil("#pragma ACCEL PIPELINE flatten\n#pragma ACCEL PARALLEL FACTOR=1", cross),
  ).toContain("i ×62 II=2 ports a");
});

test("an array that is only read is laid down as often as it takes", () => {
  const text = kernel(
    "double a[64], double b[64]",
    `#pragma ACCEL PARALLEL FACTOR=1
     for (int i = 2; i < 62; i++) b[i] = a[i - 2] + a[i - 1] + a[i] + a[i + 1] + a[i + 2];`,
  );
  expect(loops(text)).toContain("i ×60 II=1");
});

test("a statement beside a flattened loop does not keep it from being one pipeline, a loop does", () => {
  const text = (beside: string): string =>
    kernel(
      "double c[40][40], double d[30][40]",
      `#pragma ACCEL PARALLEL FACTOR=1
       for (int i = 0; i < 39; i++) {
         ${beside}
         #pragma ACCEL PIPELINE flatten
         for (int j = i + 1; j < 40; j++) {
           c[i][j] = 0.0;
           for (int k = 0; k < 30; k++) c[i][j] += d[k][i] * d[k][j];
         }
       }`,
    );
  expect(loops(text("c[i][i] = 1.0;")).join()).toContain("j ×20 II=1");
  const loop = "for (int k = 0; k < 30; k++) d[k][i] = 0.0;";
  expect(loops(text(loop)).join()).toContain("j ×20 sequential");
});

test("rows of an array that stays in memory lie in no registers that readers would wait for", () => {
  const text = (size: number): string =>
    kernel(
      `double a[${size}][${size}], double u[${size}], double x[${size}]`,
      `#pragma ACCEL PARALLEL FACTOR=1
       for (int i = 0; i < ${size}; i++) {
         #pragma ACCEL PARALLEL FACTOR=${size}
         for (int j = 0; j < ${size}; j++) a[i][j] += u[i] * u[j];
       }
       #pragma ACCEL PARALLEL FACTOR=4
       for (int i = 0; i < ${size}; i++) {
         #pragma ACCEL PARALLEL reduction=x FACTOR=1
         for (int j = 0; j < ${size}; j++) x[i] += a[j][i] * u[j];
       }`,
    );
  const perRead = (size: number): number => estimate(text(size)).timing.cycles / (size * size);
  // Each read asks all registers of the row: 200 cycles and more. 400 × 400 doubles are too many for the chip.
  expect(perRead(200)).toBeGreaterThan(200);
  expect(perRead(400)).toBeLessThan(10);
});

test("under SDx a loop that nobody asks anything of is no pipeline where conditions guard its unrolled sums", () => {
  const sum = (pipeline: string): string =>
    kernel(
      "double a[60][60], double b[60][80]",
      `for (int i = 0; i < 60; i++) {
         #pragma ACCEL PIPELINE ${pipeline}
         #pragma ACCEL PARALLEL FACTOR=1
         for (int j = 0; j < 80; j++) {
           double s = b[i][j];
           #pragma ACCEL PARALLEL reduction=s FACTOR=60
           for (int k = 0; k < 60; k++) if (k > i) s += a[k][i] * b[k][j];
           b[i][j] = s;
         }
       }`,
    );
  const cycles = (pipeline: string): number =>
    estimate(sum(pipeline), "sdx-2018.3").timing.cycles / 4800;
  // 111 cycles an iteration in published designs of trmm-opt, 1.4 with the pipeline.
  expect(cycles("off")).toBeGreaterThan(90);
  expect(cycles("")).toBeLessThan(3);
});

test("what one unrolled sweep leaves, the next takes up, over steps of time too", () => {
  const interval = estimate(
    kernel(
      "double u[40][40], double v[40][40]",
      `#pragma ACCEL PIPELINE flatten
       for (int t = 0; t < 20; t++) {
         for (int j = 1; j < 40; j++) v[0][j] = u[0][j] - 0.5 * v[0][j - 1];
         for (int j = 1; j < 40; j++) u[0][j] = v[0][j] - 0.5 * u[0][j - 1];
       }`,
    ),
    "sdx-2018.3",
  ).timing.loops.find(({ loop: { iterator } }) => iterator === "t")?.interval;
  // Two sweeps of 39 steps, a product and a difference of 13 cycles each.
  expect(interval).toBeGreaterThan(2 * 38 * 26);
});
