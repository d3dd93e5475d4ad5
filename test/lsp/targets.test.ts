import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { neverCancelled } from "../../server/core/base/cancel.js";
import { type ModelUse, defaultTargets } from "../../server/core/targets/default-targets.js";
import { loadCatalogue } from "../../server/io/catalogue-files.js";
import { Analyst } from "../../server/lsp/analyst.js";
import { createAnswers } from "../../server/lsp/answers.js";
import type { Subject } from "../../server/lsp/worker-api.js";

const root = path.resolve(import.meta.dirname, "../..");

test("targets say what their numbers rest on; the chosen ones come first", async () => {
  const answers = createAnswers(new Analyst(path.join(root, "server/data"), neverCancelled));
  const chosen = ["google-edge-tpu/edgetpu/int8", "raspberry-pi-5/onnxruntime/fp32"];
  const targets = await answers.targets({
    choice: { targetIds: chosen, chipFolders: [], accelerators: [] },
  });
  expect(targets.slice(0, 2).map(({ id, method }) => [id, method])).toEqual([
    [chosen[0], "roofline"],
    [chosen[1], "calibrated"],
  ]);
  const methodOf = (id: string): string | undefined =>
    targets.find((target) => target.id === id)?.method;
  expect(methodOf("amd-kv260/dpu-b4096f/int8")).toBe("calibrated");
  expect(new Set(targets.map(({ method }) => method)).size).toBeGreaterThan(2);
});

test("where none are chosen, a model is predicted for what such models run on, quantized ones as they are stored", async () => {
  const { value: catalogue } = await loadCatalogue({
    dataFolder: path.join(root, "server/data"),
    chipFolders: [],
  });
  const chosenFor = (use: ModelUse): string[] =>
    defaultTargets(catalogue, use).map(({ id }) => id.slice(id.indexOf("/") + 1));
  expect(chosenFor({ kind: "network" })[0]).toBe("tensorrt/fp16");
  expect(chosenFor({ kind: "decoder" })).toEqual([
    "tensorrt-llm/bf16",
    "llama-cpp-cuda/q4-k-m",
    "llama-cpp-metal/q4-k-m",
  ]);
  expect(chosenFor({ kind: "llama-cpp" })[2]).toBe("llama-cpp-cpu/q4-k-m");
  const servers = ["fp8-block", "nvfp4", "posit8"].map(
    (precision) => defaultTargets(catalogue, { kind: "decoder", precision })[0]?.id,
  );
  expect(servers).toEqual([
    "nvidia-h100-sxm/tensorrt-llm/fp8-block",
    "nvidia-b200-sxm/tensorrt-llm/nvfp4",
    "nvidia-h100-sxm/tensorrt-llm/bf16",
  ]);
});

test("the worker reads an open configuration for it", async () => {
  const analyst = new Analyst(path.join(root, "server/data"), neverCancelled);
  const uri = "file:///m/config.json";
  const config = JSON.parse(
    readFileSync(path.join(root, "examples/llama-3.1-8b/config.json"), "utf8"),
  ) as object;
  const choice = { targetIds: [], chipFolders: [], accelerators: [] };
  const subject: Subject = {
    ...{ uri, fileName: "config.json", choice, batch: null, dims: {} },
    source: { kind: "config", version: 1, path: "/m/config.json" },
  };
  const first = async (quantization: object): Promise<string | undefined> => {
    analyst.putText(uri, 1, JSON.stringify({ ...config, ...quantization }));
    const targets = await createAnswers(analyst).targets({ choice, subject });
    return targets[0]?.id;
  };
  expect(await first({})).toBe("nvidia-h100-sxm/tensorrt-llm/bf16");
  expect(await first({ quantization_config: { quant_method: "fp8" } })).toBe(
    "nvidia-h100-sxm/tensorrt-llm/fp8",
  );
});
