import type { Kernel } from "../lower/lowered.js";
import type { Accelerator } from "./accelerator.js";
import { macUnit } from "./mac-unit.js";
import { registerBits } from "./area.js";
import type { KernelQuestion, RawMapping } from "./map-kernel.js";
import { dramName, type MemoryTraffic } from "./map-contraction.js";
import { productsLeft } from "./sparsity.js";
import { operationAt, sramEnergy, type Technology } from "./technology.js";

/** Joules by where they are spent. */
export interface EnergyParts {
  readonly multipliers: number;
  readonly registers: number;
  readonly buffers: number;
  readonly dram: number;
  readonly vector: number;
  readonly total: number;
}

/**
 * Operations and bytes × what the technology table says of one. Clock trees, control and leakage are not in such
 * tables; `energyInterval` allows for them.
 */
export function energyOf(question: KernelQuestion, kernel: Kernel, raw: RawMapping): EnergyParts {
  const { accelerator, precision, technology } = question;
  const { engine, node } = accelerator;
  const left = kernel.weightReadBytes > 0 ? productsLeft(precision) : 1;
  const style = engine.kind === "array" ? engine.multiplier : "parallel";
  const multipliers =
    raw.engineJoules ??
    (left * kernel.macs + (raw.softmax?.multiplies ?? 0)) *
      macUnit(technology, node, precision, style).energy;
  const words = engine.kind === "array" ? engine.registers : { weights: 1, inputs: 1, outputs: 1 };
  const bytesOfAccess =
    (precision.weightBits + precision.activationBits + 2 * precision.accumulatorBits) / 8;
  const registerBytes = registerBits(words, precision) / 8;
  const registers =
    left * (raw.registerAccesses / 4) * bytesOfAccess * sramEnergy(technology, node, registerBytes);
  const onChip = (joules: number): number => joules * swing(accelerator);
  const parts = {
    multipliers: onChip(multipliers),
    registers: onChip(registers),
    buffers: bufferJoules(accelerator, technology, raw.traffic),
  };
  const inDram = raw.dramBytes * dramJoulesPerByte(accelerator, technology);
  const vector = onChip(
    (raw.softmax?.additions ?? kernel.otherFlops) *
      (operationAt(technology, node, "add", vectorFormat(precision.activationBits)) ?? 0),
  );
  return {
    ...parts,
    dram: inDram,
    vector,
    total: parts.multipliers + parts.registers + parts.buffers + inDram + vector,
  };
}

/** Of the bytes that go in and out of the buffers on the chip. */
export function bufferJoules(
  accelerator: Accelerator,
  technology: Technology,
  traffic: readonly MemoryTraffic[],
): number {
  let joules = 0;
  for (const { memory, readBytes, writeBytes } of traffic) {
    const size = accelerator.buffers.find(({ name }) => name === memory)?.size;
    if (memory === dramName || size === undefined) continue;
    joules += (readBytes + writeBytes) * sramEnergy(technology, accelerator.node, size);
  }
  return joules * swing(accelerator);
}

export function dramJoulesPerByte({ dram }: Accelerator, technology: Technology): number {
  return dram.energyPerByte ?? technology.dram[dram.kind]?.value ?? 0;
}

/** Charge times voltage: C V², with a capacitance that stays (Rabaey, Digital Integrated Circuits, eq. 5.39). */
function swing({ supply = 1 }: Accelerator): number {
  return supply ** 2;
}

/** Share of the counted joules between which the truth is expected; as for other counted energies. */
export const energyInterval = { low: 0.5, high: 3 } as const;

function vectorFormat(activationBits: number): string {
  return activationBits > 16 ? "fp32" : "fp16";
}
