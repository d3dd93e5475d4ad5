import { expect, it } from "vitest";
import { sheetOf } from "./kit.js";

/** What rules say of a source on one device, each after its code. */
function told(text: string, device: string): readonly string[] {
  return sheetOf(text, { n: 1 << 20 }, [device]).problems.map(
    ({ code, message }) => `${code} ${message}`,
  );
}

const only = (code: string, lines: readonly string[]): readonly string[] =>
  lines.filter((line) => line.startsWith(code));

const launched = (kernel: string, launch: string): string =>
  `${kernel}\nvoid run(float *out, const float *in, const half *a, const half *b, int n) {\n  ${launch}\n}\n`;

const sumOf = (type: string): string =>
  launched(
    `__global__ void k(${type} *out, const ${type} *a, const ${type} *b) {
  ${type} sum = out[threadIdx.x], x = a[threadIdx.x], y = b[threadIdx.x];
  for (int i = 0; i < 1024; ++i) sum = sum + x * y;
  out[threadIdx.x] = sum;
}`,
    "k<<<1024, 256>>>(out, a, b);",
  );

it("sums of products of halves are told where the chip has tensor cores, those of floats are not", () => {
  expect(only("RP5627", told(sumOf("half"), "nvidia-a100-sxm-80gb"))).toEqual([
    "RP5627 Products of halves are summed on the ordinary pipes; tensor cores of A100 SXM 80GB do 4 times as many (`mma.sync` or `wmma`, tiles of 16 × 8 × 16).",
  ]);
  expect(only("RP5627", told(sumOf("float"), "nvidia-a100-sxm-80gb"))).toEqual([]);
  expect(only("RP5627", told(sumOf("half"), "nvidia-p100-pcie"))).toEqual([]);
});

const gather = (pointer: string): string =>
  launched(
    `__global__ void k(float *${pointer}out, const float *${pointer}in) {
  float sum = 0.0f;
  for (int i = 0; i < 4096; ++i) {
    sum += in[i * 64 + threadIdx.x];
    out[i * 64 + threadIdx.x] = sum;
  }
}`,
    "k<<<1, 64>>>(out, in);",
  );

it("pointers that may overlap are told where a loop waits for them, and not once they are restricted", () => {
  expect(only("RP5625", told(gather(""), "nvidia-rtx-a6000"))).toEqual([
    expect.stringContaining("RP5625 `in` may overlap what is written"),
  ]);
  expect(only("RP5625", told(gather("__restrict__ "), "nvidia-rtx-a6000"))).toEqual([]);
});

const withShared = (floats: number): string =>
  launched(
    `__global__ void k(float *out, const float *in) {
  __shared__ float s[${floats}];
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  s[threadIdx.x] = in[i];
  __syncthreads();
  out[i] = s[255 - threadIdx.x];
}`,
    "k<<<n / 256, 256>>>(out, in);",
  );

// 100 KiB for three blocks, each a multiple of 128 B, less 1 KiB of the system: 33,024 B of the 34,400 B that are asked for.
it("a little less shared memory for one more block is told, a lot less is not", () => {
  expect(only("RP5622", told(withShared(8600), "nvidia-rtx-a6000"))).toEqual([
    expect.stringContaining(
      "RP5622 −1.34 KiB of shared memory → 3 blocks an SM on RTX A6000 (occupancy 33 % → 50 %)",
    ),
  ]);
  expect(only("RP5622", told(withShared(11000), "nvidia-rtx-a6000"))).toEqual([]);
});

const copyBy = (blocks: number): string =>
  launched(
    `__global__ void k(float *out, const float *in) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  out[i] = in[i];
}`,
    `k<<<${blocks}, 1024>>>(out, in);`,
  );

// A block of 1,024 threads has an SM of 1,536 to itself, and 84 SMs are a wave.
it("a last wave that hardly works is told, a full one is not, and neither is one of many", () => {
  expect(only("RP5624", told(copyBy(84 + 8), "nvidia-rtx-a6000"))).toEqual([
    "RP5624 1.1 waves of 84 blocks on RTX A6000: the last wave leaves 90 % of it idle. 84 blocks take 1 whole wave.",
  ]);
  expect(only("RP5624", told(copyBy(2 * 84), "nvidia-rtx-a6000"))).toEqual([]);
  expect(only("RP5624", told(copyBy(20 * 84 + 8), "nvidia-rtx-a6000"))).toEqual([]);
  expect(only("RP5624", told(copyBy(21), "nvidia-rtx-a6000"))).toEqual([
    "RP5624 21 blocks for 84 SMs of RTX A6000: 75 % of the device has nothing to do.",
  ]);
});

const counted = (index: string): string =>
  launched(
    `__global__ void k(float *out, const float *in) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  atomicAdd(&out[${index}], in[i]);
}`,
    "k<<<n / 256, 256>>>(out, in);",
  );

it("one address that all update is told, an address of each thread's own is not", () => {
  expect(only("RP5631", told(counted("0"), "nvidia-rtx-a6000"))).toEqual([
    expect.stringContaining(
      "RP5631 `atomicAdd(&out[0], in[i])`: every warp updates the same address",
    ),
  ]);
  expect(only("RP5631", told(counted("i"), "nvidia-rtx-a6000"))).toEqual([]);
});
