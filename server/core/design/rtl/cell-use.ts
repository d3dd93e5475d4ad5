import type { ResourceKind } from "../design.js";

export type CellUse = Readonly<Partial<Record<ResourceKind, number>>>;

/**
 * What a mapped cell of a family takes. A cell that is not listed takes nothing that is counted: buffers, wide
 * multiplexers between LUTs (MUXF7, PFUMX), inverters that the vendor's tools push into their neighbours. Sources: UG474 and UG574
 * (LUTs of distributed memory), Lattice TN-02205, Gowin SUG550, Yosys' cell libraries.
 */
const tables: readonly (readonly [RegExp, CellUse])[] = [
  // AMD
  [/^LUT[1-6]$/, { lut: 1 }],
  [/^LUT6_2$/, { lut: 1 }],
  [/^FD[RSCP]E?(?:_1)?$/, { ff: 1 }],
  [/^LD[CP]E$/, { latch: 1 }],
  [/^CARRY[48]$/, { carry: 1 }],
  [/^DSP48E[12]$/, { dsp: 1 }],
  [/^RAMB18E[12]$/, { bram: 1 }],
  [/^RAMB36E[12]$/, { bram: 2 }],
  [/^URAM288(?:_BASE)?$/, { uram: 1 }],
  [/^SRL(?:C?16E|C32E)$/, { lut: 1, lutram: 1 }],
  [/^RAM(?:16|32|64)X1S$/, { lut: 1, lutram: 1 }],
  [/^RAM(?:16|32|64)X1D$/, { lut: 2, lutram: 2 }],
  [/^RAM128X1S$/, { lut: 2, lutram: 2 }],
  [/^RAM(?:128X1D|256X1S|32M|64M)$/, { lut: 4, lutram: 4 }],
  [/^RAM(?:256X1D|512X1S|32M16|64M8|64X8SW|32X16DR8)$/, { lut: 8, lutram: 8 }],
  // iCE40
  [/^SB_LUT4$/, { lut: 1 }],
  [/^SB_DFF\w*$/, { ff: 1 }],
  [/^SB_CARRY$/, { carry: 1 }],
  [/^SB_MAC16$/, { dsp: 1 }],
  [/^SB_RAM40_4K\w*$/, { bram: 1 }],
  [/^SB_SPRAM256KA$/, { uram: 1 }],
  // ECP5
  [/^LUT4$/, { lut: 1 }],
  [/^TRELLIS_FF$/, { ff: 1 }],
  [/^CCU2C$/, { lut: 2, carry: 1 }],
  [/^TRELLIS_DPR16X4$/, { lut: 4, lutram: 4 }],
  [/^MULT(?:18X18|9X9)D$/, { dsp: 1 }],
  [/^(?:DP|PDPW)16KD$/, { bram: 1 }],
  // Gowin
  [/^ALU$/, { lut: 1, carry: 1 }],
  [/^DFFN?[SREPC]*$/, { ff: 1 }],
  [/^DLN?[CEP]*$/, { latch: 1 }],
  [/^RAM16(?:S[1-4]|SDP[1-4])$/, { lut: 4, lutram: 4 }],
  [/^(?:SP|SDP|DP|SDPX9|DPX9|SPX9|p?ROM|pROMX9)B?$/, { bram: 1 }],
  [/^(?:MULT(?:18X18|9X9|36X36)|MULTADDALU\w+|MULTALU\w+)$/, { dsp: 1 }],
  // Intel
  [/^(?:cycloneiv|cycloneive|cyclone10lp|fiftyfivenm)_lcell_comb$/, { lut: 1 }],
  [/^dffeas$/, { ff: 1 }],
  [/^\w+_ram_block$|^altsyncram$/, { bram: 1 }],
  [/^\w+_mac_mult$/, { dsp: 1 }],
  [/^MISTRAL_ALUT6$/, { lut: 2 }],
  [/^MISTRAL_ALUT[2-5]$|^MISTRAL_NOT$/, { lut: 1 }],
  [/^MISTRAL_ALUT_ARITH$/, { lut: 1, carry: 1 }],
  [/^MISTRAL_FF$/, { ff: 1 }],
  [/^MISTRAL_M(?:10K|20K)$/, { bram: 1 }],
  [/^MISTRAL_MLAB$/, { lut: 1, lutram: 1 }],
  [/^MISTRAL_MUL\w+$/, { dsp: 1 }],
  // Generic
  [/^\$lut$/, { lut: 1 }],
  [/^\$_(?:DFF|SDFF|ALDFF|DFFSR|FF)\w*_$/, { ff: 1 }],
  [/^\$_(?:DLATCH|SR)\w*_$/, { latch: 1 }],
];

const known = new Map<string, CellUse>();

export function cellUse(type: string): CellUse {
  let use = known.get(type);
  if (use === undefined) {
    use = tables.find(([pattern]) => pattern.test(type))?.[1] ?? nothing;
    if (known.size < 5000) known.set(type, use);
  }
  return use;
}

const nothing: CellUse = {};
