import path from "node:path";
import { expect, test } from "vitest";
import { analyzeJson, cli, root } from "../kit/cli.js";

const matmul = path.join(root, "examples/triton/matmul.py");
const targets = [
  "--target",
  "nvidia-h100-sxm/pytorch-eager/fp16",
  "--target",
  "nvidia-rtx-4090/tensorrt/fp16",
];

test("a file with Triton kernels and no model is reported by its kernels", async () => {
  const report = await analyzeJson([matmul, ...targets]);
  expect(report).toMatchObject({ kind: "triton", model: null, layers: [] });
  const [kernel] = report.tritonKernels ?? [];
  expect(kernel).toMatchObject({ name: "product", language: "triton" });
  expect(kernel?.configurations).toHaveLength(5);
  expect(kernel?.devices.map(({ id, best }) => [id, best])).toEqual([
    ["nvidia-h100-sxm", 0],
    ["nvidia-rtx-4090", 0],
  ]);
  const [hopper] = kernel?.devices ?? [];
  expect(hopper?.configurations[2]).toMatchObject({
    seconds: null,
    fits: false,
    sharedBytes: 262_144,
    sharedLimitBytes: 232_448,
  });
  expect(hopper?.configurations[0]).toMatchObject({ fits: true, blocks: 512 });
  const shares = hopper?.lines.reduce((sum, { share }) => sum + share, 0) ?? 0;
  expect(shares).toBeCloseTo(1, 6);
  expect(report.problems.map(({ code }) => code)).toContain("RP5620");
});

test("sizes of the command line stand in for pins", async () => {
  const seconds = async (dims: readonly string[]): Promise<number> => {
    const file = path.join(root, "test/fixtures/python/triton_scale.py");
    const report = await analyzeJson([file, ...targets, ...dims]);
    return report.tritonKernels?.[0]?.devices[0]?.configurations[0]?.seconds ?? NaN;
  };
  const [small, large] = [
    await seconds(["--dim", "n=1048576"]),
    await seconds(["--dim", "n=1073741824"]),
  ];
  expect(large / small).toBeGreaterThan(100);
});

test("the table names the best configuration and the heaviest line", async () => {
  const { status, out } = await cli(["analyze", matmul, ...targets]);
  expect(status).toBe(0);
  expect(out).toContain("product  (Triton kernel, line 20)");
  expect(out).toMatch(/H100 SXM .* TILE_M=128, TILE_N=256, TILE_K=64, num_warps=8, num_stages=3/);
  expect(out).toMatch(/does not fit/);
  expect(out).toContain("OutOfResources: needs 262,144 B of shared memory a block");
});

test("a file with a module and a kernel shows both", async () => {
  const file = path.join(root, "test/fixtures/python/triton_module.py");
  const report = await analyzeJson([file, ...targets]);
  expect(report.kind).toBe("python");
  expect(report.model?.parameterCount).toBe(64 * 64 + 64);
  expect(report.tritonKernels?.map(({ name }) => name)).toEqual(["scale"]);
}, 120_000);
