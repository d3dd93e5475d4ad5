import type { KernelShape } from "../ops/kernel-shape.js";
import type { Accelerator, AcceleratorPrecision } from "./accelerator.js";
import type { AttentionWork } from "./attention-cycles.js";
import { compulsory, type Contraction, type Footprint } from "./contraction.js";
import { dramName, type ContractionMapping, type MemoryTraffic } from "./map-contraction.js";

/** Bytes of the operands of a kernel's products, each once. */
export function leastBytes(
  precision: AcceleratorPrecision,
  contractions: readonly Contraction[],
  shape: KernelShape,
): Footprint {
  const bytes = { weights: 0, inputs: 0, outputs: 0 };
  for (const [index, contraction] of contractions.entries()) {
    const { weights, inputs, outputs } = compulsory(contraction);
    // Scores are neither read nor written by the kernel as a whole.
    const isAttention = shape.kind === "attention";
    bytes.weights += (weights * precision.weightBits) / 8;
    if (!isAttention || index === 0) bytes.inputs += (inputs * precision.activationBits) / 8;
    if (!isAttention || index === 1) bytes.outputs += (outputs * precision.activationBits) / 8;
  }
  return bytes;
}

export function summedTraffic(mappings: readonly ContractionMapping[]): readonly MemoryTraffic[] {
  const byMemory = new Map<string, { readBytes: number; writeBytes: number }>();
  for (const { traffic } of mappings)
    for (const { memory, readBytes, writeBytes } of traffic) {
      const known = byMemory.get(memory) ?? { readBytes: 0, writeBytes: 0 };
      known.readBytes += readBytes;
      known.writeBytes += writeBytes;
      byMemory.set(memory, known);
    }
  return [...byMemory].map(([memory, bytes]) => ({ memory, ...bytes }));
}

/** What streams past the products is read once; what goes to the DRAM and back is written as often as it is read. */
export function withExtra(
  traffic: readonly MemoryTraffic[],
  readBytes: number,
  movedBytes = 0,
): readonly MemoryTraffic[] {
  return traffic.map((entry) =>
    entry.memory === dramName
      ? {
          ...entry,
          readBytes: entry.readBytes + readBytes + movedBytes / 2,
          writeBytes: entry.writeBytes + movedBytes / 2,
        }
      : entry,
  );
}

/** With the scores that vector units read and write in the nearest buffer of results. */
export function besideScores(
  traffic: readonly MemoryTraffic[],
  { buffers }: Accelerator,
  { scoreReads, scoreWrites }: AttentionWork,
  { activationBits }: AcceleratorPrecision,
): readonly MemoryTraffic[] {
  const nearest = buffers.find(({ holds }) => holds.includes("outputs"))?.name;
  return traffic.map((entry) =>
    entry.memory === nearest
      ? {
          ...entry,
          readBytes: entry.readBytes + (scoreReads * activationBits) / 8,
          writeBytes: entry.writeBytes + (scoreWrites * activationBits) / 8,
        }
      : entry,
  );
}
