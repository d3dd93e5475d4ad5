import { expect, test } from "vitest";
import { estimate, loops, read } from "./kit.js";

const copy = (pragma: string, size: string): string => `
  typedef float data_t;
  void k(data_t *in, data_t *out) {
    ${pragma}
    data_t buffer[256];
    memcpy(buffer, in, ${size});
    for (int i = 0; i < 256; i++) {
      #pragma HLS PIPELINE II=1
      out[i] = buffer[i] * 2.0f;
    }
  }`;

test("memcpy is a loop of one element a cycle, by types, arrays and constants", () => {
  const sizes = ["256 * sizeof(data_t)", "sizeof(buffer)", "1024", "sizeof(float) * (1 << 8)"];
  for (const size of sizes) expect(loops(copy("", size))[0]).toBe("memcpy ×256 II=1");
  const none = estimate(copy("", "0")).assumedCycles;
  expect(estimate(copy("", "1024")).assumedCycles - none).toBeGreaterThan(256 - 16 - 8);
});

test("over a bus the first word is waited for", () => {
  const bus = "#pragma HLS INTERFACE m_axi port=in";
  const [alone, shared] = ["", bus].map((pragma) => estimate(copy(pragma, "1024")).timing.loops[0]);
  expect((shared?.cycles ?? 0) - (alone?.cycles ?? 0)).toBe(64 + 7);
});

test("a size that nothing says is told, at the call", () => {
  const text = copy("", "n * sizeof(data_t)");
  const { unknownLoops, problems } = estimate(text);
  expect(unknownLoops.map(({ label }) => label)).toEqual(["memcpy"]);
  const [problem] = problems;
  const span = problem?.place?.kind === "text" ? problem.place.span : { start: 0, end: 0 };
  expect(text.slice(span.start, span.end)).toBe("buffer, in, n * sizeof(data_t)");
});

test("memset writes, two of one call differ, and a function of the name is the file's own", () => {
  const body = "memset(a, 0, sizeof(a)); memset(b, 0, sizeof(b));";
  expect(loops(`void k(int a[8], int b[4][16]) { ${body} }`)).toEqual([
    "memset ×8 II=1",
    "memset ×64 II=1",
  ]);
  expect(loops(`void memset(int *a, int v, int n) {} void k(int a[8]) { ${body} }`)).toEqual([]);
});

test("an hls::burst_maxi gives a word a cycle", () => {
  const text = `
    void k(hls::burst_maxi<int> in, int out[64]) {
      in.read_request(0, 64);
      for (int i = 0; i < 64; i++) {
        #pragma HLS PIPELINE
        out[i] = in.read() + in.read();
      }
    }`;
  expect(loops(text)).toEqual(["i ×64 II=2 ports in"]);
});

test("a core whose cost is not counted is told, what is the file's own is not", () => {
  const codes = (text: string): readonly string[] => read(text).problems.map(({ code }) => code);
  const call = "void k(float a[64], float b[64]) { hls::fft<config>(a, b, 1, 2); }";
  expect(codes(call)).toEqual(["RP5313"]);
  const own = "void fft(float *a, float *b) { b[0] = a[0]; }";
  expect(
    codes(`${own} void k(float a[64], float b[64]) { fft(a, b); b[0] = hls::sqrt(a[0]); }`),
  ).toEqual([]);
  expect(codes("void k(float a[64], float b[64]) { fft(a, b); }")).toEqual(["RP5314"]);
});
