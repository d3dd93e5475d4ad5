import type { NodeId, ValueId } from "../../graph/graph.js";
import type { Schedule, Step } from "../buffers.js";
import type { MemoryPlan } from "../plan.js";
import { peakOf } from "./peak.js";

export interface PatchedPlan {
  /** Bytes alive at most. */
  readonly size: number;
  /** The picture is cut into this many rows and as many columns. */
  readonly patches: number;
  /** The first kernels run patch by patch, up to and with this node's. */
  readonly lastNodeId: NodeId;
  readonly kernelCount: number;
  /** Multiplications beyond those without patches, where patches overlap, as a share of the model's. */
  readonly extraMacShare: number;
}

/**
 * The first kernels of a network of convolutions run on one patch of the picture after the other, so that their large
 * activations are never whole; patches overlap by what the convolutions behind them see (Lin et al. 2021, "MCUNetV2:
 * Memory-Efficient Patch-based Inference for Tiny Deep Learning", section 3.1). The input and the output of that stage
 * stay whole.
 */
export function patchedPlan(schedule: Schedule, plan: MemoryPlan): PatchedPlan | undefined {
  const stage = stageOf(schedule);
  if (stage.length < 2) return undefined;
  const wholeMacs = schedule.steps.reduce((sum, { kernel }) => sum + (kernel?.macs ?? 0), 0);
  let best: PatchedPlan | undefined;
  for (const [last, { step, isCut }] of stage.entries()) {
    if (!isCut || last === 0) continue;
    const rest = restPeak(schedule, last);
    if (rest === undefined || rest >= (best?.size ?? plan.best.size)) continue;
    for (const patches of patchCounts) {
      const cost = stageCost(schedule, stage.slice(0, last + 1), patches);
      if (cost === undefined) continue;
      const size = Math.max(cost.bytes, rest);
      const extraMacShare = wholeMacs === 0 ? 0 : cost.extraMacs / wholeMacs;
      const isBetter =
        best === undefined
          ? size < plan.lowerBound
          : size < best.size || (size === best.size && extraMacShare < best.extraMacShare);
      if (isBetter)
        best = { size, patches, lastNodeId: step.nodeId, kernelCount: last + 1, extraMacShare };
    }
  }
  return best;
}

const patchCounts = [2, 3, 4, 6];
const stageLimit = 120;

interface StageStep {
  readonly step: Step;
  readonly input: ValueId;
  readonly output: ValueId;
  /** Rows and columns of the output. */
  readonly size: Extent;
  readonly inputSize: Extent;
  readonly kernelSize: Extent;
  readonly strides: Extent;
  /** After it, its output is all that is alive of the stage. */
  readonly isCut: boolean;
}

type Extent = readonly [rows: number, columns: number];

/** The kernels at the beginning whose patches are known: convolutions, and element-wise ones between them. */
function stageOf({ steps, inputs }: Schedule): readonly StageStep[] {
  const sizeOf = new Map<ValueId, Extent>();
  const lastRead = new Map<ValueId, number>();
  for (const [index, { reads }] of steps.entries()) for (const id of reads) lastRead.set(id, index);
  const made: ValueId[] = [];
  const found: StageStep[] = [];
  const isInput = new Set(inputs);
  for (const [index, step] of steps.slice(0, stageLimit).entries()) {
    const output = step.writes[0];
    const input = step.reads[0];
    const shape = step.kernel?.shape;
    if (step.writes.length !== 1 || output === undefined || input === undefined) break;
    if (shape?.kind === "conv") {
      const { inputSize, outputSize, kernelSize, strides, isTransposed } = shape;
      const [inSize, outSize, window, stride] = [inputSize, outputSize, kernelSize, strides].map(
        pairOf,
      );
      if (
        isTransposed ||
        shape.offsetGroups !== undefined ||
        !inSize ||
        !outSize ||
        !window ||
        !stride
      )
        break;
      if (!sizeOf.has(input) && !isInput.has(input)) break;
      sizeOf.set(input, sizeOf.get(input) ?? inSize);
      if (step.reads.length > 1 && !step.reads.every((id) => sizeOf.has(id))) break;
      sizeOf.set(output, outSize);
      found.push({
        step,
        input,
        output,
        size: outSize,
        inputSize: inSize,
        kernelSize: window,
        strides: stride,
        isCut: false,
      });
    } else if (shape?.kind === "elementwise") {
      const size = sizeOf.get(input);
      if (size === undefined || !step.reads.every((id) => sameSize(sizeOf.get(id), size))) break;
      sizeOf.set(output, size);
      const whole = { size, inputSize: size, kernelSize: one, strides: one, isCut: false };
      found.push({ step, input, output, ...whole });
    } else break;
    made.push(output);
    const others = made.filter((id) => id !== output && (lastRead.get(id) ?? -1) > index);
    const latest = found.at(-1);
    if (latest !== undefined && others.length === 0)
      found[found.length - 1] = { ...latest, isCut: true };
  }
  return found;
}

const one: Extent = [1, 1];

function pairOf(values: readonly number[]): Extent | undefined {
  const [rows, columns] = values;
  return values.length === 2 && rows !== undefined && columns !== undefined
    ? [rows, columns]
    : undefined;
}

function sameSize(a: Extent | undefined, b: Extent): boolean {
  return a !== undefined && a[0] === b[0] && a[1] === b[1];
}

/** Bytes alive at most while one patch goes through, and what is multiplied twice. */
function stageCost(
  { bytesOf, inputs }: Schedule,
  stage: readonly StageStep[],
  patches: number,
): { readonly bytes: number; readonly extraMacs: number } | undefined {
  const final = stage.at(-1);
  if (final === undefined || final.size.some((extent) => extent < patches)) return undefined;
  const needed = new Map<ValueId, Extent>([
    [final.output, final.size.map((extent) => Math.ceil(extent / patches)) as never],
  ]);
  const need = (id: ValueId, rows: number, columns: number): void => {
    const before = needed.get(id);
    needed.set(id, [Math.max(before?.[0] ?? 0, rows), Math.max(before?.[1] ?? 0, columns)]);
  };
  let extraMacs = 0;
  for (const { step, output, inputSize, kernelSize, strides, size } of [...stage].reverse()) {
    const own = needed.get(output);
    if (own === undefined) return undefined;
    const share = (own[0] * own[1]) / (size[0] * size[1]);
    extraMacs += (step.kernel?.macs ?? 0) * (patches * patches * share - 1);
    const extent = (axis: 0 | 1): number =>
      Math.min(inputSize[axis], (own[axis] - 1) * strides[axis] + kernelSize[axis]);
    const isConvolution = step.kernel?.shape.kind === "conv";
    for (const [at, id] of step.reads.entries())
      if (isConvolution && at === 0) need(id, extent(0), extent(1));
      else need(id, own[0], own[1]);
  }
  const isWhole = new Set<ValueId>([...inputs, final.output]);
  const sizes = new Map(stage.map(({ output, size }) => [output, size] as const));
  const patchBytes = (id: ValueId): number | undefined => {
    const bytes = bytesOf(id);
    const [own, size] = [needed.get(id), sizes.get(id)];
    if (bytes === undefined) return undefined;
    if (isWhole.has(id) || own === undefined || size === undefined) return bytes;
    return Math.ceil((bytes * own[0] * own[1]) / (size[0] * size[1]));
  };
  const peak = peakOf({
    steps: stage.map(({ step }) => step),
    inputs,
    // The stage's whole output is there from the first patch on, and its input up to the last one.
    outputs: [final.output, ...inputs],
    bytesOf: (id) => (id === final.output ? 0 : patchBytes(id)),
    valueCount: 0,
  });
  const outputBytes = bytesOf(final.output);
  return peak === undefined || outputBytes === undefined
    ? undefined
    : { bytes: peak.bytes + outputBytes, extraMacs: Math.max(0, extraMacs) };
}

/** What the kernels behind the stage need. */
function restPeak(schedule: Schedule, last: number): number | undefined {
  const steps = schedule.steps.slice(last + 1);
  const isRead = new Set(steps.flatMap(({ reads }) => reads));
  return peakOf({
    ...schedule,
    steps,
    inputs: schedule.inputs.filter((id) => isRead.has(id)),
  })?.bytes;
}
