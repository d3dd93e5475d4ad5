import type { GpuDevice } from "../gpu-device.js";
import { elementsOf } from "./interpret/value.js";
import type { AccessOp, DotOp, LoopFacts, TileOp } from "./interpret/ops.js";
import type { TileProgram } from "./program.js";

/** Which of the ways of the compiler a device gets. */
export interface Backend {
  /** `cp.async` and with it pipelined loads: compute capability 8.0. */
  readonly hasAsyncCopy: boolean;
  /** `wgmma` (9.0) and `tcgen05` (10.x), which read their factors from shared memory themselves; consumer Blackwell (12.x) has neither. */
  readonly hasAsyncDot: boolean;
  /** Accumulators lie in tensor memory, not in registers. */
  readonly hasTensorMemory: boolean;
}

export function backendOf({ capability }: GpuDevice): Backend {
  const major = Number.parseInt(capability.computeCapability, 10);
  return {
    hasAsyncCopy: major >= 8,
    hasAsyncDot: major === 9 || major === 10,
    hasTensorMemory: major === 10,
  };
}

/** `wgmma` takes 64 rows for a group of four warps. */
export function isAsyncDot(dot: DotOp, warps: number, { hasAsyncDot }: Backend): boolean {
  return hasAsyncDot && dot.m >= 64 && warps >= 4 && !dot.isExact && dot.type !== "float64";
}

/** What a program keeps in shared memory, and for which lines. */
export interface SharedUse {
  readonly bytes: number;
  readonly parts: readonly SharedPart[];
}

export interface SharedPart {
  readonly array: string;
  readonly bytes: number;
  /** Copies of the tile that are on their way at once. */
  readonly copies: number;
  readonly tileBytes: number;
  readonly op: AccessOp | undefined;
}

/**
 * Shared memory of a program as Triton 3 allots it: each load that feeds a product of an innermost loop has one copy for each
 * stage that is on its way, `num_stages` where products are asynchronous and one less where a warp waits for its own
 * (`lib/Dialect/TritonGPU/Transforms/Pipeliner`); before Triton 2.2 it was `num_stages` everywhere. Loops that follow one
 * another use the same bytes again, and so does what a result is turned round in before it is stored.
 */
export function sharedUseOf(program: TileProgram, backend: Backend): SharedUse {
  const { ops, warps } = program;
  const dots = ops.filter((op) => op.kind === "dot");
  const byLoop = new Map<string, SharedPart[]>();
  const seen = new Set<string>();
  for (const dot of dots) {
    const loop = dot.loops.at(-1);
    const key = loop?.id ?? "";
    const parts = byLoop.get(key) ?? [];
    byLoop.set(key, parts);
    for (const [factor, side] of [
      [dot.left, "left"],
      [dot.right, "right"],
    ] as const) {
      const place = `${key} ${factor?.span.start ?? `${dot.span.start} ${side}`}`;
      if (seen.has(place)) continue;
      seen.add(place);
      const part = partOf(dot, factor, side, loop, program, backend);
      if (part !== undefined) parts.push(part);
    }
  }
  const scratch: SharedPart[] = [];
  for (const op of ops) {
    const bytes = scratchOf(op, warps);
    if (bytes > 0 && op.kind === "access")
      scratch.push({ array: op.array, bytes, copies: 1, tileBytes: bytes, op });
    else if (bytes > 0)
      scratch.push({ array: "", bytes, copies: 1, tileBytes: bytes, op: undefined });
  }
  const choices = [...byLoop.values(), ...scratch.map((part) => [part])];
  let most: readonly SharedPart[] = [];
  for (const parts of choices) if (sumOf(parts) > sumOf(most)) most = parts;
  return { bytes: sumOf(most), parts: most };
}

function sumOf(parts: readonly SharedPart[]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

function partOf(
  dot: DotOp,
  factor: AccessOp | undefined,
  side: "left" | "right",
  loop: LoopFacts | undefined,
  { warps, stages }: TileProgram,
  backend: Backend,
): SharedPart | undefined {
  const isAsync = isAsyncDot(dot, warps, backend);
  if (factor === undefined) {
    // What was computed stays in registers on the left; on the right every warp needs all of it.
    if (side === "left") return undefined;
    const bytes = dot.batch * dot.k * dot.n * dot.rightElementBytes;
    return { array: "", bytes, copies: 1, tileBytes: bytes, op: undefined };
  }
  const tileBytes = elementsOf(factor) * factor.elementBytes;
  const copies = copiesOf(factor, isAsync, loop, stages, backend);
  return { array: factor.array, bytes: copies * tileBytes, copies, tileBytes, op: factor };
}

/** One of what is loaded before the loop: it stays in shared memory, from where each turn reads its fragments again. */
function copiesOf(
  factor: AccessOp,
  isAsync: boolean,
  loop: LoopFacts | undefined,
  programStages: number,
  backend: Backend,
): number {
  if (loop === undefined || factor.loops.at(-1)?.id !== loop.id) return 1;
  const stages = loop.stages ?? programStages;
  if (!isPipelined(factor, stages, backend)) return 1;
  return Math.max(1, isAsync || factor.isDescriptor ? stages : stages - 1);
}

/** Whether the compiler moves a load ahead by whole turns of its loop. */
export function isPipelined(factor: AccessOp, programStages: number, backend: Backend): boolean {
  const loop = factor.loops.at(-1);
  if (loop === undefined || !loop.isInnermost || !factor.feedsDot) return false;
  const stages = loop.stages ?? programStages;
  return backend.hasAsyncCopy && stages > 1 && factor.deps.has(loop.id);
}

/** Rows that warps turn round at a time before they store what tensor cores left, and what they exchange in reductions. */
function scratchOf(op: TileOp, warps: number): number {
  if (op.kind === "access" && op.direction === "write" && op.isFromDot && op.shape.length >= 2) {
    const rows = op.shape.at(-2) ?? 1;
    const columns = op.shape.at(-1) ?? 1;
    return Math.min(rows, 16 * warps) * columns * op.elementBytes;
  }
  if (op.kind !== "reduce" || op.isFromDot) return 0;
  const outputs = op.elements / Math.max(1, op.length);
  return Math.min(outputs, 1024) * Math.min(warps, Math.max(1, op.length / 32)) * op.elementBytes;
}
