import { enginesOf, type Accelerator, type AcceleratorPrecision } from "./accelerator.js";
import { macUnit } from "./mac-unit.js";
import { areaScale, bitAreaAt, type Technology } from "./technology.js";

/** Square metres of the parts of a whole accelerator; DRAM, its interface and analog parts are not in it. */
export interface AreaEstimate {
  readonly multipliers: number;
  readonly registers: number;
  readonly buffers: number;
  readonly vector: number;
  readonly total: number;
}

/** Share of a memory that is cells; decoders, sense amplifiers and redundancy are the rest. */
const cellShare = 0.6;

/** Share of a placed block that is standard cells. */
const placementShare = 0.7;

/** Undefined with an engine whose multipliers are no logic: analog crossbars and DRAM banks. */
export function areaOf(accelerator: Accelerator, technology: Technology): AreaEstimate | undefined {
  let sum: AreaEstimate = { multipliers: 0, registers: 0, buffers: 0, vector: 0, total: 0 };
  for (const { alone } of enginesOf(accelerator)) {
    const own = engineArea(alone, technology);
    if (own === undefined) return undefined;
    sum = {
      multipliers: sum.multipliers + own.multipliers,
      registers: sum.registers + own.registers,
      buffers: sum.buffers + own.buffers,
      vector: sum.vector + own.vector,
      total: sum.total + own.total,
    };
  }
  return sum;
}

function engineArea(accelerator: Accelerator, technology: Technology): AreaEstimate | undefined {
  const { engine, node, cores, precisions } = accelerator;
  if (engine.kind === "crossbar" || engine.kind === "bank") return undefined;
  const isArray = engine.kind === "array";
  const style = isArray ? engine.multiplier : "parallel";
  // A unit that multiplies several formats is as large as its largest.
  const unit = Math.max(
    ...precisions.map(
      (precision) =>
        macUnit(technology, node, precision, style).area * Math.max(1, precision.throughput),
    ),
  );
  const units = isArray ? engine.rows * engine.columns * engine.lanes : engine.multipliers;
  const elements = isArray ? engine.rows * engine.columns : engine.multipliers;
  const words = isArray ? engine.registers : { weights: 1, inputs: 1, outputs: 1 };
  const bits = Math.max(...precisions.map((precision) => registerBits(words, precision)));
  const flipFlop = technology.flipFlopArea.value * areaScale(technology, node, 45);
  const cell = bitAreaAt(technology, node) / cellShare;
  const registers =
    elements *
    (bits <= flipFlopLimit ? (bits * flipFlop) / placementShare : bits * cell * smallMemory);
  const bytes = accelerator.buffers.reduce((sum, { size }) => sum + size, 0);
  const vectorUnit = macUnit(technology, node, vectorPrecision, "parallel").area / placementShare;
  const parts = {
    multipliers: (cores * units * unit) / placementShare,
    registers: cores * registers,
    buffers: cores * 8 * bytes * cell,
    vector: cores * accelerator.vectorLanes * vectorUnit,
  };
  return {
    ...parts,
    total: parts.multipliers + parts.registers + parts.buffers + parts.vector,
  };
}

export function registerBits(
  words: Readonly<Record<"weights" | "inputs" | "outputs", number>>,
  precision: AcceleratorPrecision,
): number {
  return (
    words.weights * precision.weightBits +
    words.inputs * precision.activationBits +
    words.outputs * precision.accumulatorBits
  );
}

/** More bits than these are kept in a small memory. */
const flipFlopLimit = 256;

/** Memories of a few hundred bytes take about twice the area a bit of large ones, their periphery is shared by less. */
const smallMemory = 2;

const vectorPrecision: AcceleratorPrecision = {
  id: "fp16",
  weights: "fp16",
  activations: "fp16",
  weightBits: 16,
  activationBits: 16,
  accumulatorBits: 16,
  throughput: 1,
};
