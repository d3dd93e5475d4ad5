import type { AcceleratorPrecision, MultiplierStyle } from "./accelerator.js";
import { parseNumberFormat, type NumberFormat } from "./number-format.js";
import { operationAt, type OperationTable, type Technology } from "./technology.js";

/** Energy and area of one multiply-accumulate, in joules and square metres. */
export interface MacUnit {
  readonly energy: number;
  readonly area: number;
}

/**
 * A multiply-accumulate of two formats at a node. Rows of the table are taken as they stand; formats that it lacks
 * follow from its rows:
 *
 * - integers: a multiplier is an array of bits × bits cells, so that its cost goes with the product of the widths, by the
 *   power that int8 and int32 of the table show; an adder goes with its width.
 * - floating point: the same array over the mantissas, and alignment, rounding and exponents, which go with the mantissa
 *   (the part of the table's fp16 that the array does not explain). fp16, fp32 and bf16 of the table agree within 35 %.
 * - blocks with a shared exponent: products are summed as integers; the exponents are added once for a block.
 * - logarithms: a multiplication is an addition of exponents, and a shift into the sum.
 * - L-Mul: a multiplication of floats is one addition of integers as wide as they are (arXiv 2410.00907, section 2.2).
 * - bit-serial: an adder of the weight's width for each bit of the activation, one after the other.
 */
export function macUnit(
  technology: Technology,
  node: number,
  precision: AcceleratorPrecision,
  style: MultiplierStyle,
): MacUnit {
  const weights = parseNumberFormat(precision.weights) ?? int8;
  const activations = parseNumberFormat(precision.activations) ?? int8;
  const of = (kind: "" | "Area"): number =>
    costOf({ technology, node, kind }, weights, activations, precision.accumulatorBits, style);
  const factors = Object.hasOwn(technology.multipliers, style)
    ? technology.multipliers[style]
    : undefined;
  return {
    energy: of("") * (factors?.energy.value ?? 1),
    area: of("Area") * (factors?.area.value ?? 1),
  };
}

interface Table {
  readonly technology: Technology;
  readonly node: number;
  readonly kind: "" | "Area";
}

function costOf(
  table: Table,
  weights: NumberFormat,
  activations: NumberFormat,
  accumulatorBits: number,
  style: MultiplierStyle,
): number {
  if (style === "bit-serial") {
    const step = addInteger(table, weights.mantissaBits + 2) + addInteger(table, accumulatorBits);
    // The same adders work in every cycle: their energy counts once a bit, their area once.
    return table.kind === "" ? Math.ceil(activations.bits) * step : step;
  }
  if (style === "l-mul")
    return (
      addInteger(table, Math.max(weights.bits, activations.bits)) + addFloat(table, accumulatorBits)
    );
  const isLogarithm = weights.kind === "logarithm" || activations.kind === "logarithm";
  if (isLogarithm) {
    const exponents = addInteger(table, Math.max(weights.bits, activations.bits));
    return exponents + 2 * addInteger(table, accumulatorBits);
  }
  const block = Math.max(weights.blockSize, activations.blockSize);
  const isFloat = weights.kind === "float" || activations.kind === "float";
  if (block > 1) {
    const products = weights.mantissaBits + activations.mantissaBits;
    const spread = 2 ** Math.max(weights.exponentBits, activations.exponentBits);
    const inner = addInteger(table, Math.min(accumulatorBits, products + (isFloat ? spread : 5)));
    const shared = (addInteger(table, 8) + addFloat(table, accumulatorBits)) / block;
    return multiply(table, weights, activations, isFloat) + inner + shared;
  }
  const sum = isFloat ? addFloat(table, accumulatorBits) : addInteger(table, accumulatorBits);
  return multiply(table, weights, activations, isFloat) + sum;
}

function multiply(table: Table, a: NumberFormat, b: NumberFormat, isFloat: boolean): number {
  const own = a.id === b.id ? row(table, "multiply", a.id) : undefined;
  if (own !== undefined) return own;
  const cells = integerProduct(table, a.mantissaBits * b.mantissaBits);
  if (!isFloat) return cells;
  const half = row(table, "multiply", "fp16") ?? 0;
  const around = Math.max(0, half - integerProduct(table, 11 * 11)) / 11;
  return cells + around * Math.sqrt(a.mantissaBits * b.mantissaBits);
}

/** Through int8 and int32 of the table by a power of the cells; below int8 in proportion to them. */
function integerProduct(table: Table, cells: number): number {
  const at8 = row(table, "multiply", "int8") ?? 0;
  const at32 = row(table, "multiply", "int32") ?? at8 * 16;
  if (cells <= 64) return (at8 * cells) / 64;
  return at8 * (at32 / at8) ** (Math.log(cells / 64) / Math.log(16));
}

function addInteger(table: Table, bits: number): number {
  const at8 = row(table, "add", "int8") ?? 0;
  const at32 = row(table, "add", "int32") ?? at8 * 4;
  if (bits <= 8) return (at8 * bits) / 8;
  return at8 + ((at32 - at8) * (bits - 8)) / 24;
}

function addFloat(table: Table, bits: number): number {
  return row(table, "add", bits > 16 ? "fp32" : "fp16") ?? 0;
}

function row(
  { technology, node, kind }: Table,
  name: "multiply" | "add",
  format: string,
): number | undefined {
  const key: OperationTable = kind === "" ? name : `${name}Area`;
  return operationAt(technology, node, key, format);
}

const int8: NumberFormat = {
  id: "int8",
  kind: "integer",
  bits: 8,
  mantissaBits: 8,
  exponentBits: 0,
  blockSize: 1,
};
