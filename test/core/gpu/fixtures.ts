import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { decodeCapability } from "../../../server/core/gpu/decode-capability.js";
import {
  gpuDeviceOf,
  type GpuCapability,
  type GpuDevice,
} from "../../../server/core/gpu/gpu-device.js";
import { decodeChip } from "../../../server/core/targets/decode-chip.js";

const data = path.resolve(import.meta.dirname, "..", "..", "..", "server", "data");

const json = (file: string): unknown => JSON.parse(readFileSync(path.join(data, file), "utf8"));

export const capabilityFiles = readdirSync(path.join(data, "gpu")).sort();

export const capabilities: readonly GpuCapability[] = capabilityFiles.map((file) => {
  const { value } = decodeCapability(json(`gpu/${file}`), file);
  if (value === undefined) throw new Error(`gpu/${file}`);
  return value;
});

export function capability(name: string): GpuCapability {
  const found = capabilities.find(({ computeCapability }) => computeCapability === name);
  if (found === undefined) throw new Error(name);
  return found;
}

/** A device of the catalogue by its chip's id. */
export function device(id: string): GpuDevice {
  const chip = decodeChip(json(`chips/${id}.json`)).value;
  const found = chip === undefined ? undefined : gpuDeviceOf(chip, capabilities);
  if (found === undefined) throw new Error(id);
  return found;
}

export const chipFiles = readdirSync(path.join(data, "chips")).sort();
export const chipJson = (file: string): unknown => json(`chips/${file}`);
export const capabilityJson = (file: string): unknown => json(`gpu/${file}`);
