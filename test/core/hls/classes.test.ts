import { expect, test } from "vitest";
import { estimate, loops, read } from "./kit.js";

test("methods with their body outside of the class run on the object that they are called on", () => {
  const kernel = `
    struct Engine { int buf[32]; void run(int *a); int helper(int x); };
    void Engine::run(int *a) { R: for (int i = 0; i < 32; i++) this->buf[i] = helper(a[i]); }
    int Engine::helper(int x) { return x * x; }
    void top(int a[64]) { Engine e; e.run(a); T: for (int i = 0; i < 32; i++) a[i] = e.buf[i] + e.buf[0] + e.buf[1]; }`;
  expect(loops(kernel)).toEqual(["R ×32 II=1", "T ×32 II=2 ports e.buf"]);
  expect(estimate(kernel).area.dsp).toBe(4);
});

test("parameters of a class template count in members, static constants and methods outside of it", () => {
  const kernel = `
    template <typename T, int N> class Fir {
      T taps[N];
      static const int half = N / 2;
    public:
      Fir() {
        #pragma HLS ARRAY_PARTITION variable=taps complete
      }
      T operator()(T x);
      void clear() { C: for (int i = 0; i < half; i++) taps[i] = 0; }
    };
    template <typename T, int N> T Fir<T, N>::operator()(T x) {
      S: for (int i = N - 1; i > 0; i--) {
        #pragma HLS UNROLL
        taps[i] = taps[i - 1];
      }
      taps[0] = x;
      T sum = 0;
      M: for (int i = 0; i < N; i++) sum += taps[i] * 3;
      return sum;
    }
    void top(short a[64], short b[64]) {
      static Fir<short, 8> fir;
      fir.clear();
      A: for (int i = 0; i < 64; i++) {
        #pragma HLS PIPELINE
        b[i] = fir(a[i]);
      }
    }`;
  expect(loops(kernel)).toEqual(["C ×4 II=1", "A ×64 II=1", "S ×7 unrolled", "M ×8 unrolled"]);
});

test("overloads differ by their number of parameters, and a method of one class is none of another", () => {
  const kernel = `
    struct A { void go(int *x) { for (int i = 0; i < 4; i++) x[i] = 0; } };
    struct B { void go(int *x) { for (int i = 0; i < 8; i++) x[i] = 0; } };
    void go(int *x, int y) { for (int i = 0; i < 16; i++) x[i] = y; }
    void go(int *x) { for (int i = 0; i < 32; i++) x[i] = 0; }
    void top(int x[64]) { A a; B b; b.go(x); a.go(x); go(x); go(x, 3); }`;
  expect(estimate(kernel).timing.loops.map(({ iterations }) => iterations)).toEqual([8, 4, 32, 16]);
});

test("constant functions, function-like macros and specialised templates bound loops", () => {
  const kernel = `
    constexpr int log2(int n) { return n <= 1 ? 0 : 1 + log2(n / 2); }
    constexpr int bits(int n) { int k = 0; while (n > 0) { n >>= 1; k++; } return k; }
    constexpr int forever(int n) { while (true) n++; return n; }
    #define DIVIDE_UP(a, b) (((a) + (b) - 1) / (b))
    template <int N> struct Size { static const int value = 2 * N; };
    template <> struct Size<4> { static const int value = 100; };
    void top(int a[512]) {
      const int n4 = Size<4>::value, n3 = Size<3>::value;
      A: for (int i = 0; i < log2(256); i++) a[i] = 0;
      B: for (int i = 0; i < bits(255) + 1; i++) a[i] = 0;
      C: for (int i = 0; i < DIVIDE_UP(17, 4); i++) a[i] = 0;
      D: for (int i = 0; i < n4; i++) a[i] = 0;
      E: for (int i = 0; i < n3; i++) a[i] = 0;
      F: for (int i = 0; i < forever(1); i++) a[i] = 0;
      G: for (int i = 0; i < 64; i += DIVIDE_UP(7, 2)) a[i] = 0;
    }`;
  expect(loops(kernel).map((line) => line.replace(/ II.*$/, ""))).toEqual([
    "A ×8",
    "B ×9",
    "C ×5",
    "D ×100",
    "E ×6",
    "F ×?",
    "G ×16",
  ]);
});

test("templates that lead back to themselves end", () => {
  const { unit } = read(`
    template <int N> struct Down { static const int value = 1 + Down<N - 1>::value; };
    template <int N> void down(int *a) { a[N] = 0; down<N - 1>(a); }
    struct Ring { Ring *next; typedef Ring::other other; };
    template <class T> using Loop = Loop<T>;
    void top(int a[64], Loop<int> b) { Ring r; const int n = Down<5>::value; down<4>(a); for (int i = 0; i < n; i++) a[i] = 0; }`);
  expect(unit.functions.map(({ name }) => name)).toEqual(["down", "top"]);
});

test("a function template that calls itself with other arguments is followed, one that calls itself is recursion", () => {
  const problems = (text: string): readonly string[] => read(text).problems.map(({ code }) => code);
  const body = (next: string): string => `
    template <int N> void step(int a[64]) { for (int i = 0; i < N; i++) a[i] = 0; ${next} }
    template <> void step<0>(int a[64]) { a[0] = 0; }
    void top(int a[64]) { step<3>(a); }`;
  expect(problems(body("step<N>(a);"))).toContain("RP5312");
  expect(problems("void f(int *a, int n) { f(a, n - 1); }")).toEqual(["RP5312"]);
});

test("lambdas see what stands around them, and range loops go through an array", () => {
  const kernel = `
    void top(int a[64], int b[64]) {
      int z[16];
      auto add = [&](int x) { return x * b[3]; };
      for (auto &x : z) x = 3;
      E: for (int i = 0; i < 5; i++) a[i] = add(i) + z[i];
    }`;
  expect(loops(kernel)).toEqual(["x$index ×16 II=1", "E ×5 II=1"]);
  expect(estimate(kernel).area.dsp).toBe(4);
});

test("names of types may have parameters and extents, and rows of an array may be handed on", () => {
  const kernel = `
    template <int W> using word = ap_uint<W>;
    typedef word<7> row_t[16];
    template <typename T, int R> void clear(T x[R]) { Q: for (int i = 0; i < R; i++) x[i] = 0; }
    void top(row_t m[4], row_t z) {
      #pragma HLS ARRAY_PARTITION variable=m complete dim=2
      clear(z);
      clear(m[2]);
      F: for (int i = 0; i < 4; i++) {
        #pragma HLS PIPELINE
        for (int j = 0; j < 16; j++) m[i][j] = m[i][j] + 1;
      }
    }`;
  expect(read(kernel).unit.functions.at(-1)?.parameters[0]).toMatchObject({
    dims: [4, 16],
    type: { bits: 7 },
  });
  expect(loops(kernel)).toEqual(["Q ×16 II=1", "Q ×16 II=1", "F ×4 II=1", "j ×16 unrolled"]);
});

test("lanes of a vector are worked on side by side", () => {
  const kernel = (type: string): string => `
    void top(${type} a[64], ${type} b[64]) {
      F: for (int i = 0; i < 64; i++) a[i] = a[i] * b[i];
    }`;
  expect(estimate(kernel("hls::vector<float, 4>")).area.dsp).toBe(
    4 * estimate(kernel("float")).area.dsp,
  );
});

test("words of a stream have their side channels, and its word may be a struct", () => {
  const kernel = `
    struct pixel { ap_uint<8> r, g, b; };
    void top(hls::stream<ap_axis<32, 1, 1, 1>> &s, hls::stream<pixel> &p, int a[64]) {
      G: for (int i = 0; i < 3; i++) {
        ap_axis<32, 1, 1, 1> w = s.read();
        a[i] = w.data + p.read().r;
        if (w.last) break;
      }
    }`;
  const [, stream] = read(kernel).unit.functions[0]?.parameters ?? [];
  expect(stream).toMatchObject({ isStream: true, type: { bits: 24 } });
  expect(loops(kernel)).toEqual(["G ×3 II=1"]);
});

test("tasks run their functions on their streams, each at the same time", () => {
  const kernel = `
    void half(hls::stream<int> &in, hls::stream<int> &out) { int a = in.read(); int b = in.read(); out.write(a * b); }
    void top(hls::stream<int> &in, hls::stream<int> &out) {
      hls_thread_local hls::stream<int> between;
      hls_thread_local hls::task first(half, in, between);
      hls_thread_local hls::task second(half, between, out);
    }`;
  expect(estimate(kernel).target.body.map(({ kind }) => kind)).toEqual(["call", "call"]);
  expect(estimate(kernel).area.dsp).toBeGreaterThan(0);
});

test("only what the tool sees of conditional text counts", () => {
  const kernel = `
    #define N 4
    void top(int a[64]) {
    #ifndef __SYNTHESIS__
      T: for (int i = 0; i < 64; i++) a[i] = 0;
    #endif
    #if N > 8
      A: for (int i = 0; i < 16; i++) a[i] = 0;
    #elif defined(N) && N == 4
      B: for (int i = 0; i < 32; i++) a[i] = 0;
    #else
      C: for (int i = 0; i < 8; i++) a[i] = 0;
    #endif
    }`;
  expect(loops(kernel)).toEqual(["B ×32 II=1"]);
});

test("a call of a function that nobody has leaves the latency unknown", () => {
  const found = estimate("void top(int a[64]) { elsewhere(a); a[0] = 1; }");
  expect(found.cycles).toBeUndefined();
  expect(found.intervalCycles).toBeUndefined();
  expect(estimate("void top(float a[64]) { a[0] = hls::sqrt(a[1]); }").cycles).toBeDefined();
});

test("_Pragma says what #pragma says, and bits of a word are no array", () => {
  const kernel = `
    void top(ap_uint<32> a[64], ap_uint<8> b[64]) {
      L: for (int i = 0; i < 64; i++) {
        _Pragma("HLS PIPELINE II=3")
        ap_uint<32> x = a[i];
        ap_uint<8> y = x.range(7, 0) * x(15, 8);
        y[0] = x[3];
        b[i] = y;
      }
    }`;
  expect(estimate(kernel).timing.loops[0]).toMatchObject({ interval: 3 });
  expect(estimate(kernel).area.dsp).toBe(1);
});
