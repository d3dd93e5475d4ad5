import { expect, test } from "vitest";
import { estimate } from "./kit.js";

/** Cycles that an array's transfers take. */
function moved(text: string, name: string, tool?: string): number {
  return estimate(text, tool).transfers.find((one) => one.name === name)?.cycles ?? 0;
}

const product = (pragma: string): string => `
  #pragma ACCEL kernel
  void f(double a[64][64], double b[64][64], double c[64][64]) {
    for (int i = 0; i < 64; i++) {
      ${pragma}
      for (int j = 0; j < 64; j++) {
        double s = 0;
        for (int k = 0; k < 64; k++) s += a[i][k] * b[k][j];
        c[i][j] = s;
      }
    }
  }`;

test("copies of an inner loop load what they read one after another, tiles share it", () => {
  const whole = 64 * 64;
  // 64 rows of 32 tiles, each of which reads nearly all of `b` (HLSyn's gemm-ncubed: 8.98 million cycles).
  const tiled = moved(product("#pragma ACCEL TILE FACTOR=2"), "b");
  expect(tiled / (64 * 32 * whole)).toBeCloseTo(1, 1);
  // Two copies read twice as much (17.96 million), and thirty-two no less.
  const copies = (factor: number): number =>
    moved(product(`#pragma ACCEL PARALLEL FACTOR=${factor}`), "b");
  expect(copies(2) / tiled).toBeCloseTo(2, 1);
  expect(copies(32) / copies(2)).toBeCloseTo(1, 1);
});

const sweep = (read: string, pragma: string): string => `
  #pragma ACCEL kernel
  void f(double a[80][80], double b[80][80]) {
    for (int t = 0; t < 10; t++) {
      ${pragma}
      for (int i = 1; i < 80; i++)
        for (int j = 1; j < 80; j++) a[i][j] = ${read};
    }
  }`;

test("a window over two rows is moved word by word, one within a row is not", () => {
  const pragma = "#pragma ACCEL PARALLEL FACTOR=4";
  const within = moved(sweep("b[i][j] - b[i][j - 1]", pragma), "b");
  const across = moved(sweep("b[i][j] - b[i - 1][j]", pragma), "b");
  // 10 + 80 cycles a row against 160 + 80.
  expect(across / within).toBeCloseTo(240 / 90, 0);
});

test("rows of one array that are not a constant apart are two bursts", () => {
  const tiles = (read: string): number =>
    moved(
      `#pragma ACCEL kernel
      void f(double a[80][60], double b[80][60], double c[80][80]) {
        for (int i = 0; i < 80; i++) {
          #pragma ACCEL TILE FACTOR=2
          for (int k = 0; k < 60; k++)
            for (int j = 0; j < 80; j++) c[i][j] += ${read};
        }
      }`,
      "a",
    );
  expect(tiles("a[i][k] * a[j][k]")).toBe(tiles("a[i][k] * b[j][k]") + tiles("b[i][k] * a[j][k]"));
});

const twoLoops = (first: number, second: number): string => `
  #pragma ACCEL kernel
  void f(double a[120][120], double b[120][120]) {
    for (int i = 0; i < 120; i++) {
      #pragma ACCEL PARALLEL FACTOR=${first}
      for (int j = 0; j < 120; j++) a[i][j] = a[i][j] * 2.0;
    }
    for (int i = 0; i < 120; i++) {
      #pragma ACCEL PARALLEL FACTOR=${second}
      for (int j = 0; j < 120; j++) b[i][j] = a[i][j] + 1.0;
    }
  }`;

test("factors that do not divide one another make copies meet at a bank", () => {
  const cause = (second: number, tool: string) =>
    estimate(twoLoops(8, second), tool).timing.loops.find(({ factor }) => factor === 8);
  // 8 of 12 banks: pairs are alike, so that two copies of each four meet.
  expect(cause(12, "sdx-2018.3")?.cause).toMatchObject({ kind: "ports", variable: "a" });
  expect(cause(24, "sdx-2018.3")?.cause.kind).toBe("none");
  // Vitis takes time to choose the bank instead.
  const depth = (second: number): number => cause(second, "vitis-2020.2")?.depth ?? 0;
  expect(depth(12)).toBeGreaterThan(depth(24) + 30);
});

test("a sum over an array that is streamed from memory is spread over partial sums", () => {
  const rows = (count: number): string => `
    #pragma ACCEL kernel
    void f(double a[${count}][400], double s[400], double q[${count}], double p[400], double r[${count}]) {
      for (int i = 0; i < ${count}; i++) {
        q[i] = 0.0;
        #pragma ACCEL PARALLEL reduction FACTOR=1
        for (int j = 0; j < 400; j++) {
          s[j] += r[i] * a[i][j];
          q[i] += a[i][j] * p[j];
        }
      }
    }`;
  const interval = (count: number): number =>
    estimate(rows(count)).timing.loops.find(({ loop }) => loop.iterator === "j")?.interval ?? 0;
  // 400 rows are 10 Mb, 100 rows fit on the chip.
  expect(interval(400)).toBe(1);
  expect(interval(100)).toBeGreaterThan(4);
});

test("a nest stays two loops where the inner one's copies must reckon which bank they reach", () => {
  const nest = (factor: number): boolean =>
    estimate(twoLoops(120, factor)).timing.loops.at(-2)?.isPipelined ?? false;
  // All 120 columns of `a` are registers for the first loop; 12 copies find theirs, 16 leave eight columns over.
  expect(nest(12)).toBe(true);
  expect(nest(16)).toBe(false);
});

test("an array of which a loop updates one row and reads others is moved whole for each short tile", () => {
  const update = (pragma: string, inner = ""): number =>
    moved(
      `#pragma ACCEL kernel
      void f(double a[60][60], double b[60][80]) {
        ${pragma}
        for (int i = 0; i < 60; i++) {
          ${inner}
          for (int j = 0; j < 80; j++) {
            for (int k = 0; k < 60; k++) b[i][j] += a[k][i] * b[k][j];
          }
        }
      }`,
      "b",
    );
  const tile = (rows: number): string => `#pragma ACCEL TILE FACTOR=${rows}`;
  const copies = "#pragma ACCEL PARALLEL FACTOR=10";
  // Thirty tiles of two rows; eight blocks of columns in each, which are read and written back (HLSyn's trmm-opt).
  // Reading the row itself comes on top.
  expect(Math.floor(update(tile(2)) / (30 * 4800))).toBe(1);
  expect(Math.floor(update(tile(2), copies) / (30 * 8 * 4800))).toBe(2);
  // Rows of eight fill memory words.
  expect(update(tile(8), copies)).toBeLessThan(4800 * 2);
});

test("arrays of one tile are moved one after another by Vitis, at the same time by SDx", () => {
  const sums = (others: readonly string[]): string => `
    #pragma ACCEL kernel
    void f(${["a", ...others].map((name) => `double ${name}[960][90]`).join(", ")}, double y[960]) {
      #pragma ACCEL PIPELINE
      #pragma ACCEL TILE FACTOR=8
      for (int i = 0; i < 960; i++) {
        double sum = 0;
        #pragma ACCEL PARALLEL reduction=sum FACTOR=90
        for (int j = 0; j < 90; j++) sum += ${["a", ...others].map((name) => `${name}[i][j]`).join(" + ")};
        y[i] = sum;
      }
    }`;
  const ratio = (tool: string): number =>
    estimate(sums(["b", "c", "d"]), tool).assumedCycles / estimate(sums([]), tool).assumedCycles;
  expect(ratio("vitis-2020.2")).toBeGreaterThan(1.5);
  expect(ratio("sdx-2018.3")).toBeLessThan(1.3);
});
