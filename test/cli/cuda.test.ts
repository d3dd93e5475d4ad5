import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import type { ReportDocument } from "../../server/core/views/report-document.js";
import { cli } from "../kit/cli.js";

const work = mkdtempSync(path.join(os.tmpdir(), "ridgepoint-cuda-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const saxpy = `__global__ void saxpy(int n, float a, const float *x, float *y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = a * x[i] + y[i];
}
`;

function file(name: string, text: string): string {
  const full = path.join(work, name);
  writeFileSync(full, text);
  return full;
}

const json = async (
  ...words: readonly string[]
): Promise<ReportDocument & { readonly status: number }> => {
  const { out, status } = await cli(["analyze", "--json", ...words]);
  return { ...(JSON.parse(out) as ReportDocument), status };
};

// Three times 4 B × 2^26 over 2,039 GB/s are 395 µs.
test("a kernel's time needs its sizes, which the command line can give", async () => {
  const kernel = file("saxpy.cu", saxpy);
  const open = await json(kernel, "--target", "nvidia-a100-sxm-80gb");
  expect(open.kernels?.[0]?.devices[0]?.configurations[0]?.seconds).toBeNull();
  expect(open.kernels?.[0]?.assumptions).toEqual(["a block of 256 threads"]);
  expect(open.kernels?.[0]?.unknowns.map(({ name }) => name)).toEqual(["grid"]);
  const known = await json(
    kernel,
    "--target",
    "nvidia-a100-sxm-80gb",
    "--dim",
    "grid=262144",
    "--dim",
    "block=256",
    "--dim",
    "n=67108864",
  );
  const [target] = known.kernels?.[0]?.devices[0]?.configurations ?? [];
  expect(known.status).toBe(0);
  expect(known.kind).toBe("cuda");
  expect(known.kernels?.[0]).toMatchObject({ language: "cuda", parameters: [] });
  expect(target?.bound).toBe("dram");
  expect((target?.seconds ?? 0) * 1e6).toBeGreaterThan(395);
  expect((target?.seconds ?? 0) * 1e6).toBeLessThan(480);
  expect(target?.occupancy?.share).toBe(1);
});

test("a chip, a target, and what is neither", async () => {
  const kernel = file("saxpy2.cu", saxpy);
  const found = await json(
    kernel,
    "--target",
    "nvidia-h100-sxm/vllm/bf16",
    "--target",
    "nvidia-t4",
  );
  expect(found.kernels?.[0]?.devices.map(({ id }) => id)).toEqual(["nvidia-h100-sxm", "nvidia-t4"]);
  expect((await cli(["analyze", kernel, "--target", "nvidia-h900"])).status).toBe(2);
  const other = await json(kernel, "--target", "amd-mi300x/pytorch-eager/fp16");
  expect(other.problems.map(({ code }) => code)).toContain("RP5604");
});

test("headers give kernels that a source launches, and a file without kernels says so", async () => {
  file("saxpy.cuh", saxpy);
  const source = file(
    "main.cu",
    '#include "saxpy.cuh"\nint main() {\n  int n = 1 << 20;\n  saxpy<<<n / 256, 256>>>(n, 2.0f, nullptr, nullptr);\n}\n',
  );
  const found = await json(source, "--target", "nvidia-t4");
  expect(found.kernels?.map(({ name, source: place }) => [name, place.line])).toEqual([
    ["saxpy", 3],
  ]);
  expect(found.kernels?.[0]?.devices[0]?.configurations[0]?.seconds).not.toBeNull();
  const none = await json(file("none.cu", "int main() { return 0; }\n"));
  expect(none.status).toBe(1);
  expect(none.problems[0]?.code).toBe("RP5605");
});
