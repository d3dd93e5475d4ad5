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
  const [kernel] = report.kernels ?? [];
  expect(kernel).toMatchObject({ name: "product", language: "triton" });
  expect(kernel?.configurations).toHaveLength(5);
  expect(kernel?.devices.map(({ id, best }) => [id, best])).toEqual([
    ["nvidia-h100-sxm", 0],
    ["nvidia-rtx-4090", 0],
  ]);
  const [hopper] = kernel?.devices ?? [];
  expect(hopper?.configurations[2]).toMatchObject({
    seconds: null,
    occupancy: { share: 0, doesNotFit: expect.stringContaining("shared memory") as string },
    sharedBytes: 262_144,
    sharedLimitBytes: 232_448,
  });
  expect(hopper?.configurations[0]).toMatchObject({ launch: { blocks: 512 } });
  const shares = hopper?.lines.reduce((sum, { share }) => sum + share, 0) ?? 0;
  expect(shares).toBeCloseTo(1, 6);
  expect(report.problems.map(({ code }) => code)).toContain("RP5603");
});

test("sizes of the command line stand in for pins", async () => {
  const seconds = async (dims: readonly string[]): Promise<number> => {
    const file = path.join(root, "test/fixtures/python/triton_scale.py");
    const report = await analyzeJson([file, ...targets, ...dims]);
    return report.kernels?.[0]?.devices[0]?.configurations[0]?.seconds ?? NaN;
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

test("GPUs are chosen as for CUDA C++: a chip alone will do, and what is none is told", async () => {
  const report = await analyzeJson([
    matmul,
    "--target",
    "nvidia-t4",
    "--target",
    "stm32h747i-disco/x-cube-ai/int8",
  ]);
  expect(report.kernels?.[0]?.devices.map(({ id }) => id)).toEqual(["nvidia-t4"]);
  expect(report.problems.map(({ code }) => code)).toContain("RP5604");
  expect((await cli(["analyze", matmul, "--target", "nvidia-h900"])).status).toBe(2);
});

test("every format tells of kernels", async () => {
  const outOf = async (format: string): Promise<string> =>
    (await cli(["analyze", matmul, "--format", format, ...targets])).out;
  const markdown = await outOf("markdown");
  expect(markdown).toContain("## product  (Triton kernel, line 20)");
  expect(markdown).toMatch(/\| H100 SXM \| [\d.]+ µs \|/);
  const html = await outOf("html");
  expect(html).toContain("<h2>product  (Triton kernel, line 20)</h2>");
  expect(html).toMatch(/<td>H100 SXM<\/td><td class="n">[\d.]+ µs<\/td>/);
  const sarif: unknown = JSON.parse(await outOf("sarif"));
  expect(sarif).toMatchObject({ runs: [{ invocations: [{ executionSuccessful: true }] }] });
  const [header, ...lines] = (await outOf("csv")).trim().split("\r\n");
  expect(header?.split(",").slice(0, 6)).toEqual([
    "kernel",
    "language",
    "line",
    "gpu",
    "configuration",
    "seconds",
  ]);
  // Two GPUs, five configurations each; the third has no time on the first.
  expect(lines).toHaveLength(10);
  expect(lines[2]).toMatch(/^product,triton,20,nvidia-h100-sxm,"TILE_M=.*",,,,/);
});

test("a file with a module and a kernel shows both", async () => {
  const file = path.join(root, "test/fixtures/python/triton_module.py");
  const report = await analyzeJson([file, ...targets]);
  expect(report.kind).toBe("python");
  expect(report.model?.parameterCount).toBe(64 * 64 + 64);
  expect(report.kernels?.map(({ name }) => name)).toEqual(["scale"]);
}, 120_000);
