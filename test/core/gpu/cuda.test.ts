import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { kernelsOf, sheetOf, worksOf } from "./kit.js";

const header = (body: string, parameters = "float *out, const float *in, int n"): string =>
  `__global__ void k(${parameters}) {\n${body}\n}\n`;
const launched = (
  body: string,
  launch = "k<<<n / 256, 256>>>(out, in, n);",
  parameters?: string,
): string =>
  `${header(body, parameters)}void run(float *out, const float *in) {\n  int n = 1 << 20;\n  ${launch}\n}\n`;

describe("accesses to global memory", () => {
  it("neighbouring threads on neighbouring floats touch four sectors", () => {
    expect(
      worksOf(
        launched("  int i = blockIdx.x * blockDim.x + threadIdx.x;\n  out[i] = 2.0f * in[i];"),
      ),
    ).toEqual(["3: read in 4 sectors ×8", "3: float32 32 FLOP ×8", "3: write out 4 sectors ×8"]);
  });

  it("a stride of four floats touches sixteen, one of eight all thirty-two", () => {
    const strided = (stride: number): string =>
      worksOf(
        launched(`  int i = blockIdx.x * blockDim.x + threadIdx.x;\n  out[i] = in[i * ${stride}];`),
      )[0] ?? "";
    expect(strided(4)).toBe("3: read in 16 sectors ×8");
    expect(strided(8)).toBe("3: read in 32 sectors ×8");
  });

  it("a float4 a thread is one request of sixteen sectors", () => {
    expect(
      worksOf(
        launched(
          "  int i = blockIdx.x * blockDim.x + threadIdx.x;\n  float4 v = reinterpret_cast<const float4 *>(in)[i];\n  reinterpret_cast<float4 *>(out)[i] = v;",
        ),
      ),
    ).toEqual(["3: read in 16 sectors ×8", "4: write out 16 sectors ×8"]);
  });

  it("the same address for a warp is one sector, an index that is data is none that is known", () => {
    expect(
      worksOf(
        launched("  int i = threadIdx.x;\n  int j = (int)in[blockIdx.x];\n  out[i] = in[j];"),
      ),
    ).toEqual(["3: read in 1 sectors ×8", "4: read in ? sectors ×8", "4: write out 4 sectors ×8"]);
  });

  it("an offset by one float touches a sector more", () => {
    expect(
      worksOf(
        launched("  int i = blockIdx.x * blockDim.x + threadIdx.x;\n  out[i] = in[i + 1];"),
      )[0],
    ).toBe("3: read in 5 sectors ×8");
  });

  it("neighbours of a stencil move what they share once", () => {
    const [read] = kernelsOf(
      launched(
        "  int i = blockIdx.x * blockDim.x + threadIdx.x;\n  out[i] = in[i - 1] + in[i] + in[i + 1];",
      ),
    );
    const bytes = (read?.kernel.work ?? []).reduce(
      (sum, work) =>
        sum + (work.kind === "global" && work.direction === "read" ? (work.gridBytes ?? 0) : 0),
      0,
    );
    expect(bytes / (4 * 2 ** 20)).toBeCloseTo(1, 1);
  });
});

describe("shared memory", () => {
  const tile = (row: string): string =>
    launched(
      `  __shared__ float tile[32][${row}];\n  tile[threadIdx.y][threadIdx.x] = in[threadIdx.x];\n  __syncthreads();\n  out[threadIdx.x] = tile[threadIdx.x][threadIdx.y];`,
      "dim3 block(32, 8); k<<<64, block>>>(out, in, n);",
    );

  // NVIDIA, "An Efficient Matrix Transpose in CUDA C/C++": a column of 32 × 32 floats is a 32-way conflict, one padded by one is none.
  it("a column of 32 floats is a 32-way conflict, and of 33 none", () => {
    expect(worksOf(tile("32")).at(-2)).toBe("5: read shared tile 32-way ×8");
    expect(worksOf(tile("33")).at(-2)).toBe("5: read shared tile 1-way ×8");
  });

  it("an index that is swizzled by exclusive or has no conflict", () => {
    const swizzled = tile("32").replace(
      "tile[threadIdx.x][threadIdx.y]",
      "tile[threadIdx.x][threadIdx.y ^ threadIdx.x]",
    );
    expect(worksOf(swizzled).at(-2)).toBe("5: read shared tile 1-way ×8");
  });

  it("counts static and dynamic bytes, and says when the latter are not known", () => {
    const dynamic = (launch: string): number | undefined =>
      kernelsOf(
        launched(
          "  __shared__ float a[100];\n  extern __shared__ float b[];\n  b[threadIdx.x] = in[0];\n  out[0] = a[0] + b[1];",
          launch,
        ),
      )[0]?.kernel.sharedBytes;
    expect(dynamic("k<<<4, 256, 1024>>>(out, in, n);")).toBe(1424);
    expect(dynamic("")).toBeUndefined();
  });
});

describe("loops", () => {
  it("a tree reduction counts the warps that are left in each turn", () => {
    const found = worksOf(
      launched(
        "  __shared__ float s[256];\n  int t = threadIdx.x;\n  s[t] = in[t];\n  __syncthreads();\n  for (int k = blockDim.x / 2; k > 0; k >>= 1) {\n    if (t < k) s[t] += s[t + k];\n    __syncthreads();\n  }\n  if (t == 0) out[blockIdx.x] = s[0];",
      ),
    );
    // 4 + 2 + 1 whole warps, then one warp for 16, 8, 4, 2, 1 threads.
    expect(found).toContain("7: float32 32 FLOP ×12");
    expect(found).toContain("8: barrier ×64");
    expect(found).toContain("10: write out 1 sectors ×1");
  });

  it("long loops are not gone through turn by turn, and count in whole", () => {
    expect(
      worksOf(
        launched(
          "  float sum = 0.0f;\n  for (int j = threadIdx.x; j < n; j += blockDim.x)\n    sum += in[j];\n  out[threadIdx.x] = sum;",
        ),
      ),
    ).toContain("4: read in 4 sectors ×32768");
  });

  it("a triangular nest counts what it does", () => {
    expect(
      worksOf(
        launched(
          "  float sum = 0.0f;\n  for (int i = 0; i < 64; ++i)\n    for (int j = 0; j < i; ++j)\n      sum += in[i] * in[j];\n  out[0] = sum;",
        ),
      ).find((line) => line.startsWith("5: float32")),
    ).toBe(`5: float32 64 FLOP ×${8 * 2016}`);
  });

  it("a trip count that nobody gave stays in sight, and pins give it", () => {
    const text = header(
      "  float sum = 0.0f;\n  for (int j = 0; j < n; j += 32)\n    sum += in[j];\n  out[threadIdx.x] = sum;",
    );
    expect(worksOf(text)).toContain("4: read in 1 sectors ×8 × n / 32");
    expect(kernelsOf(text)[0]?.kernel.unknowns.map(({ name }) => name)).toEqual(["n / 32", "grid"]);
    expect(worksOf(`// ridgepoint: n=1<<10, grid=4\n${text}`)).toContain(
      "5: read in 1 sectors ×256",
    );
    expect(worksOf(text, { n: 64 })).toContain("4: read in 1 sectors ×16");
    expect(worksOf(text.replace("j += 32)", "j += 32) // ridgepoint: times=3"))).toContain(
      "4: read in 1 sectors ×24",
    );
  });
});

describe("launches", () => {
  it("gives sizes, templates and blocks; `main` gives what it calls with", () => {
    const [read] = kernelsOf(
      `#define CEIL_DIV(a, b) (((a) + (b) - 1) / (b))
template <int TILE, typename T> __global__ void __launch_bounds__(TILE * TILE) k(T *out, int n) {
  __shared__ T tile[TILE][TILE];
  tile[threadIdx.y][threadIdx.x] = 1.0f;
  out[threadIdx.x] = tile[0][threadIdx.x];
}
void run(double *out, int n) {
  const int tile = 16;
  dim3 block(tile, tile);
  dim3 grid(CEIL_DIV(n, tile), CEIL_DIV(n, tile));
  k<16, double><<<grid, block, 0, 0>>>(out, n);
}
int main() { run(nullptr, 1000); }
`,
    );
    expect(read?.variant).toBe("<16, double>");
    expect(read?.kernel.threadsPerBlock).toBe(256);
    expect(read?.kernel.axes.map(({ extent }) => extent)).toEqual([63, 63, 1]);
    expect(read?.kernel.sharedBytes).toBe(2048);
  });

  it("without a launch the block is a guess that is told", () => {
    const [read] = kernelsOf(header("  out[threadIdx.x] = in[threadIdx.x];"));
    expect(read?.kernel.assumptions).toEqual(["a block of 256 threads"]);
  });

  it("a template without a launch says what is missing", () => {
    const { kernels, problems } = sheetOf(
      "template <int N> __global__ void k(float *a) { a[threadIdx.x * N] = 1.0f; }",
    );
    expect(kernels).toEqual([]);
    expect(problems[0]?.message).toBe(
      "`k` has no estimate: nothing here says what `N` is. Launch it in this file, or pin above it: `// ridgepoint: N=…`.",
    );
  });
});

describe("tensor cores", () => {
  it("knows wmma, mma.sync and asynchronous copies", () => {
    const found = worksOf(
      launched(
        `  using namespace nvcuda;
  __shared__ half tile[16 * 16];
  wmma::fragment<wmma::matrix_a, 16, 16, 16, half, wmma::row_major> a;
  wmma::fragment<wmma::matrix_b, 16, 16, 16, half, wmma::col_major> b;
  wmma::fragment<wmma::accumulator, 16, 16, 16, float> c;
  wmma::fill_fragment(c, 0.0f);
  for (int i = 0; i < n; i += 16) {
    wmma::load_matrix_sync(a, in + i, n);
    wmma::load_matrix_sync(b, tile, 16);
    wmma::mma_sync(c, a, b, c);
  }
  wmma::store_matrix_sync(out, c, n, wmma::mem_row_major);`,
        "k<<<4, 32>>>(out, in, n);",
        "float *out, const half *in, int n",
      ),
    );
    expect(found).toContain("11: tensor m16n16k16 float16 ×65536");
    expect(found).toContain("9: read in 16 sectors ×65536");
    const asm = worksOf(
      launched(
        '  float c[4]; unsigned a[4], b[2];\n  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0}, {%1}, {%2}, {%0};" : "+f"(c[0]) : "r"(a[0]), "r"(b[0]));\n  out[threadIdx.x] = c[0];',
      ),
    );
    expect(asm).toContain("3: tensor m16n8k16 bfloat16 ×8");
  });
});

describe("rules", () => {
  const codes = (text: string): readonly string[] => sheetOf(text).problems.map(({ code }) => code);

  it("prices an access that is not coalesced, and a bank conflict with its fix", () => {
    const { problems } = sheetOf(readFileSync("examples/cuda/transpose.cu", "utf8"), {}, [
      "nvidia-a100-sxm-80gb",
    ]);
    expect(problems.map(({ code, message }) => `${code} ${message.slice(0, 90)}`))
      .toMatchInlineSnapshot(`
      [
        "RP5620 \`out[x * height + y + row] = in[(y + row) * width + x]\` is not coalesced: the 32 threads o",
        "RP5621 \`tile[threadIdx.x][threadIdx.y + row]\`: 32-way bank conflict in shared memory. Rows of \`ti",
      ]
    `);
    expect(problems.flatMap(({ fixes = [] }) => fixes.map(({ title }) => title))).toEqual([
      "Pad the rows of `tile` by one element",
    ]);
  });

  it("the padded transpose has nothing to complain of", () => {
    const text = readFileSync("examples/cuda/transpose.cu", "utf8");
    const padded = text
      .replace(/__global__ void transposeNaive[\s\S]*?(?=__global__ void transposePadded)/, "")
      .replace(/ {2}transpose(?:Naive|Tiled)<<<.*\n/g, "");
    expect(codes(padded)).toEqual([]);
  });

  it("a barrier that a part of the block comes to is an error, after an early return it is none", () => {
    expect(
      codes(launched("  if (threadIdx.x < 100) __syncthreads();\n  out[threadIdx.x] = 1.0f;")),
    ).toContain("RP5628");
    expect(
      codes(
        launched(
          "  int i = blockIdx.x * blockDim.x + threadIdx.x;\n  if (i >= n) return;\n  __syncthreads();\n  out[i] = in[i];",
        ),
      ),
    ).not.toContain("RP5628");
  });

  it("a block that is no multiple of a warp, and one that does not fit, are told", () => {
    expect(
      codes(launched("  out[threadIdx.x] = 1.0f;", "k<<<1000, 100>>>(out, in, n);")),
    ).toContain("RP5623");
    expect(
      codes(
        launched(
          "  extern __shared__ float s[];\n  out[threadIdx.x] = s[threadIdx.x];",
          "k<<<1000, 128, 200000>>>(out, in, n);",
        ),
      ),
    ).toContain("RP5603");
  });

  it("a double literal among floats is told with the literal's fix", () => {
    const { problems } = sheetOf(
      launched(
        "  int i = blockIdx.x * blockDim.x + threadIdx.x;\n  float x = in[i] * 2.0f;\n  for (int j = 0; j < 16; ++j)\n    x = x * 0.5 + 1.0f;\n  out[i] = x;",
      ),
    );
    const found = problems.find(({ code }) => code === "RP5630");
    expect(found?.fixes?.[0]?.edits).toHaveLength(1);
  });
});

describe("bad input", () => {
  const example = readFileSync("examples/cuda/transpose.cu", "utf8");

  it("any truncation and any deletion ends in an answer", () => {
    fc.assert(
      fc.property(fc.nat(example.length), fc.nat(80), (start, length) => {
        sheetOf(example.slice(0, start));
        sheetOf(example.slice(0, start) + example.slice(start + length));
      }),
      { numRuns: 60 },
    );
  });

  it("loops without an end, recursion and deep nesting come to an end", () => {
    sheetOf(launched("  for (;;) { out[threadIdx.x] += 1.0f; }"));
    sheetOf(launched("  while (true) { if (in[0] > 1.0f) break; out[0] = 2.0f; }"));
    sheetOf(launched("  int x = 1; while (x != 0) x = x * 3 + 1;\n  out[0] = x;"));
    sheetOf(
      `__device__ float f(float x) { return f(x) + 1.0f; }\n${launched("  out[0] = f(in[0]);")}`,
    );
    sheetOf(`#define A(x) B(x)\n#define B(x) A(x)\n${launched("  out[0] = A(in[0]);")}`);
    sheetOf(launched(`  out[0] = ${"(".repeat(5000)}1.0f${")".repeat(5000)};`));
  });
});
