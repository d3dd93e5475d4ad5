import type { ServingParams } from "../views/serving.js";

/** What is asked where nobody says otherwise. */
export const usualServing: ServingParams = {
  workload: { inputTokens: 1024, outputTokens: 256 },
  limits: {},
  devices: [1, 2, 4, 8],
  isApart: false,
  // A network of 400 Gb/s for each device (NVIDIA's DGX H100 has eight such adapters for its eight GPUs).
  linkBytesPerSecond: 50e9,
  // TensorRT-LLM's default `max_batch_size`.
  mostTexts: 2048,
  prices: {},
};
