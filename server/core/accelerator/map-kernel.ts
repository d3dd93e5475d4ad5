import { formatBytes, formatSeconds } from "../base/units.js";
import type { Kernel } from "../lower/lowered.js";
import type { Accelerator, AcceleratorPrecision } from "./accelerator.js";
import { peakMacsPerCycle } from "./accelerator.js";
import { energyOf, type EnergyParts } from "./energy.js";
import { alternativesTo, isDeformable, withIrregularReads } from "./irregular.js";
import { mapOnBanks } from "./map-bank.js";
import type { ChosenTile, MemoryTraffic } from "./map-contraction.js";
import { mapOnCrossbars } from "./map-crossbar.js";
import { mapOnArray } from "./map-array.js";
import { mapElementwise } from "./map-elementwise.js";
import type { RowMapping } from "./row-stationary.js";
import { sparsePrecision } from "./sparsity.js";
import { besideTensors, type Stay } from "./stay.js";
import type { Technology } from "./technology.js";
import type { Objective } from "./tiling.js";
import { visiblePart } from "./visible-part.js";

/** What holds a layer back. `buffer` names the memory in `limitingMemory`; `fill`: loading and draining the array. */
export type Limit = "compute" | "utilization" | "buffer" | "dram" | "vector";

/** One kernel on the whole accelerator. */
export interface KernelMapping {
  readonly macs: number;
  /** Of the whole kernel, what does not overlap added up. */
  readonly cycles: number;
  readonly computeCycles: number;
  readonly vectorCycles: number;
  readonly dramCycles: number;
  readonly bufferCycles: number;
  /** Multiply-accumulates ÷ what all elements could do in its cycles; 0 for kernels without. */
  readonly utilization: number;
  /** The same against the cycles that the engine alone takes: how well the shape fits it. */
  readonly engineUtilization: number;
  readonly limit: Limit;
  readonly limitingMemory: string | undefined;
  readonly traffic: readonly MemoryTraffic[];
  readonly dramBytes: number;
  /** What crosses to the DRAM whatever the mapping. */
  readonly leastDramBytes: number;
  readonly energy: EnergyParts;
  /** Tiles of its first product. */
  readonly tiles: readonly ChosenTile[];
  readonly rows?: RowMapping;
  /** How it was dealt out to the cores, or what else there is to say. */
  readonly notes: readonly string[];
  /** Which of several engines runs it. */
  readonly engine?: string;
}

/** What an engine's own mapping finds out; the rest follows from it. */
export interface RawMapping {
  readonly computeCycles: number;
  readonly vectorCycles: number;
  readonly isVectorHidden: boolean;
  /** Of array and vector units together, where neither all nor nothing of them overlaps. */
  readonly busyCycles?: number;
  /** Of the whole, the DRAM's time included, where parts of it follow one another. */
  readonly wholeCycles?: number;
  readonly bufferCycles: number;
  readonly slowestBuffer: string | undefined;
  readonly edgeBytes: number;
  readonly isOverlapped: boolean;
  readonly traffic: readonly MemoryTraffic[];
  readonly dramBytes: number;
  /** Weights that are multiplied where they lie and never cross to the DRAM. */
  readonly keptBytes?: number;
  /** What transactions take beyond their bytes. */
  readonly waitCycles?: number;
  readonly registerAccesses: number;
  /** Operations of attention's softmax as the cascade counts them, where they are not the kernel's own count. */
  readonly softmax?: { readonly multiplies: number; readonly additions: number };
  readonly tiles: readonly ChosenTile[];
  readonly rows?: RowMapping;
  readonly notes: readonly string[];
  /** Joules of the engine where they are not multiply-accumulates of the table. */
  readonly engineJoules?: number;
}

export interface KernelQuestion {
  readonly accelerator: Accelerator;
  readonly precision: AcceleratorPrecision;
  readonly technology: Technology;
  readonly objective: Objective;
  /** Activations that lie on the chip between layers. */
  readonly stay?: Stay;
  /** Of a deformable convolution that is asked for beside another form: pixels that each point is read from, side by side. */
  readonly neighbours?: 1 | 2;
}

/** What a mapping depends on: kernels that are alike in it are mapped once. */
export function amountsOf(kernel: Kernel): readonly unknown[] {
  const { shape, macs, otherFlops, readBytes, writeBytes, weightReadBytes, weightDensity } = kernel;
  return [shape, macs, otherFlops, readBytes, writeBytes, weightReadBytes, weightDensity];
}

export function mapKernel(asked: KernelQuestion, whole: Kernel): KernelMapping {
  const kernel = visiblePart(whole);
  const { stay } = asked;
  // Products of two activations are pruned by nobody.
  const precision =
    kernel.weightReadBytes > 0
      ? sparsePrecision(asked.precision, kernel.weightDensity)
      : betweenActivations(asked.precision, kernel);
  const accelerator =
    stay === undefined ? asked.accelerator : besideTensors(asked.accelerator, stay);
  const question = { ...asked, precision, accelerator };
  const plain = rawMapping(question, kernel);
  const raw = isDeformable(kernel.shape)
    ? withIrregularReads(question, kernel.shape, plain)
    : plain;
  const perCycle = accelerator.dram.bandwidth / accelerator.clock;
  const dramCycles = raw.dramBytes / perCycle + (raw.waitCycles ?? 0);
  const vector = raw.vectorCycles;
  const busy =
    raw.busyCycles ??
    (raw.isVectorHidden ? Math.max(raw.computeCycles, vector) : raw.computeCycles + vector);
  const inside = Math.max(busy, raw.bufferCycles);
  const cycles =
    raw.wholeCycles ??
    (raw.isOverlapped
      ? Math.max(inside + raw.edgeBytes / perCycle, dramCycles)
      : inside + dramCycles);
  const peak = peakMacsPerCycle(accelerator, precision);
  // Half-integer means of edge tiles: the sums may miss a whole number by rounding alone.
  const utilization = cycles === 0 ? 0 : Math.min(1, kernel.macs / (cycles * peak));
  const engineUtilization =
    raw.computeCycles === 0 ? 0 : Math.min(1, kernel.macs / (raw.computeCycles * peak));
  return {
    macs: kernel.macs,
    cycles,
    computeCycles: raw.computeCycles,
    vectorCycles: vector,
    dramCycles,
    bufferCycles: raw.bufferCycles,
    utilization,
    engineUtilization,
    ...limitOf(raw, { dramCycles, vector, busy, engineUtilization }),
    traffic: raw.traffic,
    dramBytes: raw.dramBytes,
    leastDramBytes:
      kernel.readBytes +
      kernel.writeBytes -
      (raw.keptBytes ?? 0) -
      (stay === undefined ? 0 : stay.readBytes + stay.writeBytes),
    energy: energyOf({ ...asked, precision }, kernel, raw),
    tiles: raw.tiles,
    ...(raw.rows !== undefined && { rows: raw.rows }),
    notes: [
      ...raw.notes,
      ...(stay === undefined ? [] : stayNotes(stay)),
      ...(isDeformable(kernel.shape) && asked.neighbours === undefined
        ? otherForms(question, kernel, kernel.shape)
        : []),
    ],
  };
}

/** A deformable convolution in kinder forms, each mapped as it would be. */
function otherForms(
  question: KernelQuestion,
  kernel: Kernel,
  shape: Parameters<typeof alternativesTo>[3],
): readonly string[] {
  const { accelerator, precision } = question;
  return alternativesTo(accelerator, precision, kernel, shape).map(
    ({ name, kernel: other, neighbours, note }) => {
      const { cycles, dramBytes } = mapKernel({ ...question, neighbours }, other);
      const seconds = formatSeconds(cycles / accelerator.clock);
      return `With ${name}: ${seconds}, ${formatBytes(dramBytes)} of the DRAM; ${note}.`;
    },
  );
}

/** Keys and values stand where other products have weights, in the width of the cache. */
function betweenActivations(
  precision: AcceleratorPrecision,
  { shape }: Kernel,
): AcceleratorPrecision {
  if (shape.kind !== "attention") return precision;
  return { ...precision, weightBits: precision.cacheBits ?? precision.activationBits };
}

function stayNotes({ buffer, readBytes, writeBytes }: Stay): readonly string[] {
  const place = `in \`${buffer}\``;
  const found = readBytes > 0 ? [`finds ${formatBytes(readBytes)} ${place}`] : [];
  const where = found.length > 0 ? "there" : place;
  const left = writeBytes > 0 ? [`leaves ${formatBytes(writeBytes)} ${where}`] : [];
  const all = [...found, ...left];
  return all.length === 0 ? [] : [`It ${all.join(" and ")}: no DRAM.`];
}

function rawMapping(question: KernelQuestion, kernel: Kernel): RawMapping {
  if (kernel.macs === 0) return mapElementwise(question, kernel);
  switch (question.accelerator.engine.kind) {
    case "array":
      return mapOnArray(question, question.accelerator.engine, kernel);
    case "streaming":
      return mapElementwise(question, kernel);
    case "crossbar":
      return mapOnCrossbars(question, question.accelerator.engine, kernel);
    case "bank":
      return mapOnBanks(question, question.accelerator.engine, kernel);
  }
}

function limitOf(
  raw: RawMapping,
  parts: {
    readonly dramCycles: number;
    readonly vector: number;
    readonly busy: number;
    readonly engineUtilization: number;
  },
): Pick<KernelMapping, "limit" | "limitingMemory"> {
  const { dramCycles, vector, busy, engineUtilization } = parts;
  if (dramCycles > busy && dramCycles >= raw.bufferCycles)
    return { limit: "dram", limitingMemory: "DRAM" };
  if (raw.bufferCycles > busy) return { limit: "buffer", limitingMemory: raw.slowestBuffer };
  if (vector > raw.computeCycles) return { limit: "vector", limitingMemory: undefined };
  // Less than half of the elements have work: the shape is what limits, not their number.
  return { limit: engineUtilization < 0.5 ? "utilization" : "compute", limitingMemory: undefined };
}
