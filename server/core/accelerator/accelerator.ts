import type { LayerClass } from "./layer-class.js";
import { sparsePrecision } from "./sparsity.js";
import { effectiveThroughput } from "./throughput.js";

/** Which operand stays in a processing element while the others pass by. */
export type Dataflow =
  "weight-stationary" | "output-stationary" | "input-stationary" | "row-stationary";

export type Operand = "weights" | "inputs" | "outputs";

/** A spatial accelerator as its architecture file describes it (`decode-accelerator.ts`); SI units throughout. */
export interface Accelerator {
  readonly id: string;
  readonly name: string;
  /** Where its numbers come from. */
  readonly source?: string;
  /** Hertz. */
  readonly clock: number;
  /** Nanometres of its technology: energy and area follow from it (`technology.ts`). */
  readonly node: number;
  /** Times the technology's nominal voltage: energy on the chip goes with its square. Absent: 1. */
  readonly supply?: number;
  /** Identical cores that share the DRAM; each has the engine and the buffers below. */
  readonly cores: number;
  readonly engine: Engine;
  /** The first is what it is asked for when nobody says which. */
  readonly precisions: readonly AcceleratorPrecision[];
  /** From the array outwards; neighbours that hold different operands stand side by side. */
  readonly buffers: readonly Buffer[];
  readonly dram: Dram;
  /** Element-wise operations a cycle, of all cores' vector units together divided by `cores`. */
  readonly vectorLanes: number;
  /** Its software may run several layers tile by tile, so that what lies between them stays on the chip (`fusion`). */
  readonly fusesLayers?: boolean;
  /** Its software may deal one layer out to several of its engines (`map-dealt.ts`). */
  readonly splitsLayers?: boolean;
  /** Layers that the engine takes; absent where it takes all. */
  readonly runs?: readonly LayerClass[];
  /** Further engines of the same chip, by name. A layer runs on the one that is best at it (`map-beside.ts`). */
  readonly beside: readonly SideEngine[];
  /** The RTL that it was read from. */
  readonly rtl?: RtlOrigin;
}

export interface RtlOrigin {
  /** Absolute, or as it was named. */
  readonly file: string;
  /** The module that the pin stands beside. */
  readonly top: string;
  /** Parameters of the RTL by what the pin says they are: `rows` is `ROWS`. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** An engine beside another, as the accelerator that it would be alone: what its file does not say of it is as in the whole. */
export interface SideEngine {
  readonly name: string;
  readonly alone: Accelerator;
}

/** What multiplies. */
export type Engine = ArrayEngine | StreamingEngine | CrossbarEngine | BankEngine;

/** Rows × columns of processing elements between buffers. */
export interface ArrayEngine {
  readonly kind: "array";
  readonly rows: number;
  readonly columns: number;
  readonly dataflow: Dataflow;
  /** Multiply-accumulates of one element a cycle; they share out the sum of one output. */
  readonly lanes: number;
  /** The next fold's stationary operand is loaded behind the present fold (a second register in each element). */
  readonly isPipelined: boolean;
  /** Groups of a convolution, and products of a batch, that leave elements idle lie side by side; else one after the other. */
  readonly packsGroups: boolean;
  /** How sets of rows are laid on the array in the row-stationary dataflow (`row-stationary.ts`). */
  readonly rowSets: RowSets;
  /** Words in each element's scratchpads; the row-stationary dataflow interleaves filters and channels in them. */
  readonly registers: Readonly<Record<Operand, number>>;
  /** Words a cycle that fill the elements' scratchpads; what they take is not hidden. 0: not counted. */
  readonly fillWords: number;
  /** How operands come to elements and results leave them. */
  readonly interconnect: Interconnect;
  /** Passes over the keys that the attention kernel of its software makes (`cascade.ts`): 1, 2 or 3. */
  readonly attentionPasses: AttentionPasses;
  /** How its products and its softmax follow one another; absent: `pipelined` with one pass, `sequential` with more. */
  readonly attentionSchedule?: AttentionSchedule;
  /** What takes maxima, exponentials and sums of scores; divisions are the vector units' in any case. */
  readonly softmaxOn: SoftmaxPlace;
  /** Cycles of a lane or an element for an exponential and the subtraction before it. */
  readonly exponentialCycles: number;
  readonly multiplier: MultiplierStyle;
}

/**
 * `systolic`: from neighbour to neighbour, so that folds are skewed, loaded and drained. `broadcast`: over buses, a fold takes what
 * streams through it and no more, as analytical mappers count (Timeloop, Parashar et al., ISPASS 2019).
 */
export type Interconnect = "systolic" | "broadcast";

/**
 * `free`: sets are cut in strips of any width and stand anywhere. `stacked`: a set is cut only where it is wider than the array, what
 * stands above one another adds up channels or has filters of its own, what stands beside one another has filters of its own.
 */
export type RowSets = "free" | "stacked";

export type AttentionPasses = 1 | 2 | 3;

/**
 * `unfused`: two products and a softmax between them, each a kernel of its own with its scores in the DRAM. `sequential`: one kernel, a
 * block's steps one after the other. `pipelined`: one kernel, in which array, vector units and DRAM work on different blocks at once.
 */
export type AttentionSchedule = "unfused" | "sequential" | "pipelined";

export type SoftmaxPlace = "vector" | "array";

/** How a multiplier is built; factors on area and energy are in the technology table. */
export type MultiplierStyle =
  "parallel" | "bit-serial" | "encoded" | "approximate-normalization" | "l-mul";

/** One unit for each layer, all at work at once, like FINN's; weights stay on the chip. */
export interface StreamingEngine {
  readonly kind: "streaming";
  /** Multiply-accumulates a cycle that all units have together. */
  readonly multipliers: number;
}

/** Analog products in memory: weights are conductances, bits of activations come one after the other. */
export interface CrossbarEngine {
  readonly kind: "crossbar";
  readonly rows: number;
  readonly columns: number;
  /** Crossbars on the chip. */
  readonly count: number;
  readonly cellBits: number;
  /** Bits of an activation that are driven at once. */
  readonly dacBits: number;
  /** Columns that share one converter, which samples them one after the other. */
  readonly columnsPerConverter: number;
  /** Cycles of one conversion. */
  readonly converterCycles: number;
  /** Joules of one conversion and of driving one cell. */
  readonly converterEnergy: number;
  readonly cellEnergy: number;
}

/** Multipliers beside the banks of a DRAM: weights are read where they lie, row by row. */
export interface BankEngine {
  readonly kind: "bank";
  readonly channels: number;
  readonly banksPerChannel: number;
  /** Multiply-accumulates of one bank for each column access. */
  readonly multipliersPerBank: number;
  /** Cycles between two column accesses of a bank. */
  readonly columnCycles: number;
  /** Bytes of a row, and cycles that opening it takes. */
  readonly rowBytes: number;
  readonly activateCycles: number;
  readonly activateEnergy: number;
}

export interface AcceleratorPrecision {
  /** `int8`, or `int4×int8` where weights and activations differ: what the target's id ends in. */
  readonly id: string;
  /** Formats of the energy table: `int8`, `bf16`, `fp8-e4m3`, `mxfp4`. */
  readonly weights: string;
  readonly activations: string;
  readonly weightBits: number;
  readonly activationBits: number;
  /** Of the keys and values of earlier tokens, where they differ from activations. */
  readonly cacheBits?: number;
  /** Bits of a partial sum where it is stored. */
  readonly accumulatorBits: number;
  /** Times the multiply-accumulates a cycle of the engine as described. */
  readonly throughput: number;
  /** What of the products is left out, in layers with weights; `weightBits` and the like say what dense operands take. */
  readonly sparsity?: Sparsity;
}

/** Share of the weights that is left in layers whose scope or name holds `text`, whatever its case. */
export interface LayerDensity {
  readonly text: string;
  readonly share: number;
}

/** Zeros that are neither stored nor multiplied (`sparsity.ts`). */
export interface Sparsity {
  /** `2of4`, `sparse` or `counted`: what the precision's id ends in. */
  readonly id: string;
  /** Each layer has the share of its own weights; `weights` is for those that cannot be read. */
  readonly isCounted?: boolean;
  /** Patterns of layers whose names hold a text: the share that each leaves; others are dense. */
  readonly byLayer?: readonly LayerDensity[];
  /** Share of weights, and of activations, that are not zero. */
  readonly weights: number;
  readonly activations: number;
  /** Bits that say where a weight stands that is stored. */
  readonly indexBits: number;
  /** Share of the time that it saves in the ideal which is left: 1 for a fixed pattern, less where elements wait for one another. */
  readonly balance: number;
}

export interface Buffer {
  readonly name: string;
  /** Bytes, of one core. */
  readonly size: number;
  /** Bytes a second between it and the array; Infinity where the file states none. */
  readonly bandwidth: number;
  readonly holds: readonly Operand[];
  /** Half of it is filled while the other half is used. */
  readonly isDoubleBuffered: boolean;
  /** What a layer leaves in it the next finds there, as far as it fits (`stay.ts`). */
  readonly keepsActivations?: boolean;
}

export interface Dram {
  /** Bytes; undefined where the file states none. */
  readonly size?: number;
  /** Bytes a second, of all cores together; Infinity where the file states none. */
  readonly bandwidth: number;
  /** Joules a byte; undefined: the technology table's. */
  readonly energyPerByte: number | undefined;
  readonly kind: DramKind;
}

export type DramKind = "ddr" | "lpddr" | "gddr" | "hbm";

/** Multiply-accumulates a cycle of the whole accelerator when nothing idles. */
export function peakMacsPerCycle(
  { engine, cores }: Accelerator,
  precision: AcceleratorPrecision,
): number {
  const { throughput } = precision;
  switch (engine.kind) {
    case "array":
      return (
        engine.rows * engine.columns * engine.lanes * cores * effectiveThroughput(engine, precision)
      );
    case "streaming":
      return engine.multipliers * cores * throughput;
    case "crossbar":
      return crossbarPeak(engine, precision) * cores * throughput;
    case "bank":
      return (
        (engine.channels *
          engine.banksPerChannel *
          engine.multipliersPerBank *
          cores *
          throughput) /
        engine.columnCycles
      );
  }
}

/** Cells for a weight side by side, bits of an activation one after the other, columns one after the other. */
function crossbarPeak(engine: CrossbarEngine, precision: AcceleratorPrecision): number {
  const weightsPerRow = Math.floor(
    engine.columns / Math.ceil(precision.weightBits / engine.cellBits),
  );
  return (engine.rows * weightsPerRow * engine.count) / crossbarCycles(engine, precision);
}

/** Cycles of one product of a crossbar's whole matrix with a vector. */
export function crossbarCycles(engine: CrossbarEngine, precision: AcceleratorPrecision): number {
  return (
    Math.ceil(precision.activationBits / engine.dacBits) *
    engine.columnsPerConverter *
    engine.converterCycles
  );
}

/** All engines of the chip; the first goes by its kind. */
export function enginesOf(accelerator: Accelerator): readonly SideEngine[] {
  return [{ name: accelerator.engine.kind, alone: accelerator }, ...accelerator.beside];
}

/**
 * Multiply-accumulates in a cycle of the accelerator's clock, of its fastest engine: layers run one after the other; of all
 * where a layer may run on several.
 */
export function fastestMacsPerCycle(
  accelerator: Accelerator,
  { id }: AcceleratorPrecision,
): number {
  const peaks = enginesOf(accelerator).flatMap(({ alone }) => {
    const own = alone.precisions.find((precision) => precision.id === id);
    return own === undefined
      ? []
      : [(peakMacsPerCycle(alone, sparsePrecision(own)) * alone.clock) / accelerator.clock];
  });
  return accelerator.splitsLayers === true
    ? peaks.reduce((sum, peak) => sum + peak, 0)
    : Math.max(...peaks);
}

/** Places that multiply in all engines, for the sentence "x of n elements". */
export function elementCount(accelerator: Accelerator): number {
  return enginesOf(accelerator).reduce((sum, { alone }) => sum + elementsOf(alone), 0);
}

/** Of the first engine alone. */
export function elementsOf({ engine, cores }: Accelerator): number {
  switch (engine.kind) {
    case "array":
      return engine.rows * engine.columns * cores;
    case "streaming":
      return engine.multipliers * cores;
    case "crossbar":
      return engine.count * cores;
    case "bank":
      return engine.channels * engine.banksPerChannel * cores;
  }
}
