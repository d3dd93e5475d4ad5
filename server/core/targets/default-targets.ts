import type { Catalogue, Target } from "./target.js";

/** Shown when the workspace has chosen none: one each of a desktop GPU, a board and a microcontroller. */
export const defaultTargetIds: readonly string[] = [
  "nvidia-rtx-4090/tensorrt/fp16",
  "raspberry-pi-5/onnxruntime/fp32",
  "stm32h747i-disco/x-cube-ai/int8",
];

/** The default set, as far as the catalogue has it; the first targets of the catalogue when it has none of it. */
export function defaultTargets(catalogue: Catalogue): readonly Target[] {
  const found = defaultTargetIds.flatMap((id) => catalogue.find(id) ?? []);
  return found.length > 0 ? found : catalogue.targets.slice(0, defaultTargetIds.length);
}
