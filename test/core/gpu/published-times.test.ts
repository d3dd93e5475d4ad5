import { expect, it } from "vitest";
import { sheetOf } from "./kit.js";

/** Published times of kernels, written anew, beside what is estimated: the snapshots are the ratios, whatever they are. */
interface Series {
  readonly source: string;
  readonly device: string;
  readonly sizes: Readonly<Record<string, number>>;
  /** Seconds by kernel, in the order of the source. */
  readonly measured: Readonly<Record<string, number>>;
}

/**
 * 4096³ on RTX A6000, github.com/siboehm/SGEMM_CUDA, README: 309.0, 1,986.5 and 2,980.3 GFLOP/s. What an SM reaches of its rates
 * (`estimate.ts`) was set on kernels of this series, these three among them.
 */
const products: Series = {
  device: "nvidia-rtx-a6000",
  sizes: { n: 4096 },
  measured: { naive: 444.8e-3, coalesced: 69.2e-3, tiled: 46.1e-3 },
  source: `
__global__ void naive(int n, const float *a, const float *b, float *c) {
  int row = blockIdx.x * blockDim.x + threadIdx.x, column = blockIdx.y * blockDim.y + threadIdx.y;
  float sum = 0.0f;
  for (int k = 0; k < n; ++k) sum += a[row * n + k] * b[k * n + column];
  c[row * n + column] = sum;
}
__global__ void coalesced(int n, const float *a, const float *b, float *c) {
  int row = blockIdx.x * 32 + threadIdx.x / 32, column = blockIdx.y * 32 + threadIdx.x % 32;
  float sum = 0.0f;
  for (int k = 0; k < n; ++k) sum += a[row * n + k] * b[k * n + column];
  c[row * n + column] = sum;
}
__global__ void tiled(int n, const float *a, const float *b, float *c) {
  __shared__ float as[32 * 32];
  __shared__ float bs[32 * 32];
  const int row = threadIdx.x / 32, column = threadIdx.x % 32;
  a += blockIdx.x * 32 * n;
  b += blockIdx.y * 32;
  c += blockIdx.x * 32 * n + blockIdx.y * 32;
  float sum = 0.0f;
  for (int tile = 0; tile < n; tile += 32) {
    as[row * 32 + column] = a[row * n + column];
    bs[row * 32 + column] = b[row * n + column];
    __syncthreads();
    a += 32;
    b += 32 * n;
    for (int k = 0; k < 32; ++k) sum += as[row * 32 + k] * bs[k * 32 + column];
    __syncthreads();
  }
  c[row * n + column] = sum;
}
void run(int n, float *a, float *b, float *c) {
  dim3 grid(n / 32, n / 32);
  naive<<<grid, dim3(32, 32)>>>(n, a, b, c);
  coalesced<<<grid, 32 * 32>>>(n, a, b, c);
  tiled<<<grid, 32 * 32>>>(n, a, b, c);
}
`,
};

const transposeOf = (name: string, rows: number, pad: number): string => `
__global__ void ${name}(const float *in, float *out, int n) {
  __shared__ float tile[32][32 + ${pad}];
  int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 32 + threadIdx.y;
  for (int i = 0; i < 32; i += ${rows}) tile[threadIdx.y + i][threadIdx.x] = in[(y + i) * n + x];
  __syncthreads();
  x = blockIdx.y * 32 + threadIdx.x;
  y = blockIdx.x * 32 + threadIdx.y;
  for (int i = 0; i < 32; i += ${rows}) out[(y + i) * n + x] = tile[threadIdx.x][threadIdx.y + i];
}`;

const naiveTranspose = (name: string, rows: number): string => `
__global__ void ${name}(const float *in, float *out, int n) {
  int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 32 + threadIdx.y;
  for (int i = 0; i < 32; i += ${rows}) out[x * n + y + i] = in[(y + i) * n + x];
}`;

/** 32,768² on H100 80GB HBM3, github.com/yencal/gpu-matrix-transpose, README. Nothing was set on it. */
const transposes: Series = {
  device: "nvidia-h100-sxm",
  sizes: { n: 32768 },
  measured: {
    naive: 18.0645e-3,
    tiled: 8.6235e-3,
    padded: 5.0724e-3,
    coarse2: 3.6014e-3,
    coarse4: 3.0984e-3,
    coarse8: 3.0951e-3,
  },
  source: `${naiveTranspose("naive", 32)}${transposeOf("tiled", 32, 0)}${transposeOf("padded", 32, 1)}
${transposeOf("coarse2", 16, 1)}${transposeOf("coarse4", 8, 1)}${transposeOf("coarse8", 4, 1)}
void run(const float *in, float *out, int n) {
  dim3 grid(n / 32, n / 32);
  naive<<<grid, dim3(32, 32)>>>(in, out, n);
  tiled<<<grid, dim3(32, 32)>>>(in, out, n);
  padded<<<grid, dim3(32, 32)>>>(in, out, n);
  coarse2<<<grid, dim3(32, 16)>>>(in, out, n);
  coarse4<<<grid, dim3(32, 8)>>>(in, out, n);
  coarse8<<<grid, dim3(32, 4)>>>(in, out, n);
}
`,
};

/**
 * 1024² on RTX 4090 by the program of NVIDIA's article "An Efficient Matrix Transpose in CUDA C/C++", GB/s that a user of it published.
 * Nothing was set on it. A hundred launches in turn find the matrices in L2, where an estimate starts with nothing in it.
 */
const bytes = 2 * 4 * 1024 ** 2;
const smallTransposes: Series = {
  device: "nvidia-rtx-4090",
  sizes: { n: 1024 },
  measured: {
    copy: bytes / 2220.05e9,
    naive: bytes / 266.58e9,
    coalesced: bytes / 1376.81e9,
    padded: bytes / 2214.05e9,
  },
  source: `
__global__ void copy(const float *in, float *out, int n) {
  int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 32 + threadIdx.y;
  for (int i = 0; i < 32; i += 8) out[(y + i) * n + x] = in[(y + i) * n + x];
}${naiveTranspose("naive", 8)}${transposeOf("coalesced", 8, 0)}${transposeOf("padded", 8, 1)}
void run(const float *in, float *out, int n) {
  dim3 grid(n / 32, n / 32), block(32, 8);
  copy<<<grid, block>>>(in, out, n);
  naive<<<grid, block>>>(in, out, n);
  coalesced<<<grid, block>>>(in, out, n);
  padded<<<grid, block>>>(in, out, n);
}
`,
};

interface Row {
  readonly name: string;
  readonly measured: number;
  readonly estimate: number;
  readonly isWithin: boolean;
}

function compared({ source, device, sizes, measured }: Series): readonly Row[] {
  return sheetOf(source, sizes, [device]).kernels.map(({ name, devices: [first] }) => {
    const seconds = first?.estimates[0]?.estimate.seconds;
    const real = measured[name];
    if (seconds === undefined || real === undefined) throw new Error(name);
    const isWithin = seconds.low < real && real < seconds.high;
    return { name, measured: real, estimate: seconds.value, isWithin };
  });
}

const lines = (rows: readonly Row[]): readonly string[] =>
  rows.map(({ name, measured, estimate, isWithin }) => {
    const ratio = (estimate / measured).toFixed(2);
    return `${name} ${ratio}${isWithin ? "" : ", outside of the interval"}`;
  });

/** Pairs whose measured times lie more than a tenth apart, and whose estimates lie the other way round. */
const swapped = (rows: readonly Row[]): readonly string[] =>
  rows.flatMap((slow) =>
    rows
      .filter((fast) => slow.measured > 1.1 * fast.measured && slow.estimate <= fast.estimate)
      .map((fast) => `${slow.name} before ${fast.name}`),
  );

it("matrix products: estimate over measured time", () => {
  const rows = compared(products);
  expect(swapped(rows)).toEqual([]);
  expect(lines(rows)).toMatchInlineSnapshot(`
    [
      "naive 1.31",
      "coalesced 1.00",
      "tiled 1.04",
    ]
  `);
});

it("transposes from DRAM: estimate over measured time", () => {
  const rows = compared(transposes);
  expect(swapped(rows)).toEqual([]);
  expect(lines(rows)).toMatchInlineSnapshot(`
    [
      "naive 0.34, outside of the interval",
      "tiled 0.66",
      "padded 0.57",
      "coarse2 0.79",
      "coarse4 0.91",
      "coarse8 0.92",
    ]
  `);
});

it("transposes in L2: estimate over measured time", () => {
  const rows = compared(smallTransposes);
  expect(swapped(rows)).toEqual([]);
  expect(lines(rows)).toMatchInlineSnapshot(`
    [
      "copy 2.93, outside of the interval",
      "naive 0.38, outside of the interval",
      "coalesced 1.88, outside of the interval",
      "padded 2.92, outside of the interval",
    ]
  `);
});
