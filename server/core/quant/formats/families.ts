import type { Grid } from "./grid.js";
import type { NumberFormat } from "./number-format.js";

/**
 * Formats that follow a pattern, so that every one of them can be named: `int5`, `uint5` (affine), `e3m2` (with a bias
 * of one's own: `e3m2b5`), `posit8es1`, `bfp8` (a shared exponent for 32 elements), `pow4a2` (power-exponent).
 * A file of the same id, where there is one, holds before the pattern.
 */
export function familyFormat(id: string): NumberFormat | undefined {
  for (const { pattern, make } of families) {
    const match = pattern.exec(id);
    const numbers = match?.slice(1).map((text) => (text === undefined ? undefined : Number(text)));
    const made = numbers === undefined ? undefined : make(id, numbers);
    if (made !== undefined) return made;
  }
  return undefined;
}

export const familyTexts = [
  "int2 … int16 (symmetric)",
  "uint2 … uint16 (affine)",
  "e1m1 … e7m0: minifloats of 3 to 8 bits, `e3m2b5` with bias 5",
  "posit4es1 … posit16es2",
  "bfp3 … bfp16: block floating point, 32 elements a block",
  "pow3a1.5 … pow8a4: power-exponent",
];

interface Family {
  readonly pattern: RegExp;
  readonly make: (id: string, numbers: readonly (number | undefined)[]) => NumberFormat | undefined;
}

const families: readonly Family[] = [
  {
    pattern: /^int(\d+)$/,
    make: (id, [bits = 0]) => {
      if (bits < 2 || 16 < bits) return undefined;
      const high = 2 ** (bits - 1) - 1;
      return plain(id, `INT${bits}`, { kind: "integer", bits, low: -high, high, step: 1 }, bits, {
        source: "Jacob et al. 2018, arXiv 1712.05877, section 2.1, with zero point 0",
        arithmetic: bits <= 4 ? ["int4", "int8"] : bits <= 8 ? ["int8"] : ["int16"],
      });
    },
  },
  {
    pattern: /^uint(\d+)$/,
    make: (id, [bits = 0]) => {
      if (bits < 2 || 16 < bits) return undefined;
      const grid: Grid = { kind: "integer", bits, low: 0, high: 2 ** bits - 1, step: 1 };
      return {
        ...plain(id, `UINT${bits} affine`, grid, bits, {
          source: "Jacob et al. 2018, arXiv 1712.05877, section 2.1",
          arithmetic: bits <= 4 ? ["int4", "int8"] : bits <= 8 ? ["int8"] : ["int16"],
        }),
        isAffine: true,
      };
    },
  },
  {
    pattern: /^e(\d)m(\d+)(?:b(-?\d+))?$/,
    make: (id, [exponentBits = 0, mantissaBits = 0, bias]) => {
      const bits = 1 + exponentBits + mantissaBits;
      if (exponentBits < 1 || bits < 3 || 8 < bits) return undefined;
      const grid: Grid = {
        kind: "minifloat",
        exponentBits,
        mantissaBits,
        bias: bias ?? 2 ** (exponentBits - 1) - 1,
        isSigned: true,
        specials: "finite",
      };
      return plain(id, `E${exponentBits}M${mantissaBits}`, grid, bits, {
        source:
          "Minifloat without infinities and NaN: Aggarwal et al. 2023, arXiv 2311.12359, section III",
        arithmetic:
          bits <= 4 ? ["float4", "float8"] : bits <= 6 ? ["float6", "float8"] : ["float8"],
      });
    },
  },
  {
    pattern: /^posit(\d+)es(\d)$/,
    make: (id, [bits = 0, exponentSize = 0]) =>
      bits < 3 || 16 < bits || exponentSize > 3
        ? undefined
        : plain(id, `Posit(${bits},${exponentSize})`, { kind: "posit", bits, exponentSize }, bits, {
            source:
              "Gustafson & Yonemoto 2017, Beating Floating Point at its Own Game; Posit Standard 2022",
            arithmetic: [],
            scaleRule: "unit",
          }),
  },
  {
    pattern: /^bfp(\d+)$/,
    make: (id, [bits = 0]) => {
      if (bits < 3 || 16 < bits) return undefined;
      const high = 2 ** (bits - 1) - 1;
      const grid: Grid = { kind: "integer", bits, low: -high, high, step: 2 ** (2 - bits) };
      return {
        ...plain(id, `BFP${bits}`, grid, bits, {
          source: "Block floating point, 8-bit shared exponent: arXiv 2403.20137, section 3",
          arithmetic: bits <= 8 ? ["int8"] : ["int16"],
        }),
        granularity: { kind: "group", size: 32 },
        scale: "e8m0",
      };
    },
  },
  {
    pattern: /^pow(\d)a(\d(?:\.\d+)?)$/,
    make: (id, [bits = 0, exponent = 0]) =>
      bits < 2 || 8 < bits || exponent < 0.25 || 8 < exponent
        ? undefined
        : plain(
            id,
            `Power-exponent ${bits} bit, a = ${exponent}`,
            { kind: "power", bits, exponent },
            bits,
            {
              source: "NUPES: Yvinec et al. 2023, arXiv 2308.05600, section 3.1",
              arithmetic: [],
            },
          ),
  },
];

function plain(
  id: string,
  name: string,
  grid: Grid,
  bits: number,
  more: Pick<NumberFormat, "source" | "arithmetic"> & Partial<Pick<NumberFormat, "scaleRule">>,
): NumberFormat {
  return {
    id,
    name,
    grid,
    isAffine: false,
    granularity: { kind: "channel" },
    scale: "float32",
    scaleRule: "max",
    special: { kind: "plain" },
    storage: { elementBits: bits, packedElements: packedOf(bits), alignmentBytes: 1 },
    ...more,
  };
}

/** Fewest elements that fill whole bytes. */
function packedOf(bits: number): number {
  for (let count = 1; count <= 8; count++) if ((count * bits) % 8 === 0) return count;
  return 8;
}
