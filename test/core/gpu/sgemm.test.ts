import { expect, it } from "vitest";
import { sheetOf } from "./kit.js";

/**
 * The first three steps of a published series, written anew: times of 4096³ on RTX A6000 from github.com/siboehm/SGEMM_CUDA, README (309.0,
 * 1,986.5 and 2,980.3 GFLOP/s).
 */
const measured = { naive: 444.8e-3, coalesced: 69.2e-3, tiled: 46.1e-3 };

const source = `
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
`;

it("published times of matrix products lie within the intervals, in the published order", () => {
  const { kernels } = sheetOf(source, { n: 4096 });
  const found = kernels.map(({ name, estimates }) => ({ name, seconds: estimates[0]?.seconds }));
  expect(found.map(({ name }) => name)).toEqual(Object.keys(measured));
  for (const [index, [, seconds]] of Object.entries(measured).entries()) {
    expect(found[index]?.seconds?.low).toBeLessThan(seconds);
    expect(found[index]?.seconds?.high).toBeGreaterThan(seconds);
    expect((found[index]?.seconds?.value ?? 0) / seconds).toBeCloseTo(1, 0);
  }
});
