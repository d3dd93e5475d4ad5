import { expect, test } from "vitest";
import { estimate, loops, profileOf } from "./kit.js";

/** Cycles, and those of them that the loops take; two tools, whose rules differ. */
const cycles = (text: string, tool = "sdx-2018.3"): number => estimate(text, tool).assumedCycles;

const rows = (pragmas: string, trip = 90): string => `
  #pragma ACCEL kernel
  void f(double A[${trip}][90], double x[90], double y[${trip}]) {
    ${pragmas}
    for (int i = 0; i < ${trip}; i++) {
      y[i] = 0.0;
      for (int j = 0; j < 90; j++) y[i] = A[i][j] * x[j] + y[i];
    }
  }`;
const copies = (factor: number, trip = 90): string =>
  rows(`#pragma ACCEL PARALLEL FACTOR=${factor}`, trip);

test("what a parallel factor leaves over runs one by one: 32 copies of 90 rows lose to 30", () => {
  const loop = (factor: number): number =>
    estimate(copies(factor), "sdx-2018.3").timing.loops.find(({ loop }) => loop.iterator === "i")
      ?.cycles ?? 0;
  const row = loop(1) / 90;
  expect(loop(30) / row).toBeCloseTo(3, 1);
  // 90 = 2·32 + 26: HLSyn's gesummv takes 40,215 cycles with 32 copies, 7,019 with 30.
  expect(loop(32) / row).toBeCloseTo(2 + 26, 1);
});

test("a tile counts copies: tiles of 8 rows in 15 copies are more than 90 rows, so none", () => {
  const both = (tile: number, factor: number): string =>
    rows(`#pragma ACCEL TILE FACTOR=${tile}\n#pragma ACCEL PARALLEL FACTOR=${factor}`);
  expect(cycles(both(8, 15))).toBe(cycles(both(1, 15)));
  expect(cycles(both(2, 15))).not.toBe(cycles(both(1, 15)));
});

test("tiles of independent rows are moved while others are computed", () => {
  const tiled = estimate(rows("#pragma ACCEL TILE FACTOR=2"), "sdx-2018.3");
  const moved = tiled.transfers.reduce((sum, one) => sum + one.cycles, 0);
  expect(tiled.assumedCycles).toBeLessThan(tiled.timing.cycles + moved);
  // Forty-five tiles and the two steps that fill and drain the pipeline.
  const loop = tiled.timing.loops.find(({ loop: { iterator } }) => iterator === "i")?.cycles ?? 0;
  expect(tiled.assumedCycles).toBeGreaterThan((loop * 47) / 45);
});

test("a declared reduction over an uneven factor is still added as a tree", () => {
  const sum = (factor: number, body: string): string => `
    #pragma ACCEL kernel
    void f(double a[124], double r[1]) {
      double s = 0;
      #pragma ACCEL PARALLEL reduction=s FACTOR=${factor}
      for (int j = 0; j < 124; j++) ${body}
      r[0] = s;
    }`;
  const tree = cycles(sum(32, "s += a[j];"));
  expect(tree).toBeLessThan(cycles(sum(4, "s += a[j];")));
  // Behind a condition each copy waits for the one before.
  expect(cycles(sum(32, "if (a[j] > 0) s += a[j];"))).toBeGreaterThan(2 * tree);
});

test("flatten is taken back where a loop inside has no constant trip count", () => {
  const nest = (low: string, grain: string): string => `
    #pragma ACCEL kernel
    void f(double a[40][40], double c[40]) {
      #pragma ACCEL PIPELINE ${grain}
      for (int i = 0; i < 40; i++) {
        c[i] = 0.0;
        for (int j = ${low}; j < 40; j++) c[i] += a[i][j];
      }
    }`;
  expect(cycles(nest("i", "flatten"))).toBe(cycles(nest("i", "off")));
  expect(cycles(nest("0", "flatten"))).toBeLessThan(cycles(nest("0", "off")));
});

test("words of a subscript that multiplies are as wide as its step allows", () => {
  const transfer = (step: number): number | undefined =>
    estimate(
      `#pragma ACCEL kernel
      void f(double a[${40 * step}], double b[40]) {
        #pragma ACCEL PIPELINE off
        for (int i = 0; i < 40; i++) {
          double s = 0;
          for (int j = 0; j < ${step}; j++) s += a[i * ${step} + j];
          b[i] = s;
        }
      }`,
      "vitis-2020.2",
    ).transfers.find(({ name }) => name === "a")?.width;
  expect(transfer(8)).toBe(8);
  expect(transfer(10)).toBe(2);
});

test("a scalar of the body is each copy's own", () => {
  const ellpack = (factor: number): string => `
    #pragma ACCEL kernel
    void f(double a[640], double b[64]) {
      #pragma ACCEL PIPELINE
      #pragma ACCEL PARALLEL FACTOR=${factor}
      for (int i = 0; i < 64; i++) {
        double s = b[i];
        for (int j = 0; j < 10; j++) s += a[i * 10 + j];
        b[i] = s;
      }
    }`;
  const depth = (factor: number): number =>
    estimate(ellpack(factor), "sdx-2018.3").timing.loops.find(({ isUnrolled }) => !isUnrolled)
      ?.depth ?? 0;
  expect(depth(4)).toBe(depth(1));
});

test("what flatten unrolls is summed by a chain, what a parallel reduction copies by a tree", () => {
  const nest = (grain: string, factor: number): string => `
    #pragma ACCEL kernel
    void f(double a[64][64], double c[64]) {
      #pragma ACCEL PIPELINE ${grain}
      #pragma ACCEL PARALLEL FACTOR=1
      for (int i = 0; i < 64; i++) {
        double s = 0;
        #pragma ACCEL PARALLEL reduction=s FACTOR=${factor}
        for (int k = 0; k < 64; k++) s += a[i][k];
        c[i] = s;
      }
    }`;
  // HLSyn's gemm-ncubed of SDx 2018.3: 6,508 cycles flattened, 5,754 with 64 copies: 63 − 5 adders of 13 cycles between.
  expect(cycles(nest("flatten", 1)) - cycles(nest("off", 64))).toBe((63 - 6) * 13);
});

test("an inner loop that nobody calls parallel is not pipelined over its unrolled loops", () => {
  const nest = (pragma: string): string => `
    #pragma ACCEL kernel
    void f(double a[20][30], double b[30][30], double c[20][30]) {
      for (int q = 0; q < 20; q++) {
        #pragma ACCEL PIPELINE off
        ${pragma}
        for (int p = 0; p < 30; p++) {
          double s = 0;
          #pragma ACCEL PARALLEL reduction=s FACTOR=30
          for (int k = 0; k < 30; k++) s += a[q][k] * b[k][p];
          c[q][p] = s;
        }
      }
    }`;
  const isPipelined = (pragma: string): boolean | undefined =>
    estimate(nest(pragma)).timing.loops.find(({ loop }) => loop.iterator === "p")?.isPipelined;
  expect(isPipelined("")).toBe(false);
  expect(isPipelined("#pragma ACCEL PARALLEL FACTOR=1")).toBe(true);
});

test("copies that are refused leave blocks, each of which fills the pipeline anew", () => {
  const nest = (factor: number): string => `
    #pragma ACCEL kernel
    void f(double a[4096], double b[4096]) {
      double shared;
      #pragma ACCEL PARALLEL FACTOR=${factor}
      for (int i = 0; i < 64; i++) {
        #pragma ACCEL PIPELINE
        for (int j = 0; j < 64; j++) {
          shared = a[64 * i + j] * 3.0;
          b[64 * i + j] = shared;
        }
      }
    }`;
  const loop = (factor: number): number =>
    estimate(nest(factor), "sdx-2018.3").timing.loops.find(
      ({ loop: { iterator } }) => iterator === "i",
    )?.cycles ?? 0;
  expect(loop(2)).toBeGreaterThan(loop(8));
  expect(loop(8)).toBeGreaterThan(loop(1));
});

test("an update behind a condition makes copies take turns", () => {
  const nest = (factor: number, update: string): string => `
    #pragma ACCEL kernel
    void f(double c[80][80], double a[80]) {
      for (int i = 0; i < 80; i++) {
        #pragma ACCEL PARALLEL FACTOR=${factor}
        for (int j = 0; j < 80; j++) ${update}
      }
    }`;
  const guarded = "if (j <= i) c[i][j] += a[j];";
  // 32 copies do not divide 80: HLSyn's syrk takes ten times as long as with 20.
  expect(cycles(nest(32, guarded))).toBeGreaterThan(4 * cycles(nest(20, guarded)));
  expect(cycles(nest(32, "c[i][j] += a[j];"))).toBeLessThan(
    2 * cycles(nest(20, "c[i][j] += a[j];")),
  );
});

test("copies that nobody declares a reduction add in a chain, with one register for all of them", () => {
  const sum = (factor: number): string =>
    rows("").replace("for (int j", `#pragma ACCEL PARALLEL FACTOR=${factor}\nfor (int j`);
  // HLSyn's gesummv under Vitis 2020.2: 90 elements take 45 · b cycles less in pairs, b = 1 (57,360 and 53,307 cycles of 90 rows).
  expect(loops(sum(1), "vitis-2020.2")).toContain("j ×90 II=6 recurrence y");
  expect(loops(sum(10), "vitis-2020.2")).toContain("j ×90 II=51 factor 10 recurrence y");
});

/** Sums of 30 products, each 30 times, in tiles: the shape of doitgen. */
const tiles = (tile: number, inner = "off"): string => `
  #pragma ACCEL kernel
  void f(double A[25][20][30], double C[30][30], double sum[30]) {
    #pragma ACCEL PIPELINE off
    for (int r = 0; r < 25; r++) {
      #pragma ACCEL PIPELINE off
      #pragma ACCEL TILE FACTOR=${tile}
      for (int q = 0; q < 20; q++) {
        #pragma ACCEL PIPELINE ${inner}
        for (int p = 0; p < 30; p++) {
          sum[p] = 0.0;
          for (int s = 0; s < 30; s++) sum[p] += A[r][q][s] * C[s][p];
        }
        for (int p = 0; p < 30; p++) A[r][q][p] = sum[p];
      }
    }
  }`;

test("a tile fills the pipeline of a loop in it as long as it is short: SDx to 64 iterations, Vitis to 128", () => {
  const isPipelined = (tile: number, tool: string): boolean | undefined =>
    estimate(tiles(tile), tool).timing.loops.find(({ loop }) => loop.iterator === "p")?.isPipelined;
  expect([2, 4].map((tile) => isPipelined(tile, "sdx-2018.3"))).toEqual([true, false]);
  expect([2, 4].map((tile) => isPipelined(tile, "vitis-2020.2"))).toEqual([true, true]);
});

test("a tile loads what it reads anew, also what all tiles have in common", () => {
  const words = (tile: number): number =>
    estimate(tiles(tile), "sdx-2018.3").transfers.find(({ name }) => name === "C")?.cycles ?? 0;
  // 900 words, two a cycle since rows have 30, and 80 cycles of latency: once, and for each of 25 · 10 tiles.
  expect(words(1)).toBe(530);
  expect(words(2)).toBe(250 * 530);
});

test("Vitis unrolls a nest whose pipeline is off and whose inner loop says nothing", () => {
  const dsp = (tool: string, inner: string, tile = 1): number =>
    estimate(tiles(tile, inner), tool).area.dsp;
  // HLSyn's doitgen: 9,900 DSPs with "off", none with "flatten" (which asks for one unit) or in tiles.
  expect(dsp("vitis-2020.2", "off")).toBe(9900);
  expect(dsp("vitis-2020.2", "flatten")).toBeLessThan(100);
  expect(dsp("vitis-2020.2", "off", 2)).toBeLessThan(1000);
  expect(dsp("sdx-2018.3", "off")).toBeLessThan(100);
});

test("choosing among the registers of a vector costs its square", () => {
  const lut = (copies: number, tool: string, grain = "flatten"): number =>
    estimate(
      `#pragma ACCEL kernel
      void f(double A[124][116], double s[116], double r[124]) {
        #pragma ACCEL PARALLEL FACTOR=${copies}
        for (int i = 0; i < 116; i++) s[i] = 0.0;
        #pragma ACCEL PIPELINE ${grain}
        for (int i = 0; i < 124; i++)
          for (int j = 0; j < 116; j++) s[j] += r[i] * A[i][j];
      }`,
      tool,
    ).area.lut;
  // SDx: 116 registers × cases × 64 bits; HLSyn's bicg has 895, 471 and 258 thousand LUTs with 1, 2 and 4 copies.
  expect(lut(1, "sdx-2018.3") - lut(2, "sdx-2018.3")).toBeCloseTo((116 * 116 * 64) / 2, -1);
  expect(lut(2, "sdx-2018.3") - lut(4, "sdx-2018.3")).toBeCloseTo((116 * 116 * 64) / 4, -1);
  expect(lut(1, "sdx-2018.3", "off")).toBeLessThan(50_000);
  // Vitis: where the vector is moved, whatever clears it.
  expect(lut(4, "vitis-2020.2")).toBeGreaterThan(0.5 * 116 * 116 * 64);
});

test("copies of an outermost loop share their operators with no other loop", () => {
  const dsp = (copies: number): number =>
    estimate(
      `#pragma ACCEL kernel
      void f(double a[40][40], double b[40][40]) {
        #pragma ACCEL PARALLEL FACTOR=${copies}
        for (int i = 0; i < 40; i++) {
          #pragma ACCEL PARALLEL FACTOR=8
          for (int j = 0; j < 40; j++) a[i][j] = a[i][j] * 0.5;
        }
        #pragma ACCEL PIPELINE flatten
        for (int i = 0; i < 40; i++)
          for (int j = 0; j < 40; j++) b[i][j] = b[i][j] * 0.7;
      }`,
    ).area.dsp;
  // Multipliers of 8 DSPs: 40 for the flat loop, which the other shares, and 8 more for each of its copies.
  expect([1, 2, 4].map(dsp)).toEqual([40 * 8, (40 + 2 * 8) * 8, (40 + 4 * 8) * 8]);
});

/** Sums of columns, after a loop that cuts the rows of the array into registers by unrolling them whole. */
const columns = ({ copies = 1, whole = true, written = true, byRow = false } = {}): string => `
  #pragma ACCEL kernel
  void f(double A[100][80], double mean[80], double rows[100]) {
    #pragma ACCEL PARALLEL FACTOR=${copies}
    for (int j = 0; j < 80; j++) {
      mean[j] = 0.0;
      #pragma ACCEL PARALLEL FACTOR=1
      for (int i = 0; i < ${byRow ? 80 : 100}; i++) mean[j] += A[${byRow ? "j" : "i"}][${byRow ? "i" : "j"}];
    }
    for (int i = 0; i < 100; i++) {
      #pragma ACCEL PARALLEL FACTOR=${whole ? 80 : 8}
      for (int j = 0; j < 80; j++) ${written ? "A[i][j] -= rows[i]" : "rows[i] += A[i][j]"};
    }
  }`;

test("under Vitis, copies that read columns of an array whose rows are registers take turns at every read", () => {
  const vitis = (of: Parameters<typeof columns>[0]): number => cycles(columns(of), "vitis-2020.2");
  const waits = (of: Parameters<typeof columns>[0]): number =>
    vitis(of) - vitis({ ...of, copies: 1 });
  // HLSyn's covariance: 1,203,211 cycles with 2 copies, 1,235,131 with 4, 1,299,151 with 8.
  expect(vitis({ copies: 4 }) - vitis({ copies: 2 })).toBeGreaterThan(30_000);
  expect(waits({ copies: 2 })).toBeGreaterThan(0.9 * 100 * 80 * 80);
  expect(waits({ copies: 2, whole: false })).toBeLessThan(0);
  expect(waits({ copies: 2, written: false })).toBeLessThan(0);
  expect(waits({ copies: 2, byRow: true })).toBeLessThan(0);
});

test("hardware of a loop stands once for each copy of the loop around it", () => {
  const lut = (factor: number): number => estimate(copies(factor), "sdx-2018.3").area.lut;
  expect(lut(30) - lut(15)).toBeGreaterThan(15 * profileOf("sdx-2018.3").area.merlin.lutPerLoop);
});

test("a nest that a loop without constant trip count keeps from being flattened is unrolled below that loop", () => {
  const nest = (reduce: number, grain = "flatten"): string => `
    #pragma ACCEL kernel
    void f(double A[100][80], double C[80][80], double mean[80]) {
      for (int j = 0; j < 80; j++) {
        #pragma ACCEL PARALLEL reduction=mean FACTOR=${reduce}
        for (int i = 0; i < 100; i++) mean[j] += A[i][j];
      }
      #pragma ACCEL PIPELINE ${grain}
      for (int i = 0; i < 80; i++) {
        #pragma ACCEL PIPELINE off
        for (int j = i; j < 80; j++) {
          #pragma ACCEL PARALLEL reduction=C FACTOR=1
          for (int k = 0; k < 100; k++) C[i][j] += A[k][i] * A[k][j];
        }
      }
    }`;
  expect(loops(nest(1), "vitis-2020.2").at(-1)).toBe("k ×100 unrolled");
  expect(loops(nest(1, "off"), "vitis-2020.2").at(-1)).not.toContain("unrolled");
  // HLSyn's covariance: 3,473,195 cycles, and 498,330 where another sum of the kernel is made of copies.
  expect(cycles(nest(1), "vitis-2020.2")).toBeGreaterThan(3 * cycles(nest(4), "vitis-2020.2"));
});
