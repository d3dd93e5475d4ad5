import path from "node:path";
import { expect, test } from "vitest";
import type { Offload } from "../../server/core/offload/offload.js";
import { cli, resnet50, root } from "../kit/cli.js";

const llama = path.join(root, "examples/llama-3.1-8b/config.json");

test("the best is marked, with the words that llama.cpp takes", async () => {
  const { status, out } = await cli(["offload", llama, "--memory", "4GiB"]);
  expect(status).toBe(0);
  expect(out).toMatch(/^llama · 32 layers · RTX 4090 .* \(4 GiB\) with Ryzen 9 7950X/);
  expect(out).toMatch(/^▸ \d+ layers .* fits$/m);
  expect(out).toMatch(/Best that fits: --n-gpu-layers \d+, [\d.]+ tok\/s, [\d.]+ times as fast/);
});

test("JSON has every number of layers", async () => {
  const { out } = await cli(["offload", llama, "--json"]);
  const { offload } = JSON.parse(out) as { readonly offload: Offload };
  expect(offload.points.map(({ deviceLayers }) => deviceLayers)).toEqual(
    Array.from({ length: 34 }, (_, index) => index),
  );
  expect(offload.best?.deviceLayers).toBe(33);
});

test("a model that writes no text is refused", async () => {
  const { status, err } = await cli(["offload", resnet50]);
  expect(status).toBe(1);
  expect(err).toContain("writes no text");
});

test.each([
  [["--memory", "much"], "`--memory` takes an amount of memory"],
  [["--link", "25"], "`--link` takes a rate"],
  [["--host", "amd-ryzen-9-7950x/llama-cpp-cpu/f16"], "Both share one file of weights"],
  [["--target", "nvidia-rtx-9999/x/y"], "nvidia-rtx-9999"],
  [["--target", "nvidia-h100-sxm/tensorrt-llm/fp8"], "name another with `--host`"],
  [["--target", "amd-ryzen-9-7950x/llama-cpp-cpu/q4-k-m"], "cannot be the GPU and its own host"],
  [["--context", "128", "--prompt", "512"], "has no room for a prompt of 512 tokens"],
])("%j is a wrong call", async (words, message) => {
  const { status, err } = await cli(["offload", llama, ...words]);
  expect(status).toBe(2);
  expect(err).toContain(message);
});

test("a context beyond the model's own is told", async () => {
  const { out } = await cli(["offload", llama, "--context", "200000"]);
  expect(out).toMatch(/\nThe model was made for contexts of 131072 tokens, not of 200000\.\n$/);
});

test("where nothing fits the GPU it is not compared with its host", async () => {
  const { out } = await cli(["offload", llama, "--memory", "1MiB"]);
  expect(out).toMatch(/\nBest that fits: all on the host \(--n-gpu-layers 0\)\.\n$/);
});
