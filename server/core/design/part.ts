import type { Amount, ResourceKind } from "./design.js";

/** A family of parts: one file of `server/data/parts`. Parts of a family have the same cells. */
export interface PartFamily {
  readonly id: string;
  readonly name: string;
  readonly vendor: string;
  /** Inputs of a look-up table. */
  readonly lutInputs: number;
  /** What one DSP is: "DSP48E1". */
  readonly dsp: string | undefined;
  /** The smallest block of memory, which `bram` counts: "RAMB18", 18,432 bits. */
  readonly blockRam: { readonly name: string; readonly bits: number } | undefined;
  readonly ultraRam: { readonly name: string; readonly bits: number } | undefined;
  readonly parts: readonly Part[];
  /** The vendor's count over ours, with the interval that nine of ten designs fall into; absent where nobody compared. */
  readonly factors: Readonly<Partial<Record<ResourceKind, VendorFactor>>>;
  readonly timing: TimingTable | undefined;
}

export interface VendorFactor extends Amount {
  /** What it was fitted to. */
  readonly source: string;
}

/** Nanoseconds through the cells of a family at its slowest grade. */
export interface TimingTable {
  readonly lut: number;
  /** A wire, with one sink; a wire with more takes `fanout` more for each doubling. */
  readonly net: number;
  readonly fanout: number;
  readonly clockToOutput: number;
  readonly setup: number;
  /** Into a carry chain, along one cell of it, and out of it. */
  readonly carryIn: number;
  readonly carry: number;
  readonly carryOut: number;
  /** Through a DSP without registers, and from its clock to its outputs. */
  readonly dsp: number;
  readonly dspClock: number;
  /** The same by the registers that are used in it; absent where the data sheet was not read. */
  readonly dspStages?: DspStages;
  readonly memoryClock: number;
  /** Shortest period of the clock network, as the data sheet states it. */
  readonly period: number;
  /** Time after the vendor's placement and timing-driven mapping over that of our netlist. */
  readonly vendor: number;
  /** True value over ours: ends of the interval. */
  readonly low: number;
  readonly high: number;
  /** Time relative to the table by speed grade. */
  readonly grades: Readonly<Record<string, number>>;
  readonly source: string;
}

/** Nanoseconds to, from and between the registers of a DSP. */
export interface DspStages {
  /** Into a register at an operand. */
  readonly input: number;
  /** From an operand without one to the register behind the multiplier, or to that of the output. */
  readonly toMultiplier: number;
  readonly toOutput: number;
  /** From what is added to the output's register. */
  readonly addend: number;
  /** From the clock to the output, by the last register on the way. */
  readonly fromInput: number;
  readonly fromMultiplier: number;
  readonly fromOutput: number;
  /** Shortest period with all registers, and without the multiplier's. */
  readonly period: number;
  readonly longPeriod: number;
}

export interface Part {
  /** As in a vendor's order code, lower case, without package and grade: `xc7a35t`. */
  readonly id: string;
  readonly familyId: string;
  readonly capacity: Readonly<Partial<Record<ResourceKind, number>>>;
  /** Time of its wires and cells relative to the family's table: large parts have longer wires. */
  readonly speed: number;
  /** The package with the most pins, where placing needs one. */
  readonly package?: string;
  /** Standard cells: what a gate takes. */
  readonly gateEnergy?: GateEnergy;
  /** Address of the vendor's table. */
  readonly source: string;
}

/** Of a two-input NAND gate's area of logic in one cycle, its operands random. */
export interface GateEnergy {
  /** Nanometres. */
  readonly node: number;
  readonly joules: number;
  readonly low: number;
  readonly high: number;
  readonly leakageWatts?: number;
}

/** A part by its id, an order code that begins with one (`xc7a35tcsg324-1`), or a family's id. */
export interface ChosenPart {
  readonly family: PartFamily;
  /** Undefined: the family alone. */
  readonly part: Part | undefined;
  /** Undefined when none was said. */
  readonly speedGrade: string | undefined;
}
