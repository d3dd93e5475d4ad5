import type { Kernel } from "../lower/lowered.js";
import { reachedKeys } from "../ops/visible-keys.js";
import type { AcceleratorPrecision, BankEngine } from "./accelerator.js";
import { contractionsOf } from "./contraction.js";
import { mapElementwise } from "./map-elementwise.js";
import { macUnit } from "./mac-unit.js";
import type { KernelQuestion, RawMapping } from "./map-kernel.js";

/**
 * Matrix × vector beside the banks of a DRAM, as PIM-GPT and AiM do: the matrix lies spread over all banks, each bank
 * opens its rows one after the other and multiplies a column access in place; several vectors take as many passes. Keys and values of
 * attention lie in the banks as weights do (PIM-GPT, Wu et al. 2023, section 4.2; Duplex, Yun et al., MICRO 2024).
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
  const inPlace = Math.min(
    kernel.weightReadBytes + cachedBytes(kernel, precision),
    kernel.readBytes,
  );
  return {
    ...bare,
    computeCycles: cycles / throughput,
    traffic: dram === undefined ? [] : [{ ...dram, readBytes: dram.readBytes - inPlace }],
    dramBytes: bare.dramBytes - inPlace,
    keptBytes: inPlace,
    engineJoules: kernel.macs * mac + activations * engine.activateEnergy,
    notes: [`${activations} rows opened in ${banks} banks.`],
  };
}

/** Keys and values that attention goes through. */
function cachedBytes(
  { shape }: Kernel,
  { activationBits, cacheBits = activationBits }: AcceleratorPrecision,
): number {
  if (shape.kind !== "attention") return 0;
  const elements =
    reachedKeys(shape.queryLength, shape.keyLength, shape.window) *
    shape.keyHeads *
    (shape.headSize + shape.valueHeadSize);
  return (shape.batch * elements * cacheBits) / 8;
}
