import type { Kernel } from "../lower/lowered.js";
import { macUnit } from "./mac-unit.js";
import { registerBits } from "./area.js";
import type { KernelQuestion, RawMapping } from "./map-kernel.js";
import { dramName } from "./map-contraction.js";
import { productsLeft } from "./sparsity.js";
import { operationAt, sramEnergy } from "./technology.js";

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
  const { engine, node, buffers, dram } = accelerator;
  const left = kernel.weightReadBytes > 0 ? productsLeft(precision) : 1;
  const style = engine.kind === "array" ? engine.multiplier : "parallel";
  const multipliers =
    raw.engineJoules ?? left * kernel.macs * macUnit(technology, node, precision, style).energy;
  const words = engine.kind === "array" ? engine.registers : { weights: 1, inputs: 1, outputs: 1 };
  const bytesOfAccess =
    (precision.weightBits + precision.activationBits + 2 * precision.accumulatorBits) / 8;
  const registerBytes = registerBits(words, precision) / 8;
  const registers =
    left * (raw.registerAccesses / 4) * bytesOfAccess * sramEnergy(technology, node, registerBytes);
  let inBuffers = 0;
  for (const { memory, readBytes, writeBytes } of raw.traffic) {
    const size = buffers.find(({ name }) => name === memory)?.size;
    if (memory === dramName || size === undefined) continue;
    inBuffers += (readBytes + writeBytes) * sramEnergy(technology, node, size);
  }
  // Charge times voltage: C V², with a capacitance that stays (Rabaey, Digital Integrated Circuits, eq. 5.39).
  const onChip = (joules: number): number => joules * (accelerator.supply ?? 1) ** 2;
  const parts = {
    multipliers: onChip(multipliers),
    registers: onChip(registers),
    buffers: onChip(inBuffers),
  };
  const perByte = dram.energyPerByte ?? technology.dram[dram.kind]?.value ?? 0;
  const inDram = raw.dramBytes * perByte;
  const vector = onChip(
    kernel.otherFlops *
      (operationAt(technology, node, "add", vectorFormat(precision.activationBits)) ?? 0),
  );
  return {
    ...{ ...parts, dram: inDram, vector },
    total: parts.multipliers + parts.registers + parts.buffers + inDram + vector,
  };
}

/** Share of the counted joules between which the truth is expected; as for other counted energies. */
export const energyInterval = { low: 0.5, high: 3 } as const;

function vectorFormat(activationBits: number): string {
  return activationBits > 16 ? "fp32" : "fp16";
}
