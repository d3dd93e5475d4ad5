/** A format of multiplier operands as the energy table distinguishes them. */
export interface NumberFormat {
  readonly id: string;
  readonly kind: "integer" | "float" | "logarithm";
  /** Bits in memory, the shared scale's part included. */
  readonly bits: number;
  /** Bits that the multiplier's array sees: the mantissa with its leading one, the magnitude of an integer. */
  readonly mantissaBits: number;
  readonly exponentBits: number;
  /** Elements that share an exponent; 1 for none. */
  readonly blockSize: number;
}

/**
 * `int2` … `int16`, `uint8`; `fp32`, `fp16`, `bf16`, `tf32`, any `fpN-eXmY`; blocks of 32 with a shared 8-bit exponent
 * (OCP Microscaling 1.0) `mxint8`, `mxfp8`, `mxfp6`, `mxfp4`, and `nvfp4` in blocks of 16; `log4` … `log8`.
 */
export function parseNumberFormat(id: string): NumberFormat | undefined {
  const integer = /^u?int(\d{1,2})$/.exec(id);
  if (integer !== null) return inRange(integerOf(id, Number(integer[1])));
  if (id === "binary" || id === "bipolar") return integerOf(id, 1);
  const logarithm = /^log(\d{1,2})$/.exec(id);
  if (logarithm !== null) {
    const bits = Number(logarithm[1]);
    return inRange({
      id,
      kind: "logarithm",
      bits,
      mantissaBits: 1,
      exponentBits: bits - 1,
      blockSize: 1,
    });
  }
  const block = blocks[id];
  if (block !== undefined) return { id, ...block };
  const parts = named[id] ?? /^fp(?:\d{1,2})-e(\d{1,2})m(\d{1,2})$/.exec(id)?.slice(1).map(Number);
  const [exponentBits, fraction] = parts ?? [];
  if (exponentBits === undefined || fraction === undefined) return undefined;
  return inRange({
    id,
    kind: "float",
    bits: 1 + exponentBits + fraction,
    mantissaBits: fraction + 1,
    exponentBits,
    blockSize: 1,
  });
}

function integerOf(id: string, bits: number): NumberFormat {
  return { id, kind: "integer", bits, mantissaBits: bits, exponentBits: 0, blockSize: 1 };
}

function inRange(format: NumberFormat): NumberFormat | undefined {
  return 1 <= format.bits && format.bits <= 64 ? format : undefined;
}

const named: Readonly<Record<string, readonly [number, number]>> = {
  fp32: [8, 23],
  tf32: [8, 10],
  bf16: [8, 7],
  fp16: [5, 10],
  fp8: [4, 3],
};

const blocks: Readonly<Record<string, Omit<NumberFormat, "id">>> = {
  mxint8: { kind: "integer", bits: 8.25, mantissaBits: 8, exponentBits: 0, blockSize: 32 },
  mxfp8: { kind: "float", bits: 8.25, mantissaBits: 4, exponentBits: 4, blockSize: 32 },
  mxfp6: { kind: "float", bits: 6.25, mantissaBits: 4, exponentBits: 2, blockSize: 32 },
  mxfp4: { kind: "float", bits: 4.25, mantissaBits: 2, exponentBits: 2, blockSize: 32 },
  nvfp4: { kind: "float", bits: 4.5, mantissaBits: 2, exponentBits: 2, blockSize: 16 },
};
