import type { Kernel } from "../lower/lowered.js";
import type { MemoryLevel } from "../targets/chip.js";
import type { Target } from "../targets/target.js";
import type { Estimate } from "./cost.js";
import type { Placement } from "./memory-levels.js";

/** Picojoules of single operations in one technology. */
interface Node {
  /** As people call it, `7 nm`. */
  readonly name: string;
  readonly source: string;
  /** A multiplication and an addition, by arithmetic. */
  readonly macs: Readonly<Record<string, number>>;
  /** An addition in float32: what element-wise work amounts to. */
  readonly operation: number;
  /** Fetching and decoding an instruction and reading its operands, on a processor; shared by the lanes of a vector. */
  readonly instruction: number;
  /** A byte from a memory on the chip of at most so many bytes; beyond them, from the last. */
  readonly sram: readonly (readonly [bytes: number, picojoules: number])[];
  /** A byte from memory beside the chip. */
  readonly dram: number;
}

/**
 * Horowitz, "Computing's energy problem (and what we can do about it)", ISSCC 2014, figure 1.1.9: operations at 45 nm and
 * 0.9 V, reads of 64 bits from caches of 8 KB, 32 KB and 1 MB, DRAM at 1.3 to 2.6 nJ per 64 bits.
 */
const at45: Node = {
  name: "45 nm",
  source: "Horowitz, ISSCC 2014, figure 1.1.9",
  macs: { float32: 4.6, float16: 1.5, int16: 0.9, int8: 0.23 },
  operation: 0.9,
  instruction: 70,
  sram: [
    [8 << 10, 10 / 8],
    [32 << 10, 20 / 8],
    [1 << 20, 100 / 8],
  ],
  dram: 2000 / 8,
};

/**
 * Jouppi et al., "Ten Lessons From Three Generations Shaped Google's TPUv4i", ISCA 2021, table 2: the same at 7 nm. The
 * instruction is Horowitz' scaled like a multiplication of float32.
 */
const at7: Node = {
  name: "7 nm",
  source: "Jouppi et al., ISCA 2021, table 2",
  macs: { float32: 1.69, bfloat16: 0.32, float16: 0.5, int16: 0.4, int8: 0.077 },
  operation: 0.38,
  instruction: 25,
  sram: [
    [8 << 10, 7.5 / 8],
    [32 << 10, 8.5 / 8],
    [1 << 20, 14 / 8],
  ],
  dram: 1300 / 8,
};

/** What surrounds an operation (clock, control, leakage) is not in such tables: the truth is above more often than below. */
const lowShare = 0.4;
const highShare = 6;

/** Joules of a kernel by counting its operations and bytes, for chips whose power nobody states. */
export function countedJoules(kernel: Kernel, target: Target, placement: Placement): Estimate {
  const { value } = count(kernel, target, placement);
  return {
    value,
    low: lowShare * value,
    high: highShare * value,
    method: "roofline",
    coverage: 0.9,
  };
}

export function explainCounted(kernel: Kernel, target: Target, placement: Placement): string {
  const { node, macPicojoules, bytePicojoules } = count(kernel, target, placement);
  return `Its file states no power, so energy is counted: ${short(macPicojoules)} pJ per multiply-accumulate and ${short(bytePicojoules)} pJ per byte at ${node.name} (${node.source}), without clocks and leakage.`;
}

interface Count {
  readonly value: number;
  readonly node: Node;
  readonly macPicojoules: number;
  readonly bytePicojoules: number;
}

function count(kernel: Kernel, target: Target, placement: Placement): Count {
  const { chip, precision } = target;
  const node = chip.segment === "microcontroller" || chip.kind === "fpga" ? at45 : at7;
  const arithmetic = kernel.arithmetic ?? precision.arithmetic.find((name) => name in node.macs);
  const isProcessor = chip.kind === "cpu" || chip.kind === "mcu";
  const lanes = chip.kind === "cpu" ? 128 / Math.max(8, precision.activationBits) : 1;
  const instruction = isProcessor ? node.instruction / lanes : 0;
  const macPicojoules = (node.macs[arithmetic ?? ""] ?? node.macs["float32"] ?? 0) + instruction;
  const bytePicojoules = perByte(node, placement.level);
  const bytes =
    placement.activationBytes * perByte(node, placement.activationLevel) +
    kernel.weightReadBytes * perByte(node, placement.weightLevel);
  const picojoules =
    kernel.macs * macPicojoules + kernel.otherFlops * (node.operation + instruction) + bytes;
  return { value: picojoules * 1e-12, node, macPicojoules, bytePicojoules };
}

function perByte(node: Node, level: MemoryLevel): number {
  const isBeside = level.role === "ram" && !/sram|on-chip/i.test(level.name);
  if (isBeside) return node.dram;
  const found = node.sram.find(([bytes]) => level.size.value <= bytes) ?? node.sram.at(-1);
  return found?.[1] ?? node.dram;
}

function short(value: number): string {
  return value.toPrecision(2).replace(/\.0$/, "");
}
