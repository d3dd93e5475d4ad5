import type { Sourced } from "../targets/chip.js";

/**
 * Energy and area of single operations by technology node, as `server/data/technology/operations.json` has them. Values
 * at other nodes follow a power of the node's length through the nearest two that have the row.
 */
export interface Technology {
  readonly nodes: readonly TechnologyNode[];
  /** Multipliers built differently: factors on the area and energy of the plain one. */
  readonly multipliers: Readonly<
    Record<string, { readonly area: Sourced; readonly energy: Sourced }>
  >;
  /** Joules a byte by kind of memory beside the chip. */
  readonly dram: Readonly<Record<string, Sourced>>;
  /** Square metres of a flip-flop at 45 nm. */
  readonly flipFlopArea: Sourced;
}

export interface TechnologyNode {
  /** Nanometres. */
  readonly node: number;
  /** Joules by number format. */
  readonly multiply: Readonly<Record<string, Sourced>>;
  readonly add: Readonly<Record<string, Sourced>>;
  /** Square metres by number format. */
  readonly multiplyArea: Readonly<Record<string, Sourced>>;
  readonly addArea: Readonly<Record<string, Sourced>>;
  /** Joules a byte of reading a memory on the chip, by its size, smallest first. */
  readonly sram: readonly { readonly bytes: number; readonly energy: Sourced }[];
  /** Square metres of a memory cell. */
  readonly bitArea: Sourced | undefined;
  /** Transistors in a square metre. */
  readonly density: Sourced | undefined;
}

export type OperationTable = "multiply" | "add" | "multiplyArea" | "addArea";

/**
 * A row of a table at any node; undefined when no node has it. What a single node has scales as logic does: areas with the
 * density of transistors, energies as fp16, which two nodes have.
 */
export function operationAt(
  technology: Technology,
  node: number,
  table: OperationTable,
  format: string,
): number | undefined {
  const points = technology.nodes.flatMap((entry) => {
    const found = Object.hasOwn(entry[table], format) ? entry[table][format] : undefined;
    return found === undefined ? [] : [{ node: entry.node, value: found.value }];
  });
  const [only] = points;
  if (points.length !== 1 || only === undefined) return atNode(points, node);
  if (table.endsWith("Area")) return only.value * areaScale(technology, node, only.node);
  if (format === scalingRow) return only.value;
  const here = operationAt(technology, node, table, scalingRow);
  const there = operationAt(technology, only.node, table, scalingRow);
  return here === undefined || there === undefined ? only.value : (only.value * here) / there;
}

const scalingRow = "fp16";

/** Area of the same logic at one node relative to another: inverse to the density of transistors. */
export function areaScale(technology: Technology, node: number, reference: number): number {
  const points = technology.nodes.flatMap(({ node: at, density }) =>
    density === undefined ? [] : [{ node: at, value: density.value }],
  );
  const here = atNode(points, node);
  const there = atNode(points, reference);
  return here === undefined || there === undefined ? (node / reference) ** 2 : there / here;
}

export function bitAreaAt(technology: Technology, node: number): number {
  const points = technology.nodes.flatMap(({ node: at, bitArea }) =>
    bitArea === undefined ? [] : [{ node: at, value: bitArea.value }],
  );
  return atNode(points, node) ?? 0;
}

/** Joules of reading or writing a byte of a memory of so many bytes. Below the smallest of the table by the square root: wires. */
export function sramEnergy(technology: Technology, node: number, bytes: number): number {
  const points = technology.nodes.flatMap(({ node: at, sram }) => {
    const value = bySize(
      sram.map((entry) => ({ bytes: entry.bytes, value: entry.energy.value })),
      bytes,
    );
    return value === undefined ? [] : [{ node: at, value }];
  });
  return atNode(points, node) ?? 0;
}

function bySize(
  points: readonly { readonly bytes: number; readonly value: number }[],
  bytes: number,
): number | undefined {
  const sorted = [...points].sort((a, b) => a.bytes - b.bytes);
  const [first, second] = sorted;
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return undefined;
  if (bytes <= first.bytes || second === undefined)
    return first.value * Math.sqrt(Math.max(1, bytes) / first.bytes);
  // Beyond the largest a memory is made of banks, and the wires between them grow with the square root as well.
  if (bytes >= last.bytes) return last.value * Math.sqrt(bytes / last.bytes);
  const above = sorted.findIndex((point) => bytes <= point.bytes);
  const low = sorted[above - 1] ?? first;
  const high = sorted[above] ?? last;
  const share = Math.log(bytes / low.bytes) / Math.log(high.bytes / low.bytes);
  return low.value * (high.value / low.value) ** share;
}

/** By a power of the length between the nearest two points, or along the nearest pair beyond them. */
function atNode(
  points: readonly { readonly node: number; readonly value: number }[],
  node: number,
): number | undefined {
  const sorted = [...points].sort((a, b) => a.node - b.node);
  const [first] = sorted;
  if (first === undefined) return undefined;
  if (sorted.length === 1) return first.value;
  let above = sorted.findIndex((point) => node <= point.node);
  if (above < 0) above = sorted.length - 1;
  const high = sorted[Math.max(1, above)] ?? first;
  const low = sorted[Math.max(1, above) - 1] ?? first;
  const share = Math.log(node / low.node) / Math.log(high.node / low.node);
  return low.value * (high.value / low.value) ** share;
}
