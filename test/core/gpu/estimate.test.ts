import { describe, expect, it } from "vitest";
import { estimateKernel } from "../../../server/core/gpu/estimate.js";
import type { GlobalAccess, GpuKernel, GpuWork } from "../../../server/core/gpu/gpu-kernel.js";
import { device } from "./fixtures.js";

const place = { start: 0, end: 1 };

/** `y[i] = a * x[i] + y[i]` in blocks of 256 over 2^26 floats. */
function saxpy(more: Partial<GpuKernel> = {}): GpuKernel {
  return {
    name: "saxpy",
    place,
    span: place,
    threadsPerBlock: 256,
    registers: { value: 16, low: 12, high: 24 },
    sharedBytes: 0,
    axes: [{ name: "blockIdx.x", extent: 262_144 }],
    work: [read("x"), read("y"), multiplyAdd, { ...read("y"), direction: "write", waits: 0 }],
    unknowns: [],
    ...more,
  };
}

const base = { place, executions: 8, unknownTurns: [], waits: 0 };
const multiplyAdd: GpuWork = {
  ...base,
  kind: "arithmetic",
  pipe: "float32",
  results: 32,
  flops: 64,
};
const read = (array: string, more: Partial<GlobalAccess> = {}): GlobalAccess => ({
  ...base,
  kind: "global",
  direction: "read",
  array,
  usefulBytes: 128,
  sectors: 4,
  lines: 1,
  blockBytes: 1024,
  gridBytes: 2 ** 28,
  variesAlong: [true],
  isAsynchronous: false,
  waits: 1,
  ...more,
});

describe("the estimate of a kernel", () => {
  // 3 × 256 MiB over 2,039 GB/s are 395 µs; STREAM's triad reaches some nine tenths of it.
  it("streaming is bound by DRAM at the data sheet's bandwidth", () => {
    const { bound, seconds, intensity } = estimateKernel(saxpy(), device("nvidia-a100-sxm-80gb"));
    expect(bound).toBe("dram");
    expect(intensity).toBeCloseTo(2 / 12, 6);
    expect((seconds?.value ?? 0) * 1e6).toBeGreaterThan(395);
    expect((seconds?.value ?? 0) * 1e6).toBeLessThan(460);
  });

  it("strided access costs as many sectors as it touches", () => {
    const strided = saxpy({
      work: [read("x", { sectors: 32, lines: 32, blockBytes: 8192, gridBytes: 2 ** 31 })],
    });
    const plain = saxpy({ work: [read("x")] });
    const seconds = (kernel: GpuKernel): number =>
      estimateKernel(kernel, device("nvidia-a100-sxm-80gb")).seconds?.value ?? 0;
    expect(seconds(strided) / seconds(plain)).toBeGreaterThan(7);
  });

  it("without a grid there is no time, and a block's figures stay", () => {
    const found = estimateKernel(
      saxpy({ axes: [{ name: "blockIdx.x", extent: undefined }] }),
      device("nvidia-a100-sxm-80gb"),
    );
    expect(found.seconds).toBeUndefined();
    expect(found.flopsPerBlock).toBe(512);
    expect(found.dramBytesPerBlock).toBe(3072);
    expect(found.bound).toBe("dram");
  });

  it("an unknown trip count leaves the intensity of what is repeated, and no time", () => {
    const loop = { unknownTurns: ["K"] };
    const found = estimateKernel(
      saxpy({ work: [{ ...multiplyAdd, ...loop }, { ...read("x"), ...loop }, read("y")] }),
      device("nvidia-a100-sxm-80gb"),
    );
    expect(found.seconds).toBeUndefined();
    expect(found.flopsPerBlock).toBeUndefined();
    expect(found.intensity).toBeCloseTo(64 / 128, 6);
  });

  it("the parts of the lines add up to the whole, and the interval holds the value", () => {
    for (const id of ["nvidia-a100-sxm-80gb", "nvidia-rtx-a6000", "nvidia-h100-sxm", "nvidia-t4"]) {
      const { shares, seconds } = estimateKernel(saxpy(), device(id));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
      expect(seconds?.low).toBeLessThan(seconds?.value ?? 0);
      expect(seconds?.high).toBeGreaterThan(seconds?.value ?? 0);
    }
  });

  it("a block that does not fit has no time", () => {
    const found = estimateKernel(saxpy({ sharedBytes: 200 * 1024 }), device("nvidia-rtx-a6000"));
    expect(found.occupancy?.doesNotFit).toContain("shared memory");
    expect(found.seconds).toBeUndefined();
  });
});
