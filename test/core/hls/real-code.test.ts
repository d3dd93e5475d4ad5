import { expect, test } from "vitest";
import { topOf, estimateKernel } from "../../../server/core/hls/estimate-kernel.js";
import { checkRules } from "../../../server/core/hls/rules/check.js";
import { loops, profileOf, read } from "./kit.js";

const capacity = { dsp: 6840, lut: 1_182_240, ff: 2_364_480, bram: 4320 };

/** The text with the fix of the first problem of a code, and what the problem says. */
function fixed(text: string, code: string): { readonly message: string; readonly text: string } {
  const target = topOf(read(text).unit, undefined);
  if (target === undefined) throw new Error("no function");
  const estimate = estimateKernel(target, profileOf("vitis-2020.2"));
  const found = checkRules(estimate, { file: "a.cpp", text, capacity });
  const problem = found.find((one) => one.code === code);
  const edits = [...(problem?.fixes?.[0]?.edits ?? [])].sort((a, b) => b.span.start - a.span.start);
  return {
    message: problem?.message ?? "",
    text: edits.reduce(
      (all, { span, text: inserted }) => all.slice(0, span.start) + inserted + all.slice(span.end),
      text,
    ),
  };
}

test("a stream behind a typedef hands over one element a cycle", () => {
  const kernel = (stream: string): string => `
    typedef hls::stream<int> strm;
    void f(${stream} &in, int out[64]) {
      L: for (int i = 0; i < 64; i++) {
        #pragma HLS PIPELINE
        int a = in.read();
        int b = in.read();
        out[i] = a + b;
      }
    }`;
  expect(loops(kernel("strm"))).toEqual(["L ×64 II=2 ports in"]);
  expect(loops(kernel("strm"))).toEqual(loops(kernel("hls::stream<int>")));
});

test("of the arms of a branch one runs: what they need is neither added up nor waited for", () => {
  const kernel = (otherwise: string): string => `
    void f(hls::stream<int> &in, int out[64]) {
      int sum = 0;
      L: for (int i = 0; i < 64; i++) {
        #pragma HLS PIPELINE
        if (i < 32) sum += in.read();
        ${otherwise} sum += in.read();
        out[i] = sum;
      }
    }`;
  expect(loops(kernel("else"))).toEqual(["L ×64 II=1"]);
  expect(loops(kernel("if (i < 16)"))).toEqual(["L ×64 II=2 ports in"]);
});

test("a constant array takes no port where unrolling makes its index known", () => {
  const kernel = (kind: string, change = ""): string => `
    ${kind} weights[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    void f(const int x[64], int y[64]) {
      ${change}
      L: for (int i = 0; i < 64; i++) {
        #pragma HLS PIPELINE
        int sum = 0;
        for (int k = 0; k < 9; k++) sum += x[i] * weights[k];
        y[i] = sum;
      }
    }`;
  expect(loops(kernel("const int"))[0]).toBe("L ×64 II=1");
  const change = "for (int k = 0; k < 9; k++) weights[k] = x[k];";
  expect(loops(kernel("static int", change))[1]).toBe("L ×64 II=5 ports weights");
  // Where every index is known, the compiler makes scalars of it.
  expect(loops(kernel("static int"))[0]).toBe("L ×64 II=1");
});

test("a method of the file's own class stands in place, with the members of its object", () => {
  expect(
    loops(`
      struct Filter {
        int taps[8];
        int step(int x) {
          int sum = 0;
          T: for (int k = 0; k < 8; k++) sum += taps[k] * x;
          return sum;
        }
      };
      void f(const int x[64], int y[64]) {
        Filter filter;
        L: for (int i = 0; i < 64; i++) y[i] = filter.step(x[i]);
      }`).map((line) => line.replace(/ II=.*/, "")),
  ).toEqual(["L ×64 sequential", "T ×8"]);
});

test("a pragma takes its whole line", () => {
  const { text } = fixed(
    `
void f(const int a[64], const int b[64], int c[64]) { int s[64];
  L: for (int i = 0; i < 64; i++) { s[i] = a[i] * b[i]; c[i] = s[i]; }
}`,
    "RP5306",
  );
  const pragmas = text.split("\n").filter((line) => line.includes("#pragma"));
  expect(pragmas.length).toBeGreaterThan(1);
  expect(pragmas.filter((line) => !/^ *#pragma HLS [A-Z_]+( \w+=?\w*)*$/.test(line))).toEqual([]);
  expect(text).toContain("\n    s[i] = a[i] * b[i]; c[i] = s[i]; }");
});

test("a loop without braces gets them with its pragma", () => {
  const before = `
void f(const int a[64], int c[64]) {
  L: for (int i = 0; i < 64; i++) c[i] = a[i] * 3;
  M: for (int i = 0; i < 8; i++)
    for (int j = 0; j < 8; j++) c[i] += a[j];
}`;
  const { message, text } = fixed(before, "RP5306");
  const cycles = Number(/→ ([\d,]+) cycles/.exec(message)?.[1]?.replaceAll(",", ""));
  const target = topOf(read(text).unit, undefined);
  if (target === undefined) throw new Error("no function");
  expect(estimateKernel(target, profileOf("vitis-2020.2")).assumedCycles).toBe(cycles);
  expect(text.match(/\{/g)?.length).toBe(text.match(/\}/g)?.length);
  expect(text).not.toBe(before);
});

const inner = `
void load(const int in[64], int out[64]) {
  int buf[64];
  A: for (int i = 0; i < 64; i++) buf[i] = in[i];
  B: for (int i = 0; i < 62; i++) {
    #pragma HLS PIPELINE
    out[i] = buf[i] + buf[i + 1] * buf[i + 2];
  }
}`;

test("a partition in a called function names the variable as it stands there, once for two calls", () => {
  const { message, text } = fixed(
    `${inner}
void f(const int a[64], const int b[64], int c[64], int d[64]) {
  load(a, c);
  load(b, d);
}`,
    "RP5301",
  );
  expect(message).toContain("3 reads of `buf` an iteration");
  expect(text.match(/.*ARRAY_PARTITION.*/g)).toEqual([
    "  #pragma HLS ARRAY_PARTITION variable=buf cyclic factor=2 dim=1",
  ]);
});

test("a partition takes the place of the one that stands there", () => {
  const text = inner.replace(
    "int buf[64];",
    "int buf[64];\n  #pragma HLS ARRAY_PARTITION variable=buf block factor=1 dim=1",
  );
  expect(fixed(text, "RP5301").text.match(/.*ARRAY_PARTITION.*/g)).toEqual([
    "  #pragma HLS ARRAY_PARTITION variable=buf cyclic factor=2 dim=1",
  ]);
});

test("fields of an array of structures share its ports", () => {
  const kernel = (directive: string): string => `
    struct Point { int x; int y; };
    void f(Point in[64], int out[64]) {
      ${directive}
      L: for (int i = 0; i < 62; i++) {
        #pragma HLS PIPELINE
        out[i] = in[i].x + in[i + 1].x + in[i + 2].x;
      }
    }`;
  expect(loops(kernel(""))).toEqual(["L ×62 II=2 ports in.x"]);
  expect(loops(kernel("#pragma HLS ARRAY_PARTITION variable=in cyclic factor=2"))).toEqual([
    "L ×62 II=1",
  ]);
});
