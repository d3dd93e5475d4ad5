import type { Kernel } from "../lower/lowered.js";
import type { BankEngine } from "./accelerator.js";
import { contractionsOf } from "./contraction.js";
import { mapElementwise } from "./map-elementwise.js";
import { macUnit } from "./mac-unit.js";
import type { KernelQuestion, RawMapping } from "./map-kernel.js";

/**
 * Matrix × vector beside the banks of a DRAM, as PIM-GPT and AiM do: the matrix lies spread over all banks, each bank
 * opens its rows one after the other and multiplies a column access in place; several vectors take as many passes.
 */
export function mapOnBanks(
  question: KernelQuestion,
  engine: BankEngine,
  kernel: Kernel,
): RawMapping {
  const { accelerator, precision, technology } = question;
  const bare = mapElementwise(question, kernel);
  const banks = engine.channels * engine.banksPerChannel * accelerator.cores;
  const rowElements = Math.max(1, Math.floor((engine.rowBytes * 8) / precision.weightBits));
  let cycles = 0;
  let activations = 0;
  for (const c of contractionsOf(kernel.shape)) {
    const matrix = c.groups * c.outputChannels * c.inputChannels * c.kernelRows * c.kernelColumns;
    const vectors = c.times * c.batch * c.outputRows * c.outputColumns;
    const perBank = Math.ceil(matrix / banks);
    const columns = Math.ceil(perBank / engine.multipliersPerBank);
    const rows = Math.ceil(perBank / rowElements);
    // An open row serves all vectors that the bank's registers hold: one, as in those designs.
    cycles += vectors * (columns * engine.columnCycles + rows * engine.activateCycles);
    activations += vectors * rows * banks;
  }
  const mac = macUnit(technology, accelerator.node, precision, "parallel").energy;
  const [dram] = bare.traffic;
  const throughput = precision.throughput;
  return {
    ...bare,
    computeCycles: cycles / throughput,
    traffic:
      dram === undefined ? [] : [{ ...dram, readBytes: dram.readBytes - kernel.weightReadBytes }],
    dramBytes: bare.dramBytes - kernel.weightReadBytes,
    keptBytes: kernel.weightReadBytes,
    engineJoules: kernel.macs * mac + activations * engine.activateEnergy,
    notes: [`${activations} rows opened in ${banks} banks.`],
  };
}
