import type { Catalogue, Target } from "../../targets/target.js";
import { type GpuDevice, gpuDeviceOf } from "../gpu-device.js";

/** Where nobody has chosen a GPU: one for servers, one on a desk. */
const defaultChips = ["nvidia-h100-sxm", "nvidia-a100-sxm-80gb", "nvidia-rtx-4090"];

/** GPUs among the chosen targets, each once; others where none of them is one that kernels can be estimated on. */
export function kernelDevices(
  catalogue: Catalogue,
  targets: readonly Target[],
): readonly GpuDevice[] {
  const capabilities = catalogue.gpuCapabilities ?? [];
  const devices = new Map<string, GpuDevice>();
  const add = ({ chip }: Target): void => {
    if (devices.has(chip.id)) return;
    const device = gpuDeviceOf(chip, capabilities);
    if (device !== undefined) devices.set(chip.id, device);
  };
  targets.forEach(add);
  if (devices.size === 0)
    for (const id of defaultChips)
      for (const target of catalogue.targets.filter(({ chip }) => chip.id === id).slice(0, 1))
        add(target);
  return [...devices.values()];
}
