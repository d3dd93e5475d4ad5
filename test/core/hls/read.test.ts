import { expect, test } from "vitest";
import { estimate, parser, read, shape } from "./kit.js";
import { topOf } from "../../../server/core/hls/estimate-kernel.js";
import { readUnit } from "../../../server/core/hls/read/unit.js";

const shapeOf = (body: string, before = ""): readonly string[] => {
  const { unit } = read(`${before}\nvoid f(int n, int a[64], float *p) {\n${body}\n}`);
  return shape(unit.functions[0]?.body ?? []);
};

test("trip counts follow from constants, macros, strides and directions", () => {
  expect(
    shapeOf("for (int i = 0; i < N; i++) a[i] = 0;", "#define N (4 * M)\n#define M 8"),
  ).toEqual(["i 32"]);
  expect(shapeOf("for (int i = 63; i >= 0; i -= 3) a[i] = 0;")).toEqual(["i 22"]);
  expect(shapeOf("for (int i = 2; i <= K; i = i + 2) a[i] = 0;", "const int K = 9;")).toEqual([
    "i 4",
  ]);
  expect(shapeOf("int i = 16; while (i--) a[i] = 0;")).toEqual(["i 16"]);
});

test("a bound that an outer loop moves counts as its average", () => {
  expect(shapeOf("for (int i = 0; i < 8; i++) for (int j = i; j < 8; j++) a[j] = i;")).toEqual([
    "i 8",
    "  j 4.5",
  ]);
});

test("a trip count that nothing says is taken from LOOP_TRIPCOUNT, else unknown", () => {
  expect(
    shapeOf("for (int i = 0; i < n; i++) {\n#pragma HLS LOOP_TRIPCOUNT min=10 max=30\na[i] = 0; }"),
  ).toEqual(["i 20"]);
  expect(shapeOf("for (int i = 0; i < n; i++) a[i] = 0;")).toEqual(["i ?"]);
});

test("directives of all dialects stand on their loops", () => {
  const { unit } = read(`
    void f(int a[64]) {
      for (int i = 0; i < 64; i++) {
        #pragma HLS PIPELINE II=2
        a[i] = i;
      }
      #pragma ACCEL PARALLEL reduction=a FACTOR=8
      for (int j = 0; j < 64; j++) a[j] = j;
      #pragma unroll 4
      for (int k = 0; k < 64; k++) a[k] = k;
      [[intel::initiation_interval(3)]] for (int l = 0; l < 64; l++) a[l] = l;
      #pragma hls_pipeline_init_interval 5
      for (int m = 0; m < 64; m++) a[m] = m;
    }`);
  const found = (unit.functions[0]?.body ?? []).map((step) =>
    step.kind === "loop"
      ? step.directives.map((one) => JSON.stringify({ ...one, span: undefined })).join()
      : step.kind,
  );
  expect(found).toEqual([
    '{"kind":"pipeline","grain":"fine","isOff":false,"interval":2,"dialect":"vitis"}',
    '{"kind":"parallel","reduction":"a","factor":8,"dialect":"merlin"}',
    '{"kind":"unroll","isOff":false,"factor":4,"dialect":"intel"}',
    '{"kind":"pipeline","grain":"fine","isOff":false,"interval":3,"dialect":"intel"}',
    '{"kind":"pipeline","grain":"fine","isOff":false,"interval":5,"dialect":"catapult"}',
  ]);
});

test("a placeholder of a design space is open, and says the value that was put into it", () => {
  const pipeline = (text: string): string => {
    const { unit } = read(
      `void f(int a[8]) {\n#pragma ACCEL PIPELINE ${text}\nfor (int i = 0; i < 8; i++) a[i] = i;\n}`,
    );
    const [step] = unit.functions[0]?.body ?? [];
    const found = step?.kind === "loop" ? step.directives[0] : undefined;
    return found?.kind === "pipeline" ? (found.isOff ? "off" : found.grain) : "none";
  };
  expect(
    ["auto{__PIPE__L0}", "auto{flatten}", "auto{}", "flatten", "off", "", "NA"].map(pipeline),
  ).toEqual(["off", "unrolled", "coarse", "unrolled", "off", "coarse", "coarse"]);
});

test("a called function stands in place, with its arguments' names", () => {
  const { unit } = read(`
    void add(int *x, int y) { for (int i = 0; i < 4; i++) x[i] += y; }
    void top(int b[4]) { add(b, 3); }`);
  const [step] = unit.functions[1]?.body ?? [];
  expect(step?.kind).toBe("call");
  expect(JSON.stringify(step)).toContain('"name":"b"');
});

test("recursion is a problem and ends", () => {
  const { problems } = read("int f(int n) { return n < 2 ? n : f(n - 1); }");
  expect(problems.map(({ code }) => code)).toEqual(["RP5312"]);
});

test("arbitrary text ends in a unit, whatever it is", () => {
  const pieces = [
    "for (",
    "int i = 0;",
    "{",
    "}",
    "#pragma HLS UNROLL factor=",
    "#pragma ACCEL TILE FACTOR=auto{x}",
    "a[i][",
    "]",
    "=",
    "<",
    "ap_int<",
    ">",
    "(",
    ")",
    ";",
    "*",
    "0x",
    "1e",
    "while",
    "do",
    "template<int N=",
    "struct {",
    "//",
    '"',
    "\\\n",
    "\0",
    "é",
  ];
  let seed = 7;
  const next = (): number => (seed = (seed * 1103515245 + 12345) % 2147483648);
  for (let run = 0; run < 150; run += 1) {
    let text = "";
    for (let at = 0; at < 40; at += 1) text += `${pieces[next() % pieces.length] ?? ""} `;
    expect(readUnit(parser.parse(text)).value.functions.length).toBeGreaterThanOrEqual(0);
  }
});

test("deep nesting is cut with a problem", () => {
  const deep = `void f() { int x = ${"(".repeat(5000)}1${")".repeat(5000)}; }`;
  expect(read(deep).problems.map(({ code }) => code)).toContain("RP5311");
});

test("templates take numbers, types and configurations from their arguments", () => {
  const text = `
    struct base { static const int n_in = 16; static const int reuse = 4; };
    template <int OUT> struct config : base { static const int n_out = OUT; static const int size = n_in * n_out; };
    template <class data_T, typename CONFIG_T>
    void dense(data_T data[CONFIG_T::n_in], data_T out[CONFIG_T::n_out]) {
      data_T mult[CONFIG_T::size];
      #pragma HLS PIPELINE II=CONFIG_T::reuse
      #pragma HLS ARRAY_PARTITION variable=mult complete
      for (int i = 0; i < CONFIG_T::n_in; i++)
        for (int j = 0; j < CONFIG_T::n_out; j++)
          mult[i * CONFIG_T::n_out + j] = data[i] * data[i];
      for (int j = 0; j < CONFIG_T::n_out; j++) out[j] = mult[j];
    }
    template <int N, class T> void twice(T a[N], T b[N]) { nnet::dense<T, config<N>>(a, b); }
    void top(ap_fixed<12, 4> in[16], ap_fixed<12, 4> out[8]) { twice<8, ap_fixed<12, 4>>(in, out); }`;
  const { unit } = read(text);
  const top = topOf(unit, "top");
  expect(shape(top?.body ?? [])).toEqual(["dense$2.i 16", "  dense$2.j 8", "dense$2.j 8"]);
  expect(top?.variables.get("dense$2.mult")).toMatchObject({ dims: [128], type: { bits: 12 } });
  // The called function's own pragmas hold where it is called.
  const found = estimate(text);
  expect(found.partitions.get("dense$2.mult")).toMatchObject({ isComplete: true });
  expect(found.timing.regions.map(({ interval }) => interval)).toContain(4);
});

test("dividing by a power of two takes no divider", () => {
  const lut = (divisor: string): number =>
    estimate(`void f(unsigned a[64], unsigned b[64]) {
      for (int i = 0; i < 64; i++) b[i] = a[i] / ${divisor} + a[i] % ${divisor};
    }`).area.lut;
  expect(lut("64")).toBeLessThan(lut("63") - 400);
});

test("Intel's `component` and C's `restrict` are read over", () => {
  const { unit, problems } = read(
    "component void f(float *restrict a, float *__restrict__ b) { for (int i = 0; i < 8; i++) a[i] = b[i]; }",
  );
  expect(problems).toEqual([]);
  expect(unit.functions.map(({ name }) => name)).toEqual(["f"]);
});

test("a pipelined function starts as often as it asks, not when it is done", () => {
  const found = estimate(`void fir(int x, int *y, const int c[8]) {
    #pragma HLS PIPELINE II=2
    #pragma HLS ARRAY_PARTITION variable=c complete
    int sum = 0;
    for (int i = 0; i < 8; i++) sum += x * c[i];
    *y = sum;
  }`);
  expect(found.intervalCycles).toBe(2);
  expect(found.cycles).toBeGreaterThan(2);
});
