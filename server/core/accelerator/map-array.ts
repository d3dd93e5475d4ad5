import type { Kernel } from "../lower/lowered.js";
import type { KernelShape } from "../ops/kernel-shape.js";
import type { ArrayEngine } from "./accelerator.js";
import { scoreTraffic } from "./cascade.js";
import {
  compulsory,
  contractionsOf,
  macsOf,
  type Contraction,
  type Footprint,
} from "./contraction.js";
import { bestOnCores } from "./cores.js";
import { dramName, type ContractionMapping, type MemoryTraffic } from "./map-contraction.js";
import { mapElementwise, vectorCycles } from "./map-elementwise.js";
import type { KernelQuestion, RawMapping } from "./map-kernel.js";

/** The products of a kernel one after the other, and the arithmetic that is fused to them. */
export function mapOnArray(
  question: KernelQuestion,
  engine: ArrayEngine,
  kernel: Kernel,
): RawMapping {
  const { accelerator, precision } = question;
  const contractions = contractionsOf(kernel.shape);
  if (contractions.length === 0) return onOneElement(question, kernel);
  const parts = contractions.map((contraction) => bestOnCores(question, engine, contraction));
  const mappings = parts.map(({ mapping }) => mapping);
  const sum = (pick: (mapping: ContractionMapping) => number): number =>
    mappings.reduce((total, mapping) => total + pick(mapping), 0);
  // Kernels count a few products that their shapes do not show (a projection inside); they run as the others do.
  const shown = contractions.reduce((total, contraction) => total + macsOf(contraction), 0);
  const scale = kernel.shape.kind === "attention" ? 1 : Math.max(1, kernel.macs / shown);
  const traffic = addedTraffic(mappings);
  const corrected = withScores(question, engine, kernel, contractions, traffic);
  const least = leastBytes(question, contractions, kernel.shape);
  // Residuals, biases and scales stream past: they are read and written once, whatever the tiles.
  const all = kernel.readBytes + kernel.writeBytes;
  const extra = Math.max(
    0,
    all - least.weights - least.inputs - least.outputs - streamedStay(question, least),
  );
  const whole = withoutAttention(question, kernel, withExtra(corrected.traffic, extra));
  const dramBytes = whole
    .filter(({ memory }) => memory === dramName)
    .reduce((total, { readBytes, writeBytes }) => total + readBytes + writeBytes, 0);
  const slowest = mappings.reduce<ContractionMapping | undefined>(
    (found, mapping) =>
      found === undefined || mapping.bufferCycles > found.bufferCycles ? mapping : found,
    undefined,
  );
  const [first] = mappings;
  return {
    computeCycles: Math.ceil(sum(({ computeCycles }) => computeCycles) * scale - 1e-6),
    vectorCycles: vectorCycles(accelerator, kernel.otherFlops),
    // What follows a product is done on its way out; a softmax between two products only in a kernel of one pass.
    isVectorHidden: kernel.shape.kind !== "attention" || engine.attentionPasses === 1,
    bufferCycles: sum(({ bufferCycles }) => bufferCycles),
    slowestBuffer: slowest?.slowestBuffer,
    edgeBytes: first?.edgeBytes ?? 0,
    isOverlapped: accelerator.buffers.every(({ isDoubleBuffered }) => isDoubleBuffered),
    traffic: whole,
    dramBytes,
    registerAccesses: sum(({ registerAccesses }) => registerAccesses) * scale,
    tiles: first?.tiles ?? [],
    ...(first?.rows !== undefined && { rows: first.rows }),
    notes: [
      ...parts.flatMap(({ note }) => note ?? []),
      ...corrected.notes,
      ...(precision.throughput === 1
        ? []
        : [`${precision.throughput} × the rate of the array as described.`]),
    ],
  };
}

/** Of what is read once and lies on the chip, what no product takes as its operand. */
function streamedStay({ stay }: KernelQuestion, least: Footprint): number {
  if (stay === undefined) return 0;
  const inputs = stay.operands.has("inputs") ? least.inputs : 0;
  const weights = stay.operands.has("weights") ? least.weights : 0;
  return Math.max(0, stay.readBytes - inputs - weights);
}

/** What attention finds on the chip and leaves there: its two products share operands, so no tiling speaks of them. */
function withoutAttention(
  { stay }: KernelQuestion,
  { shape }: Kernel,
  traffic: readonly MemoryTraffic[],
): readonly MemoryTraffic[] {
  if (stay === undefined || shape.kind !== "attention") return traffic;
  return traffic.map((entry) =>
    entry.memory === dramName
      ? {
          ...entry,
          readBytes: Math.max(0, entry.readBytes - stay.readBytes),
          writeBytes: Math.max(0, entry.writeBytes - stay.writeBytes),
        }
      : entry,
  );
}

/** Products without a shape that tells how they lie (a fused cell, a sparse lookup): one after the other. */
function onOneElement(question: KernelQuestion, kernel: Kernel): RawMapping {
  const bare = mapElementwise(question, kernel);
  const lanes = question.accelerator.vectorLanes * question.accelerator.cores;
  return {
    ...bare,
    vectorCycles: bare.vectorCycles + kernel.macs / lanes,
    computeCycles: kernel.macs / lanes,
    isVectorHidden: true,
    notes: ["Its products run on the vector units: their shape is not known to the array."],
  };
}

function leastBytes(
  { precision }: KernelQuestion,
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

function addedTraffic(mappings: readonly ContractionMapping[]): readonly MemoryTraffic[] {
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

function withExtra(traffic: readonly MemoryTraffic[], extra: number): readonly MemoryTraffic[] {
  return traffic.map((entry) =>
    entry.memory === dramName ? { ...entry, readBytes: entry.readBytes + extra } : entry,
  );
}

/** In fused attention scores stay on the chip, or move as often as the passes of its cascade ask. */
function withScores(
  { accelerator, precision }: KernelQuestion,
  engine: ArrayEngine,
  { shape }: Kernel,
  [first]: readonly Contraction[],
  traffic: readonly MemoryTraffic[],
): { readonly traffic: readonly MemoryTraffic[]; readonly notes: readonly string[] } {
  if (shape.kind !== "attention" || first === undefined) return { traffic, notes: [] };
  const scores = first.groups * first.outputRows * first.outputChannels;
  const scoreBytes = (scores * precision.activationBits) / 8;
  const buffer = accelerator.buffers.at(-1)?.size ?? 0;
  const moved = scoreTraffic(
    engine.attentionPasses,
    {
      fibreBytes:
        (first.outputChannels *
          Math.min(first.outputRows, engine.rows) *
          precision.accumulatorBits) /
        8,
      allBytes: scoreBytes,
    },
    buffer * accelerator.cores,
  );
  const corrected = traffic.map((entry) =>
    entry.memory === dramName
      ? {
          ...entry,
          readBytes: Math.max(0, entry.readBytes - scoreBytes) + moved / 2,
          writeBytes: Math.max(0, entry.writeBytes - scoreBytes) + moved / 2,
        }
      : entry,
  );
  const passes = engine.attentionPasses;
  const notes =
    moved === 0
      ? []
      : [
          `${passes} passes over ${first.outputChannels} keys whose scores no buffer holds: they go to the DRAM and back.`,
        ];
  return { traffic: corrected, notes };
}
