import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeCapability } from "../../../server/core/gpu/decode-capability.js";
import { gpuDeviceOf } from "../../../server/core/gpu/gpu-device.js";
import { decodeChip } from "../../../server/core/targets/decode-chip.js";
import {
  capabilities,
  capabilityFiles,
  capabilityJson,
  chipFiles,
  chipJson,
  device,
} from "./fixtures.js";

test("every file of compute capabilities is whole", () => {
  for (const file of capabilityFiles)
    expect(decodeCapability(capabilityJson(file), file).problems).toEqual([]);
});

test("every NVIDIA GPU of the catalogue has a compute capability, at a clock that such chips have", () => {
  const lines = chipFiles.flatMap((file) => {
    const chip = decodeChip(chipJson(file)).value;
    if (chip?.vendor !== "NVIDIA" || chip.kind !== "gpu") return [];
    const found = gpuDeviceOf(chip, capabilities);
    if (found === undefined) return [`${chip.id}: none`];
    const isUsual = 0.5e9 < found.clock && found.clock < 2.9e9;
    return isUsual ? [] : [`${chip.id}: ${found.clock / 1e9} GHz`];
  });
  expect(lines).toEqual([]);
});

test("a chip that a file names has its capability whatever the catalogue calls the architecture", () => {
  expect(device("nvidia-b300-sxm").capability.computeCapability).toBe("10.3");
  expect(device("nvidia-b200-sxm").capability.computeCapability).toBe("10.0");
  expect(device("nvidia-titan-x").capability.computeCapability).toBe("6.1");
});

test("what is no NVIDIA GPU has none", () => {
  const chip = decodeChip(chipJson("amd-mi300x.json")).value;
  expect(chip === undefined ? undefined : gpuDeviceOf(chip, capabilities)).toBeUndefined();
});

test("a missing number is named, and anything else is no exception", () => {
  const whole = capabilityJson("cc-8.6.json") as Record<string, unknown>;
  const { value, problems } = decodeCapability({ ...whole, limits: {} }, "gpu/x.json");
  expect(value).toBeUndefined();
  expect(problems[0]?.message).toBe(
    'Compute capability (gpu/x.json): `limits.threadsPerSm` is missing; give `{value, unit: "1", source}`.',
  );
  fc.assert(fc.property(fc.anything(), (value) => void decodeCapability(value)));
});
