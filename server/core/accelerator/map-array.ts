import type { Kernel } from "../lower/lowered.js";
import type { ArrayEngine } from "./accelerator.js";
import { leastBytes, summedTraffic, withExtra } from "./array-traffic.js";
import { contractionsOf, macsOf, type Footprint } from "./contraction.js";
import { bestOnCores } from "./cores.js";
import { mapAttention } from "./map-attention.js";
import { dramName, type ContractionMapping } from "./map-contraction.js";
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
  const [first, second] = contractions;
  if (first === undefined) return onOneElement(question, kernel);
  if (kernel.shape.kind === "attention" && second !== undefined)
    return mapAttention(question, engine, kernel, [first, second]);
  const parts = contractions.map((contraction) => bestOnCores(question, engine, contraction));
  const mappings = parts.map(({ mapping }) => mapping);
  const sum = (pick: (mapping: ContractionMapping) => number): number =>
    mappings.reduce((total, mapping) => total + pick(mapping), 0);
  // Kernels count a few products that their shapes do not show (a projection inside); they run as the others do.
  const shown = contractions.reduce((total, contraction) => total + macsOf(contraction), 0);
  const scale = Math.max(1, kernel.macs / shown);
  const least = leastBytes(precision, contractions, kernel.shape);
  // Residuals, biases and scales stream past: they are read and written once, whatever the tiles.
  const all = kernel.readBytes + kernel.writeBytes;
  const extra = Math.max(
    0,
    all - least.weights - least.inputs - least.outputs - streamedStay(question, least),
  );
  const whole = withExtra(summedTraffic(mappings), extra);
  const dramBytes = whole
    .filter(({ memory }) => memory === dramName)
    .reduce((total, { readBytes, writeBytes }) => total + readBytes + writeBytes, 0);
  const slowest = mappings.reduce<ContractionMapping | undefined>(
    (found, mapping) =>
      found === undefined || mapping.bufferCycles > found.bufferCycles ? mapping : found,
    undefined,
  );
  const [chief] = mappings;
  return {
    computeCycles: Math.ceil(sum(({ computeCycles }) => computeCycles) * scale - 1e-6),
    vectorCycles: vectorCycles(accelerator, kernel.otherFlops),
    // What follows a product is done on its way out.
    isVectorHidden: true,
    bufferCycles: sum(({ bufferCycles }) => bufferCycles),
    slowestBuffer: slowest?.slowestBuffer,
    edgeBytes: chief?.edgeBytes ?? 0,
    isOverlapped: accelerator.buffers.every(({ isDoubleBuffered }) => isDoubleBuffered),
    traffic: whole,
    dramBytes,
    registerAccesses: sum(({ registerAccesses }) => registerAccesses) * scale,
    tiles: chief?.tiles ?? [],
    ...(chief?.rows !== undefined && { rows: chief.rows }),
    notes: [
      ...parts.flatMap(({ note }) => note ?? []),
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
