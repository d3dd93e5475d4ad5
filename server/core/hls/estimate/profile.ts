import type { ElementType } from "../element-type.js";
import type { Operator } from "../ir.js";
import type { PlainTarget } from "./plain-profile.js";

/** What one operator takes as hardware, in the tool's own estimate. */
export interface OperatorCost {
  /** Clock cycles from operands to result; 0 is within a cycle together with others. */
  readonly latency: number;
  readonly dsp: number;
  readonly lut: number;
  readonly ff: number;
}

/** How one release of a tool, at one clock, turns operators and loops into hardware (`server/data/hls`). */
export interface HlsProfile {
  readonly id: string;
  readonly label: string;
  readonly clockNs: number;
  /** By operator and type: `add.f64`, `mul.f32`; integers and fixed point follow from their width. */
  readonly operators: Readonly<Record<string, OperatorCost>>;
  /** Of an operator's latency, the cycle that only the register between two iterations takes: copies in a chain do without. */
  readonly carryLatency: number;
  /** Cycles of a read from block RAM. */
  readonly loadLatency: number;
  /** Cycles that entering and leaving a loop takes. */
  readonly loopOverhead: number;
  /** Reads and writes of one block RAM in a cycle. */
  readonly ports: number;
  /** Bits of a block RAM (18 Kb). */
  readonly bramBits: number;
  /** Arrays with fewer bits than this become registers or LUT memory. */
  readonly lutRamBits: number;
  /** Multipliers of integers: the widths that one DSP takes. */
  readonly dspWidths: readonly [number, number];
  /** Whether a declared reduction is spread over partial sums, so that its adder's latency does not bound the interval. */
  readonly hasPartialSums: boolean;
  /** Bits a cycle between memory and kernel, and cycles until the first word arrives. */
  readonly memoryBits: number;
  readonly memoryLatency: number;
  /** Whether wide words need rows whose length they divide. */
  readonly needsEvenRows: boolean;
  /** Whether what stays the same over a loop is moved before it. */
  readonly hoistsInvariants: boolean;
  /** Cycles that guarding the last copies adds, where a factor does not divide the trip count. */
  readonly guardLatency: number;
  /** Where copies may meet at a bank: cycles that choosing it takes, and that each copy's turn takes (0: none waits). */
  readonly bankChoiceLatency: number;
  readonly bankTurn: number;
  /** Iterations of a tile and the loop in it that Merlin makes one pipeline of. */
  readonly mostFilled: number;
  /** Whether nests that are left alone are unrolled (`plan.ts`). */
  readonly unrollsLeftAlone: boolean;
  /** Whether an iteration's reads of memory come first, however late their value is needed. */
  readonly readsEarly: boolean;
  /** Whether several arrays of one tile are moved at the same time. */
  readonly movesAtOnce: boolean;
  /** Cycles of an addition of integers, below 1 where several follow one another in a cycle; absent: 1. */
  readonly additionLatency?: number;
  /** What plain C++ is built for; absent: as the profile's numbers are. */
  readonly plain?: PlainTarget;
  /** Where Merlin has made the interfaces and banks, and for plain C++. */
  readonly area: { readonly merlin: AreaCosts; readonly plain: AreaCosts };
  readonly intervals: { readonly merlin: Intervals; readonly plain: Intervals };
}

/** True over estimated: what nine of ten designs lie between. */
export type Intervals = Readonly<
  Record<"cycles" | "dsp" | "lut" | "ff" | "bram", readonly [number, number]>
>;

/** What is not an operator: control, interfaces and the multiplexers between banks. */
export interface AreaCosts {
  readonly baseLut: number;
  readonly baseFf: number;
  readonly lutPerBank: number;
  readonly ffPerBank: number;
  readonly lutPerPort: number;
  readonly ffPerPort: number;
  readonly bramBase: number;
  readonly bramPerPort: number;
  readonly lutPerLoop: number;
  readonly ffPerLoop: number;
  /** Where Merlin cuts vectors into registers. */
  readonly registers?: RegisterCosts;
}

/** LUTs of a choice among registers, for each input and bit: of vectors that are moved in or out, and that a loop clears. */
export interface RegisterCosts {
  readonly moved: number;
  readonly cleared: number;
  /** Longer vectors take `lutPerElementBeyond` for each element. */
  readonly mostChosen: number;
  readonly lutPerElementBeyond: number;
}

const free: OperatorCost = { latency: 0, dsp: 0, lut: 0, ff: 0 };

/** The cost of an operator whose operands are of the given types. */
export function operatorCost(
  profile: HlsProfile,
  op: Operator,
  operands: readonly ElementType[],
  result: ElementType,
): OperatorCost {
  const lanes = Math.max(result.lanes ?? 1, ...operands.map((one) => one.lanes ?? 1));
  const { latency, dsp, lut, ff } = laneCost(profile, op, operands, result);
  return { latency, dsp: dsp * lanes, lut: lut * lanes, ff: ff * lanes };
}

function laneCost(
  profile: HlsProfile,
  op: Operator,
  operands: readonly ElementType[],
  result: ElementType,
): OperatorCost {
  const floating =
    operands.find(({ kind }) => kind === "float") ?? (result.kind === "float" ? result : undefined);
  if (floating !== undefined) {
    if (op === "logic" || op === "select") return { ...free, lut: floating.bits, ff: 0 };
    const listed = profile.operators[`${op === "sub" ? "add" : op}.f${floating.bits}`];
    if (listed !== undefined) return listed;
    return profile.operators[`function.f${floating.bits}`] ?? free;
  }
  return wholeCost(profile, op, operands, result);
}

/** Integers and fixed point by their widths, as UG1399 and UG901 count them: a LUT per bit of a sum, a quarter per input of a choice. */
function wholeCost(
  profile: HlsProfile,
  op: Operator,
  operands: readonly ElementType[],
  result: ElementType,
): OperatorCost {
  const [a, b] = operands;
  const widest = Math.min(4096, Math.max(1, ...operands.map(({ bits }) => bits)));
  switch (op) {
    case "add":
    case "sub":
    case "scale":
      return {
        latency: (widest > 64 ? 2 : 1) * (profile.additionLatency ?? 1),
        dsp: 0,
        lut: widest + 7,
        ff: 0,
      };
    case "mul": {
      const [left, right] = [a?.bits ?? widest, b?.bits ?? widest];
      const [most, least] = profile.dspWidths;
      if (Math.min(left, right) <= 4) return { latency: 1, dsp: 0, lut: left * right, ff: 0 };
      const dsp =
        Math.ceil(Math.max(left, right) / most) * Math.ceil(Math.min(left, right) / least);
      return {
        latency: dsp > 1 ? 3 : 1,
        dsp: Math.min(dsp, 64),
        lut: dsp > 1 ? 20 : 0,
        ff: dsp > 1 ? 100 : 0,
      };
    }
    case "div":
    case "rem":
      return { latency: widest + 4, dsp: 0, lut: 8 * widest, ff: 12 * widest };
    case "compare":
      return { latency: 0, dsp: 0, lut: Math.ceil(widest / 2) + 2, ff: 0 };
    case "shift":
      return { latency: 0, dsp: 0, lut: b === undefined ? 0 : widest, ff: 0 };
    case "logic":
      return { latency: 0, dsp: 0, lut: widest, ff: 0 };
    case "select":
      return { latency: 0, dsp: 0, lut: result.bits, ff: 0 };
    case "sqrt":
      return { latency: Math.ceil(widest / 2) + 2, dsp: 0, lut: 4 * widest, ff: 6 * widest };
    default:
      return op === "convert" ? free : { latency: 1, dsp: 0, lut: widest, ff: widest };
  }
}
