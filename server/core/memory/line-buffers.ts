import { productOf } from "../base/product.js";
import type { Graph, ValueId } from "../graph/graph.js";
import type { Kernel, Lowered } from "../lower/lowered.js";
import type { KernelShape } from "../ops/kernel-shape.js";
import type { Dataflow } from "../work/dataflow.js";
import { declaredBytes } from "../work/value-bytes.js";
import type { Schedule, Step } from "./buffers.js";

/**
 * How X-CUBE-AI lays out activations, as its figures in the STM32 model zoo show: paddings exist only while a window
 * slides over them; a convolution and the pool behind it keep a few lines between them; depthwise and narrow pointwise
 * convolutions and element-wise layers write over their input; and each convolution has a scratch of gathered columns
 * and requantized channels. Concatenations are copied. Outputs that no input changes keep their place throughout.
 */
export function lineBuffered(schedule: Schedule, lowered: Lowered, flow: Dataflow): Schedule {
  const { kernels } = lowered;
  const { graph } = flow;
  if (kernels.length !== schedule.steps.length) return schedule;
  const bytes = (id: ValueId): number => schedule.bytesOf(id) ?? 0;
  const readerCount = new Map<ValueId, number>();
  for (const step of schedule.steps)
    for (const id of step.reads) readerCount.set(id, (readerCount.get(id) ?? 0) + 1);
  const renamed = new Map<ValueId, ValueId>();
  const steps: Draft[] = [];
  for (const [index, step] of schedule.steps.entries()) {
    const kernel = kernels[index];
    if (kernel === undefined) return schedule;
    const reads = step.reads.map((id) => renamed.get(id) ?? id);
    const [only] = step.writes;
    if (isPadding(graph, kernel) && only !== undefined && reads[0] !== undefined) {
      renamed.set(only, reads[0]);
      continue;
    }
    const before = steps.at(-1);
    const isStreamed =
      kernel.shape.kind === "pool" &&
      before?.shape.kind === "conv" &&
      before.writes.length === 1 &&
      before.writes[0] === step.reads[0] &&
      readerCount.get(before.writes[0] ?? -1) === 1;
    if (isStreamed) {
      before.writes = step.writes;
      before.isPooled = true;
      continue;
    }
    steps.push({
      nodeId: step.nodeId,
      reads,
      writes: step.writes,
      scratchBytes: (step.scratchBytes ?? 0) + scratchBytes(kernel.shape),
      kernel,
      shape: kernel.shape,
      isPooled: false,
    });
  }
  const lastRead = new Map<ValueId, number>();
  for (const [index, { reads }] of steps.entries()) for (const id of reads) lastRead.set(id, index);
  for (const id of schedule.outputs) lastRead.set(id, steps.length);
  const made = steps.map((draft, index) => written(draft, index, lastRead, bytes));
  // What the first step writes over is not alive beside what it writes.
  const kept = new Set(made[0]?.reads);
  const overwritten = steps[0]?.reads.find((id) => !kept.has(id));
  const constants = constantOutputs(flow);
  return {
    ...schedule,
    inputs: [...schedule.inputs.filter((id) => id !== overwritten), ...constants],
    outputs: [...schedule.outputs.map((id) => renamed.get(id) ?? id), ...constants],
    bytesOf: (id) => (constants.has(id) ? declaredBytes(flow, id) : schedule.bytesOf(id)),
    steps: made,
  };
}

/** Outputs that are computed from constants alone (a detector's anchors): nothing else is written to their place. */
function constantOutputs({ graph, inferred, producer }: Dataflow): ReadonlySet<ValueId> {
  const isMade = (id: ValueId): boolean => (producer[id] ?? -1) >= 0;
  return new Set(graph.outputs.filter((id) => isMade(id) && inferred.isConstant[id] === true));
}

interface Draft {
  readonly nodeId: Step["nodeId"];
  readonly reads: readonly ValueId[];
  writes: readonly ValueId[];
  readonly scratchBytes: number;
  readonly kernel: Kernel;
  readonly shape: KernelShape;
  /** Its output goes to a pool line by line. */
  isPooled: boolean;
}

/** A step that writes over its input takes the larger of the two, and the lines that its window still needs. */
function written(
  { nodeId, reads, writes, scratchBytes, kernel, shape, isPooled }: Draft,
  index: number,
  lastRead: ReadonlyMap<ValueId, number>,
  bytes: (id: ValueId) => number,
): Step {
  const input = reads[0];
  const output = writes[0];
  const plain = { nodeId, reads, writes, kernel, ...(scratchBytes > 0 && { scratchBytes }) };
  if (input === undefined || output === undefined || isPooled) return plain;
  if (lastRead.get(input) !== index || !writesOverInput(shape)) return plain;
  const kept = Math.max(0, bytes(input) - bytes(output)) + linesOf(shape, bytes(input));
  return {
    nodeId,
    reads: reads.filter((id) => id !== input),
    writes,
    kernel,
    scratchBytes: scratchBytes + Math.min(kept, bytes(input)),
  };
}

function writesOverInput(shape: KernelShape): boolean {
  switch (shape.kind) {
    case "elementwise":
    case "softmax":
    case "quantize":
      return true;
    case "conv":
      if (shape.groups > 1) return shape.groups === shape.inputChannels;
      return isPointwise(shape) && shape.outputChannels <= widestInPlace * shape.inputChannels;
    default:
      return false;
  }
}

/** Pointwise convolutions that widen more than this keep both tensors. */
const widestInPlace = 2;

function linesOf(shape: KernelShape, inputBytes: number): number {
  if (shape.kind !== "conv") return 0;
  const height = shape.inputSize[0] ?? 1;
  return ((shape.kernelSize[0] ?? 1) - 1) * (inputBytes / Math.max(1, height));
}

type Convolution = Extract<KernelShape, { readonly kind: "conv" }>;

function isPointwise({ kernelSize }: Convolution): boolean {
  return kernelSize.every((extent) => extent === 1);
}

/**
 * Bytes by kind of convolution, in channels and window elements: found from the tool's own figures, exact for pointwise
 * and depthwise ones, within a fifth for others.
 */
function scratchBytes(shape: KernelShape): number {
  if (shape.kind !== "conv" || shape.isTransposed) return 0;
  const { inputChannels, outputChannels, kernelSize, groups } = shape;
  const window = productOf(kernelSize);
  if (groups > 1 && groups === inputChannels) return 37 * outputChannels + 1;
  if (isPointwise(shape)) return 4 * inputChannels + 10 * outputChannels;
  if (inputChannels <= 4) return 4 * window * inputChannels + 34 * outputChannels;
  return 36 * window * inputChannels;
}

function isPadding(graph: Graph, { nodeIds, writes }: Kernel): boolean {
  const node = graph.nodes[nodeIds[0] ?? -1];
  return node !== undefined && paddings.has(node.op) && nodeIds.length === 1 && writes.length === 1;
}

const paddings: ReadonlySet<string> = new Set(["Pad", "PAD", "PADV2", "MIRROR_PAD"]);
