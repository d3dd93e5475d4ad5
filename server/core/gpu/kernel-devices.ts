import type { Catalogue } from "../targets/target.js";
import { gpuDeviceOf, type GpuDevice } from "./gpu-device.js";

/** Shown when no NVIDIA GPU is chosen: a desktop one and two of data centers. */
const defaultKernelDevices = ["nvidia-rtx-4090", "nvidia-a100-sxm-80gb", "nvidia-h100-sxm"];

export interface KernelDevices {
  /** Each chip once, in the order in which it was named; the default ones when none of the names is a GPU of which the tables tell. */
  readonly devices: readonly GpuDevice[];
  /** Names of no chip and no target. */
  readonly unknown: readonly string[];
  /** Chips that are no such GPU. */
  readonly unsuited: readonly string[];
}

/** Kernels are compiled for a chip, whatever the runtime: of a target its chip counts, and a chip's id alone will do. */
export function kernelDevices(catalogue: Catalogue, names: readonly string[]): KernelDevices {
  const capabilities = catalogue.gpuCapabilities ?? [];
  const chips = new Map(catalogue.targets.map(({ chip }) => [chip.id, chip]));
  const devices = new Map<string, GpuDevice>();
  const unknown: string[] = [];
  const unsuited: string[] = [];
  for (const name of names) {
    const chip = chips.get(name.split("/")[0] ?? name);
    const device = chip === undefined ? undefined : gpuDeviceOf(chip, capabilities);
    if (chip === undefined) unknown.push(name);
    else if (device === undefined) unsuited.push(chip.name);
    else devices.set(chip.id, device);
  }
  if (devices.size > 0) return { devices: [...devices.values()], unknown, unsuited };
  const usual = defaultKernelDevices.flatMap((id) => {
    const chip = chips.get(id);
    return (chip === undefined ? undefined : gpuDeviceOf(chip, capabilities)) ?? [];
  });
  return { devices: usual, unknown, unsuited };
}
