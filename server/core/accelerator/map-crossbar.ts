import type { Kernel } from "../lower/lowered.js";
import { crossbarCycles, type CrossbarEngine } from "./accelerator.js";
import { contractionsOf } from "./contraction.js";
import { mapElementwise } from "./map-elementwise.js";
import type { KernelQuestion, RawMapping } from "./map-kernel.js";

/**
 * Weights as conductances (Shafiee et al., "ISAAC: A Convolutional Neural Network Accelerator with In-Situ Analog
 * Arithmetic in Crossbars", ISCA 2016): a weight takes ⌈bits / cell bits⌉ columns side by side, an activation
 * ⌈bits / DAC bits⌉ cycles one after the other, and the columns of a converter are sampled in turn. Copies of a
 * layer's weights take positions in parallel where crossbars are left.
 */
export function mapOnCrossbars(
  question: KernelQuestion,
  engine: CrossbarEngine,
  kernel: Kernel,
): RawMapping {
  const { accelerator, precision } = question;
  const bare = mapElementwise(question, kernel);
  const cellsPerWeight = Math.ceil(precision.weightBits / engine.cellBits);
  const product = crossbarCycles(engine, precision);
  const slices = Math.ceil(precision.activationBits / engine.dacBits);
  const available = engine.count * accelerator.cores;
  let cycles = 0;
  let joules = 0;
  let needed = 0;
  let copiesOfFirst = 0;
  for (const c of contractionsOf(kernel.shape)) {
    const window = c.inputChannels * c.kernelRows * c.kernelColumns;
    const own = crossbarsFor(engine, window, c.outputChannels * cellsPerWeight) * c.groups;
    const positions = c.times * c.batch * c.outputRows * c.outputColumns;
    const copies = Math.max(1, Math.min(Math.floor(available / own), positions));
    // Weights that do not fit are written in rounds; writing takes a row a cycle in each crossbar.
    const rounds = Math.ceil(own / available);
    const writing = rounds > 1 ? rounds * engine.rows * cellsPerWeight : 0;
    cycles += Math.ceil(positions / copies) * product * rounds + writing;
    const rowsUsed = window * c.groups;
    const columns = c.outputChannels * cellsPerWeight;
    joules +=
      positions *
      slices *
      (columns * Math.ceil(window / engine.rows) * c.groups * engine.converterEnergy +
        rowsUsed * columns * engine.cellEnergy);
    needed = Math.max(needed, own);
    if (copiesOfFirst === 0) copiesOfFirst = copies;
  }
  const weightBytes = needed <= available ? kernel.weightReadBytes : 0;
  return {
    ...bare,
    computeCycles: cycles,
    // Weights stay where they multiply; only activations move.
    traffic: bare.traffic.map((entry) => ({ ...entry, readBytes: entry.readBytes - weightBytes })),
    dramBytes: bare.dramBytes - weightBytes,
    keptBytes: weightBytes,
    engineJoules: joules,
    notes: [
      `${needed} of ${available} crossbars hold its weights${copiesOfFirst > 1 ? `, ${copiesOfFirst} copies of them` : ""}.`,
    ],
  };
}

export function crossbarsFor(engine: CrossbarEngine, window: number, columns: number): number {
  return Math.ceil(window / engine.rows) * Math.ceil(columns / engine.columns);
}

/**
 * Bits that a converter must resolve so that nothing is lost: log2(rows) + DAC bits + cell bits, less one where either is a
 * single bit (ISAAC, equations 1 and 2; its encoding of columns saves one more).
 */
export function converterBits({ rows, dacBits, cellBits }: CrossbarEngine): number {
  const all = Math.ceil(Math.log2(rows)) + dacBits + cellBits;
  return dacBits > 1 && cellBits > 1 ? all : all - 1;
}
