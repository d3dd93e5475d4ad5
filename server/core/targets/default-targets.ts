import type { Model } from "../graph/graph.js";
import type { Catalogue, Target } from "./target.js";

/** Where people run a model: one that writes text on servers, one in llama.cpp's own format by llama.cpp. */
export type ModelUse = "network" | "decoder" | "llama-cpp";

/** Shown when the workspace has chosen none. */
export const defaultTargetIds: Readonly<Record<ModelUse, readonly string[]>> = {
  // One each of a desktop GPU, a board and a microcontroller.
  network: [
    "nvidia-rtx-4090/tensorrt/fp16",
    "raspberry-pi-5/onnxruntime/fp32",
    "stm32h747i-disco/x-cube-ai/int8",
  ],
  // A server, a desktop GPU and a laptop, all of them measured.
  decoder: [
    "nvidia-h100-sxm/tensorrt-llm/bf16",
    "nvidia-rtx-4090/llama-cpp-cuda/q4-k-m",
    "apple-m3-max-gpu/llama-cpp-metal/q4-k-m",
  ],
  "llama-cpp": [
    "nvidia-rtx-4090/llama-cpp-cuda/q4-k-m",
    "apple-m3-max-gpu/llama-cpp-metal/q4-k-m",
    "amd-ryzen-ai-max-395-cpu/llama-cpp-cpu/q4-k-m",
  ],
};

export function useOf({ format, generation }: Pick<Model, "format" | "generation">): ModelUse {
  if (generation === undefined) return "network";
  return format === "gguf" ? "llama-cpp" : "decoder";
}

/** The default set, as far as the catalogue has it; the first targets of the catalogue when it has none of it. */
export function defaultTargets(catalogue: Catalogue, use: ModelUse): readonly Target[] {
  const ids = defaultTargetIds[use];
  const found = ids.flatMap((id) => catalogue.find(id) ?? []);
  return found.length > 0 ? found : catalogue.targets.slice(0, ids.length);
}
