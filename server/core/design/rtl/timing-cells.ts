import type { TimingTable } from "../part.js";
import { dspTiming } from "./dsp-timing.js";

/** How time passes a cell: in no time, through logic, along a carry chain, or not at all because it ends here. */
export type CellTiming =
  | { readonly kind: "logic"; readonly delay: number }
  | { readonly kind: "carry" }
  | { readonly kind: "free" }
  /** Clocked; inputs are ends of paths, outputs are starts. */
  | {
      readonly kind: "register";
      readonly clockToOutput: number;
      /** From an input to the register; the table's where it is left out. */
      readonly setup?: (port: string) => number;
      /** Shortest period of the cell itself. */
      readonly period?: number;
    }
  /** Partly clocked: what is read passes through. */
  | { readonly kind: "memory"; readonly delay: number };

const carryTypes = /^(?:CARRY[48]|SB_CARRY|CCU2C|ALU|MISTRAL_ALUT_ARITH)$/;
const registerTypes =
  /^(?:FD[RSCP]E?(?:_1)?|LD[CP]E|SB_DFF\w*|TRELLIS_FF|DFFN?[SREPC]*|DLN?[CEP]*|dffeas|MISTRAL_FF|\$_(?:S?DFF|ALDFF|DFFSR|DLATCH|FF|SR)\w*_|RAMB\w+|SB_RAM40_4K\w*|SB_SPRAM256KA|(?:DP|PDPW)16KD|URAM288\w*|MISTRAL_M\d+K|\w+_ram_block|altsyncram|(?:SP|SDP|DP|SDPX9|DPX9)B?|DFF|DLATCH)$/;
const memoryTypes =
  /^(?:RAM\d+X\w+|RAM(?:32|64)M\d*|SRL\w+|TRELLIS_DPR16X4|RAM16S\w+|MISTRAL_MLAB)$/;
const dspTypes = /^(?:DSP48E[12]|SB_MAC16|MULT\w+|\w+_mac_mult|\w+_mac_out|MISTRAL_MUL\w+)$/;
const freeTypes =
  /^(?:BUFG|IBUF|OBUF|IOBUF|OBUFT|MUXF[789]|PFUMX|L6MUX21|MUX2_LUT\d|INV|GND|VCC|MISTRAL_CLKBUF|SB_IO|\$_(?:BUF|NOT)_)$/;

export function cellTiming(
  type: string,
  parameters: Readonly<Record<string, string>>,
  table: TimingTable,
): CellTiming {
  if (carryTypes.test(type) || isArithmetic(type, parameters)) return { kind: "carry" };
  if (registerTypes.test(type)) {
    const isMemory = /RAM|16KD|M\d+K|^S?DP|^SP|altsyncram/.test(type);
    // A block of memory is as fast as it is, whatever a placer does to the wires around it.
    const clockToOutput = isMemory ? table.memoryClock / table.vendor : table.clockToOutput;
    return { kind: "register", clockToOutput };
  }
  if (memoryTypes.test(type)) return { kind: "memory", delay: table.lut + table.net / 2 };
  if (dspTypes.test(type)) return dspTiming(type, parameters, table);
  if (freeTypes.test(type)) return { kind: "free" };
  return { kind: "logic", delay: table.lut };
}

/** A logic element of Intel's that takes its neighbour's carry. */
export function isArithmetic(type: string, parameters: Readonly<Record<string, string>>): boolean {
  return type.endsWith("_lcell_comb") && parameters["sum_lutc_input"] === "cin";
}

const clockPorts = /^(?:C|CLK\w*|CLOCK\w*|WCLK\w*|RCLK\w*|clk\w*|clock\w*|G|E|EN|ENA)$/;

export function isClockPort(port: string): boolean {
  return clockPorts.test(port);
}

const outputs =
  /^(?:O\d?|O[56]|Q\d*|Y|CO|COUT|COMBOUT|LO|P\d*|PCOUT|DO\w*|D[AB]O\w*|[SDR]O\w*|RDATA\w*|DATAOUT|F\d?|SUM|S[01]|combout|cout|sumout|q|q_[ab]|dataout|portadataout|portbdataout|GO|Z|ZN|SO|QN|DPO|SPO|DOA|DOB|DOC|DOD|X|ACOUT|BCOUT|CARRYOUT)$/;

/** Where the library does not say; ports of cells that are known. */
export function isOutputPort(type: string, port: string): boolean {
  if (type === "CARRY4" || type === "CARRY8") return port === "O" || port === "CO";
  if (type === "CCU2C") return /^(?:S[01]|COUT)$/.test(port);
  if (type === "ALU") return port === "SUM" || port === "COUT";
  if (type === "SB_CARRY") return port === "CO";
  return outputs.test(port);
}
