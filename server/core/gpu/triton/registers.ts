import type { Amount } from "../../design/design.js";
import { elementsOf } from "./interpret/value.js";
import type { DotOp, TileOp } from "./interpret/ops.js";
import type { TileProgram } from "./program.js";
import { type Backend, isAsyncDot, isPipelined } from "./shared-memory.js";

/** Registers that a thread has at most (CUDA programming guide, table of compute capabilities). */
export const mostRegisters = 255;
/**
 * Loop counters, scales, masks and what else is always there: with it products of 128 × 128 on RTX 4090 come out at 162 registers
 * (Triton 3.6 takes 136 to 178 by the number of stages; github.com/lyell0710/triton-kernels, records/EXP-T08).
 */
const base = 34;

export interface RegisterUse {
  /** A thread's; above 255 the rest is spilled to local memory. */
  readonly needed: Amount;
  /** A thread's part of all accumulators. */
  readonly accumulators: number;
  /** The largest accumulator, and where it is made. */
  readonly largest: DotOp | undefined;
}

/** What is alive at once: accumulators, fragments of factors, addresses, and what element-wise work has in hand. */
export function registersOf(program: TileProgram, backend: Backend): RegisterUse {
  const threads = 32 * program.warps;
  const words = (elements: number, bytes: number): number =>
    Math.ceil((elements * bytes) / 4 / threads);
  const dots = unique(program.ops.filter((op) => op.kind === "dot"));
  // What a loop adds up stays; a product inside of the same loop that feeds another is alive with it.
  const accumulators = backend.hasTensorMemory
    ? 0
    : Math.max(
        0,
        ...groupsByLoop(dots).map((group) =>
          group.reduce((sum, dot) => sum + words(dot.batch * dot.m * dot.n, 4), 0),
        ),
      );
  const fragments = Math.max(0, ...dots.map((dot) => fragmentsOf(dot, program.warps, backend)));
  const addresses = unique(program.ops).reduce(
    (sum, op) =>
      op.kind === "access" && op.loops.length > 0 ? sum + addressesOf(op, threads) : sum,
    0,
  );
  const held = unique(program.ops)
    .flatMap((op) =>
      op.kind === "access" && op.direction === "read" && !isPipelined(op, program.stages, backend)
        ? [words(elementsOf(op), Math.max(4, op.elementBytes))]
        : [],
    )
    .sort((a, b) => b - a);
  const largestTile = Math.max(
    0,
    ...program.ops.map((op) => (op.kind === "arithmetic" ? words(op.elements, 4) : 0)),
  );
  const elementwise =
    dots.length > 0
      ? Math.max(0, largestTile - accumulators)
      : (held[0] ?? 0) + Math.max(held[1] ?? 0, largestTile);
  const value = base + accumulators + fragments + Math.min(64, addresses) + elementwise;
  const needed: Amount = {
    value,
    low: base + Math.max(accumulators, elementwise),
    high: Math.ceil(1.25 * value + 8),
  };
  const largest = [...dots].sort((a, b) => b.batch * b.m * b.n - a.batch * a.m * a.n)[0];
  return { needed, accumulators, largest };
}

/** Programs that differ in their loops alone have the same operations several times. */
function unique<Op extends TileOp>(ops: readonly Op[]): readonly Op[] {
  const found = new Map<string, Op>();
  for (const op of ops) {
    const key = `${op.kind} ${op.span.start} ${op.span.end}`;
    if (!found.has(key)) found.set(key, op);
  }
  return [...found.values()];
}

function groupsByLoop(dots: readonly DotOp[]): readonly (readonly DotOp[])[] {
  const groups = new Map<string, DotOp[]>();
  for (const dot of dots) {
    const key = dot.loops.at(-1)?.id ?? "";
    groups.set(key, [...(groups.get(key) ?? []), dot]);
  }
  return [...groups.values()];
}

/** Two steps of 16 of both factors, one in use and one on its way, for the part of the tile that a warp has. */
function fragmentsOf(dot: DotOp, warps: number, backend: Backend): number {
  if (isAsyncDot(dot, warps, backend)) return dot.left === undefined ? 8 : 0;
  const { rows, columns } = warpTiles(dot, warps);
  const elements = 2 * (dot.m / rows + dot.n / columns) * 16;
  return Math.ceil((elements * dot.leftElementBytes) / 4 / 32);
}

/** How a product is dealt out: warps along its rows and columns, as square as may be. */
export function warpTiles(
  { m, n }: Pick<DotOp, "m" | "n">,
  warps: number,
): { readonly rows: number; readonly columns: number } {
  let [rows, columns] = [1, 1];
  while (rows * columns < warps) {
    const canGrowRows = m / rows > 16;
    if (canGrowRows && m / rows >= n / columns) rows *= 2;
    else if (n / columns > 8) columns *= 2;
    else if (canGrowRows) rows *= 2;
    else break;
  }
  return { rows, columns };
}

function addressesOf(op: Extract<TileOp, { kind: "access" }>, threads: number): number {
  if (op.isDescriptor) return 0;
  const vector = op.strides.includes(1) ? 16 / op.elementBytes : 1;
  return 2 * Math.ceil(elementsOf(op) / vector / threads);
}
