import path from "node:path";
import { describe, expect, test } from "vitest";
import type { ServingView } from "../../server/core/views/serving.js";
import { cli, resnet50, root } from "../kit/cli.js";

const llama = path.join(root, "examples/llama-3.1-8b/config.json");
const h100 = "nvidia-h100-sxm/tensorrt-llm/fp8";

async function serve(...words: readonly string[]): Promise<ServingView> {
  const { status, out, err } = await cli(["serve", llama, "--json", ...words]);
  expect(status, err).toBe(0);
  return (JSON.parse(out) as { readonly serving: ServingView }).serving;
}

describe("plans", () => {
  test("every plan keeps the limits, the most tokens a device first", async () => {
    const { plans } = await serve(
      ...["--target", h100, "--devices", "1,2", "--tpot", "20ms", "--ttft", "200ms", "--apart"],
    );
    expect(plans.map(({ devices, mode }) => `${devices} ${mode}`).sort()).toEqual([
      "1 apart",
      "1 together",
      "2 apart",
      "2 together",
    ]);
    const rates = plans.map(({ curve }) => curve.best!.tokensPerSecondPerDevice);
    expect(rates).toEqual([...rates].sort((a, b) => b - a));
    for (const { curve, capacityBytes, mode } of plans) {
      expect(curve.best!.tokenSeconds.value).toBeLessThanOrEqual(0.02);
      expect(curve.best!.firstTokenSeconds.value).toBeLessThanOrEqual(0.2);
      expect(curve.best!.memoryBytes).toBeLessThanOrEqual(capacityBytes);
      // Numbers of groups are whole: of those apart, fewer texts can give more a device.
      if (mode === "together") expect(curve.limit).toBe("between tokens");
    }
  });

  test("a price of an hour becomes one of a million tokens", async () => {
    const { plans } = await serve("--target", h100, "--devices", "1", "--price", "3.6");
    const { price, tokensPerSecondPerDevice } = plans[0]!.curve.best!;
    expect(price).toBeCloseTo(1000 / tokensPerSecondPerDevice, 9);
  });

  test("groups that cannot share the model, or whose exchanges nobody has measured, say so", async () => {
    const { plans, refused } = await serve(
      ...["--target", "nvidia-rtx-4090/llama-cpp-cuda/q4-k-m", "--devices", "1,1,2,3"],
    );
    expect(plans).toHaveLength(1);
    expect(refused.map(({ name, reason }) => `${name}: ${reason}`)).toMatchInlineSnapshot(`
      [
        "2 × RTX 4090 · llama.cpp CUDA · Q4_K_M: Exchanges between devices were measured neither on RTX 4090 · llama.cpp CUDA · Q4_K_M nor on a chip like it",
        "3 × RTX 4090 · llama.cpp CUDA · Q4_K_M: has 32 heads, which 3 devices cannot share evenly",
      ]
    `);
  });
});

test("the table names what keeps each from more", async () => {
  const { out } = await cli(["serve", llama, "--target", h100, "--devices", "1", "--tpot", "20ms"]);
  expect(out).toMatch(/^llama · prompts of 1024 tokens, answers of 256 · 20 ms between tokens\n/);
  expect(out).toMatch(/H100 SXM · TensorRT-LLM · fp8 +1 +\d+ .* between tokens\n/);
});

test("limits that nothing keeps are told with what one text gets", async () => {
  const { status, out } = await cli([
    ...["serve", llama, "--target", h100, "--devices", "1", "--tpot", "1ms"],
  ]);
  expect(status).toBe(0);
  expect(out).toMatch(/1 × H100 .*: not even one text keeps the limits: .* between tokens\.\n$/);
});

test("a context beyond the model's own is told, and one reason is given once", async () => {
  const { out } = await cli([
    ...["serve", llama, "--target", "nvidia-rtx-4090/llama-cpp-cuda/q4-k-m"],
    ...["--input", "200000", "--output", "1"],
  ]);
  expect(out).toMatch(/\n2, 4 and 8 × RTX 4090 .*: Exchanges between devices/);
  expect(out).toMatch(/\nThe model was made for contexts of 131072 tokens, not of 200001\.\n$/);
});

test("the panel's view is asked with what the command usually asks", async () => {
  const { status, out } = await cli(["view", "serving", llama, "--target", h100]);
  expect(status).toBe(0);
  const view = JSON.parse(out) as ServingView;
  expect(view.plans.map(({ devices }) => devices).sort()).toEqual([1, 2, 4, 8]);
});

test("a model that writes no text is refused", async () => {
  const { status, err } = await cli(["serve", resnet50]);
  expect(status).toBe(1);
  expect(err).toContain("writes no text");
});

test.each([
  [["--tpot", "60fps"], "`--tpot` takes a time"],
  [["--link", "fast"], "`--link` takes a rate"],
  [["--price", "free"], "`--price` takes dollars"],
  [["--price", "1e400"], "`--price` takes dollars"],
  [["--price", "nvidia-h100=2"], "Target `nvidia-h100` is not known"],
  [["--devices", "0"], "`--devices` takes a whole number of at least 1"],
])("%j is a wrong call", async (words, message) => {
  const { status, err } = await cli(["serve", llama, ...words]);
  expect(status).toBe(2);
  expect(err).toContain(message);
});
