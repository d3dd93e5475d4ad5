import type { Model } from "../graph/graph.js";
import type { Catalogue, Target } from "./target.js";

/** Where people run a model: one that writes text on servers, one in llama.cpp's own format by llama.cpp. */
export interface ModelUse {
  readonly kind: "network" | "decoder" | "llama-cpp";
  /** Precision of targets that counts a quantized checkpoint as it is stored. */
  readonly precision?: string;
}

/** Shown when the workspace has chosen none. */
export const defaultTargetIds: Readonly<Record<ModelUse["kind"], readonly string[]>> = {
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

/** What runs anywhere, as far as one knows. */
export const anyNetwork: ModelUse = { kind: "network" };

/** Servers of quantized checkpoints; the later one multiplies formats that the first one does not. */
const servers = ["nvidia-h100-sxm/tensorrt-llm", "nvidia-b200-sxm/tensorrt-llm"];

export function useOf({
  format,
  generation,
}: Partial<Pick<Model, "format" | "generation">>): ModelUse {
  if (generation === undefined) return anyNetwork;
  if (format === "gguf") return { kind: "llama-cpp" };
  const precision = generation.storedPrecision;
  return { kind: "decoder", ...(precision !== undefined && { precision }) };
}

/** The default set, as far as the catalogue has it; the first targets of the catalogue when it has none of it. */
export function defaultTargets(
  catalogue: Catalogue,
  { kind, precision }: ModelUse,
): readonly Target[] {
  const ids = defaultTargetIds[kind];
  const asStored =
    precision === undefined
      ? undefined
      : servers.map((server) => catalogue.find(`${server}/${precision}`)).find(Boolean);
  const found = ids.flatMap((id) => catalogue.find(id) ?? []);
  if (found.length === 0) return catalogue.targets.slice(0, ids.length);
  return asStored === undefined ? found : [asStored, ...found.slice(1)];
}
