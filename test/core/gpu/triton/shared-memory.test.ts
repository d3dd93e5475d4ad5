import { describe, expect, test } from "vitest";
import { programOf } from "../../../../server/core/gpu/triton/program.js";
import { readTritonFile } from "../../../../server/core/gpu/triton/read/triton-file.js";
import { toGpuKernel } from "../../../../server/core/gpu/triton/to-gpu-kernel.js";
import { device } from "../fixtures.js";
import { attentionText, matmulText } from "./sources.js";

/** Bytes of shared memory and registers of the first kernel of a text on a device. */
function resources(text: string, chip: string): { shared: number; low: number; high: number } {
  const file = readTritonFile(text);
  const [kernel] = file.kernels;
  if (kernel === undefined) throw new Error("no kernel");
  const lowered = toGpuKernel(programOf(file, kernel, kernel.configs[0]), device(chip));
  const { low, high } = lowered.kernel.registers;
  return { shared: lowered.shared.bytes, low, high };
}

/**
 * What Triton 3.6 allots on RTX 4090, read off compiled kernels (`metadata.shared`, `n_regs`):
 * github.com/lyell0710/triton-kernels, records/EXP-T08_smem_stage_probe.md, section 5.
 */
describe("as compiled by Triton 3.6 on RTX 4090", () => {
  test.each([
    [1, 32_768, 162],
    [2, 32_768, 136],
    [3, 65_536, 170],
    [4, 98_304, 178],
  ])("128 × 128 × 64 in float16 with %i stages", (stages, shared, registers) => {
    const found = resources(
      matmulText({ m: 128, n: 128, k: 64, warps: 8, stages }),
      "nvidia-rtx-4090",
    );
    expect(found.shared).toBe(shared);
    expect(found.low).toBeLessThanOrEqual(registers);
    expect(found.high).toBeGreaterThanOrEqual(registers);
  });

  test.each([
    [32, 2, 49_152, 192],
    [32, 3, 65_536, 200],
    [64, 2, 65_536, 213],
    [64, 3, 98_304, 198],
    [128, 2, 98_304, 255],
    // The message of OutOfResources: "Required: 163840, Hardware limit: 101376".
    [128, 3, 163_840, undefined],
  ])("attention of 128 × %i × 128 with %i stages", (n, stages, shared, registers) => {
    const found = resources(attentionText({ n, stages }), "nvidia-rtx-4090");
    expect(found.shared).toBe(shared);
    if (registers === undefined) return;
    expect(found.low).toBeLessThanOrEqual(registers);
    expect(found.high).toBeGreaterThanOrEqual(registers);
  });
});

/** Messages of OutOfResources in public issues, with the configurations that they come from. */
test.each([
  // pytorch/ao, test_user_defined_triton_function: gemm_split_k of 64 × 64 × 512 in float16 on H100.
  ["nvidia-h100-sxm", { m: 64, n: 64, k: 512, warps: 8, stages: 3 }, 393_216, 232_448],
  // Physical-Intelligence/openpi#654: configurations of torch.compile in bfloat16 on a card with 101,376 bytes.
  ["nvidia-rtx-5090", { m: 64, n: 64, k: 128, warps: 4, stages: 5 }, 131_072, 101_376],
  ["nvidia-rtx-5090", { m: 64, n: 128, k: 128, warps: 4, stages: 4 }, 147_456, 101_376],
])("%s: %j needs %i of %i bytes", (chip, tiles, needed, limit) => {
  expect(resources(matmulText(tiles), chip).shared).toBe(needed);
  expect(device(chip).capability.limits.sharedPerBlock.value).toBe(limit);
});

/** triton-lang/triton#1561: Triton 2 kept a copy for every stage on A100, as Triton 3 does on H100 alone. */
test("128 × 256 × 64 with four stages: 196,608 bytes of as many copies as stages", () => {
  const tiles = { m: 128, n: 256, k: 64, warps: 4, stages: 4 };
  expect(resources(matmulText(tiles), "nvidia-h100-sxm").shared).toBe(196_608);
  expect(resources(matmulText(tiles), "nvidia-a100-sxm-80gb").shared).toBe((196_608 * 3) / 4);
});

test("a device without asynchronous copies keeps one copy, whatever is asked for", () => {
  const tiles = { m: 64, n: 64, k: 32, warps: 4, stages: 4 };
  expect(resources(matmulText(tiles), "nvidia-t4").shared).toBe(8192);
});
