import type { GpuDevice } from "../gpu-device.js";
import type { GlobalAccess, GpuKernel, GpuWork, SharedAccess, UnknownSize } from "../gpu-kernel.js";
import { elementsOf } from "./interpret/value.js";
import {
  type AccessOp,
  type AtomicOp,
  type DotOp,
  type ReduceOp,
  type TileOp,
  turnsOf,
  unknownTurnsOf,
} from "./interpret/ops.js";
import type { TileProgram } from "./program.js";
import { type RegisterUse, mostRegisters, registersOf, warpTiles } from "./registers.js";
import {
  type Backend,
  type SharedUse,
  backendOf,
  isAsyncDot,
  isPipelined,
  sharedUseOf,
} from "./shared-memory.js";

/** A program of tiles as warps of a device do it. */
export interface LoweredProgram {
  readonly kernel: GpuKernel;
  readonly shared: SharedUse;
  readonly registers: RegisterUse;
}

const lanes = 32;

export function toGpuKernel(program: TileProgram, device: GpuDevice): LoweredProgram {
  const backend = backendOf(device);
  const shared = sharedUseOf(program, backend);
  const registers = registersOf(program, backend);
  const { needed } = registers;
  const most = Math.min(mostRegisters, program.mostRegisters ?? mostRegisters);
  const capped = (value: number): number => Math.min(most, Math.max(16, value));
  const waiting = new Set<string>();
  const work = program.ops.flatMap((op) => workOf(op, program, backend, waiting));
  const { function: source } = program.source;
  return {
    shared,
    registers,
    kernel: {
      name: source.name,
      place: source.nameSpan,
      span: { start: source.start, end: source.end },
      threadsPerBlock: lanes * program.warps,
      registers: {
        value: capped(needed.value),
        low: capped(needed.low),
        high: capped(needed.high),
      },
      sharedBytes: shared.bytes,
      axes: program.grid.axes.map(({ name, extent }) => ({ name, extent })),
      work: [...work, ...spilled(registers, most, program)],
      unknowns: unknownsOf(program),
      ...outputsOf(program),
    },
  };
}

/** What does not fit the registers is written to and read from local memory, in the loop that needs it most. */
function spilled({ needed, largest }: RegisterUse, most: number, program: TileProgram): GpuWork[] {
  const words = needed.value - most;
  if (words <= 0) return [];
  const span = largest?.span ?? program.source.function.nameSpan;
  const turns = largest === undefined ? 1 : turnsOf(largest);
  const each = {
    place: span,
    executions: words * program.warps * turns,
    unknownTurns: [],
    waits: 0,
  };
  const access = {
    ...each,
    kind: "global" as const,
    array: "spilled registers",
    usefulBytes: 128,
    sectors: 4,
    lines: 1,
    blockBytes: words * program.warps * 128,
    turnBytes: words * program.warps * 128,
    gridBytes: undefined,
    variesAlong: program.grid.axes.map(() => true),
    isAsynchronous: false,
  };
  return [
    { ...access, direction: "write" },
    { ...access, direction: "read", waits: turns },
  ];
}

function workOf(
  op: TileOp,
  program: TileProgram,
  backend: Backend,
  waiting: Set<string>,
): readonly GpuWork[] {
  switch (op.kind) {
    case "arithmetic": {
      const isHalf = op.pipe === "float16";
      const results = isHalf ? 2 * lanes : lanes;
      return [
        {
          ...common(op, (op.elements * op.instructionsPerElement) / results),
          kind: "arithmetic",
          pipe: op.pipe,
          results,
          flops:
            op.instructionsPerElement > 0
              ? (results * op.flopsPerElement) / op.instructionsPerElement
              : 0,
        },
      ];
    }
    case "dot":
      return dotWork(op, program, backend);
    case "access":
      return accessWork(op, program, backend, waiting);
    case "atomic":
      return [atomicWork(op)];
    case "reduce":
      return reduceWork(op, program.warps);
  }
}

function common(
  op: TileOp,
  executions: number,
  waits = 0,
): Pick<GpuWork, "place" | "executions" | "unknownTurns" | "waits"> {
  const turns = turnsOf(op);
  return {
    place: op.span,
    executions: executions * turns,
    unknownTurns: unknownTurnsOf(op),
    waits: waits * turns,
  };
}

const typesOfCores: Readonly<Record<string, string>> = { float32: "tfloat32" };

function dotWork(dot: DotOp, program: TileProgram, backend: Backend): readonly GpuWork[] {
  const { batch, m, n, k } = dot;
  if (dot.isExact) return exactDotWork(dot);
  const isAsynchronous = isAsyncDot(dot, program.warps, backend);
  // Smaller tiles are padded to what an instruction takes.
  const rows = Math.max(16, m);
  const columns = Math.max(8, n);
  const depth = Math.max(16, k);
  const width = isAsynchronous ? Math.min(256, columns) : 8;
  const flops = 2 * 16 * width * 16;
  const executions = (batch * rows * columns * depth) / (16 * width * 16);
  const type = typesOfCores[dot.type] ?? dot.type;
  const tensor: GpuWork = {
    ...common(dot, executions, isAsynchronous ? 1 : Math.max(1, depth / 16)),
    kind: "tensor",
    type,
    shape: isAsynchronous ? `m64n${width}k16` : "m16n8k16",
    flops,
    isAsynchronous,
  };
  if (isAsynchronous) return [tensor];
  const tiles = warpTiles(dot, program.warps);
  const bytes =
    batch *
    (m * k * tiles.columns * dot.leftElementBytes * (dot.left === undefined ? 0 : 1) +
      k * n * tiles.rows * dot.rightElementBytes);
  return [tensor, sharedMove(dot, "read", dot.right?.array ?? "", bytes)];
}

/** In ordinary arithmetic, factors read from shared memory for blocks of eight by eight. */
function exactDotWork(dot: DotOp): readonly GpuWork[] {
  const products = dot.batch * dot.m * dot.n * dot.k;
  const pipe = dot.type === "float64" ? "float64" : "float32";
  return [
    {
      ...common(dot, products / lanes, 1),
      kind: "arithmetic",
      pipe,
      results: lanes,
      flops: 2 * lanes,
    },
    sharedMove(dot, "read", dot.right?.array ?? "", (products / 8) * 2 * dot.leftElementBytes),
  ];
}

/** 16 bytes a lane, swizzled so that no banks are in the way of each other. */
function sharedMove(
  op: TileOp,
  direction: "read" | "write",
  array: string,
  bytes: number,
): SharedAccess {
  return {
    ...common(op, bytes / 512),
    kind: "shared",
    direction,
    array,
    usefulBytes: 512,
    wavefronts: 4,
    ways: 1,
  };
}

function accessWork(
  op: AccessOp,
  program: TileProgram,
  backend: Backend,
  waiting: Set<string>,
): readonly GpuWork[] {
  const threads = lanes * program.warps;
  const shape = shapeOfAccess(op, threads);
  const loop = op.loops.at(-1);
  const isAhead = isPipelined(op, program.stages, backend);
  const key = `${loop?.id ?? ""} ${op.isIndirect ? String(op.span.start) : ""}`;
  const isFirst = op.direction === "read" && !waiting.has(key);
  if (isFirst) waiting.add(key);
  const stages = loop?.stages ?? program.stages;
  const waits = isFirst ? (isAhead ? 1 / Math.max(1, stages - 1) : 1) : 0;
  const bytes = shape.elements * op.elementBytes * op.share;
  const rowBytes = shape.run * op.elementBytes;
  const wholeSectors = rowBytes > 0 ? (Math.ceil(rowBytes / 32) * 32) / rowBytes : 1;
  const blockTurns = op.loops.reduce<number | undefined>((product, { id, turns }) => {
    if (!op.deps.has(id)) return product;
    return product === undefined || turns === undefined ? undefined : product * turns;
  }, 1);
  const isGather = op.isIndirect && shape.sectors === undefined;
  const blockBytes =
    blockTurns === undefined || isGather
      ? undefined
      : bytes * wholeSectors * blockTurns * op.weight;
  const varies = program.grid.axes.map(({ deps }) => intersects(deps, op.deps));
  const extents = program.grid.axes.map(({ extent }, axis) => (varies[axis] === true ? extent : 1));
  const isGridKnown = !op.isIndirect && !extents.includes(undefined);
  const access: GlobalAccess = {
    ...common(op, shape.executions * op.share, waits),
    kind: "global",
    direction: op.direction,
    array: op.array,
    usefulBytes: shape.elementsPerInstruction * op.elementBytes,
    sectors: shape.sectors,
    lines: shape.lines,
    blockBytes,
    ...(op.loops.length > 0 && { turnBytes: bytes }),
    gridBytes:
      blockBytes === undefined || !isGridKnown
        ? undefined
        : extents.reduce<number>((product, extent) => product * (extent ?? 1), blockBytes),
    variesAlong: varies,
    isAsynchronous: isAhead || op.isDescriptor,
    ...(shape.laneStride !== undefined && { laneStride: shape.laneStride }),
  };
  // What a product reads from shared memory and no asynchronous copy brought there is stored by the threads.
  const isStored = op.feedsDot && op.direction === "read" && !access.isAsynchronous;
  return isStored ? [access, sharedMove(op, "write", op.array, bytes)] : [access];
}

function intersects(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const item of a) if (b.has(item)) return true;
  return false;
}

/** How a tile is dealt out to the lanes of a warp. */
export interface AccessShape {
  /** Different elements of the tile. */
  readonly elements: number;
  readonly executions: number;
  readonly elementsPerInstruction: number;
  readonly sectors: number | undefined;
  readonly lines: number | undefined;
  /** Elements that lie side by side. */
  readonly run: number;
  readonly laneStride: number | undefined;
  /** Elements that a lane moves at once. */
  readonly vector: number;
}

/**
 * Triton deals a tile out along the axis that is contiguous, up to 16 bytes a lane (`lib/Dialect/TritonGPU/Transforms/Coalesce.cpp`);
 * starts of rows are taken to be aligned, as allocators and the specialisation on multiples of 16 make them.
 */
export function shapeOfAccess(op: AccessOp | AtomicOp, threads: number): AccessShape {
  const moving = op.shape.flatMap((extent, axis) =>
    extent > 1 && op.strides[axis] !== 0 ? [{ extent, stride: op.strides[axis] }] : [],
  );
  const elements = moving.reduce((product, { extent }) => product * extent, 1);
  const all = elementsOf(op);
  const unit = moving.find(({ stride }) => stride === 1 || stride === -1);
  const run = unit?.extent ?? 1;
  const perThread = Math.max(1, Math.floor(all / threads));
  const vector = largestPower(Math.min(16 / op.elementBytes, run, perThread));
  const executions = Math.max(1, all / (lanes * vector));
  const elementsPerInstruction = Math.min(elements, lanes * vector);
  const bytes = op.elementBytes;
  if (moving.length === 0) {
    const one = { sectors: 1, lines: 1, run: 1, laneStride: 0, vector: 1 };
    // One address for all lanes: each warp asks for it.
    return { elements: 1, executions: Math.max(1, executions), elementsPerInstruction: 1, ...one };
  }
  if (unit !== undefined) {
    const rows = Math.max(1, Math.ceil(elementsPerInstruction / run));
    const rowBytes = Math.min(run, elementsPerInstruction) * bytes;
    const sectors = rows * Math.ceil(rowBytes / 32);
    const found = { sectors, lines: rows * Math.ceil(rowBytes / 128), run, laneStride: 1, vector };
    return { elements, executions, elementsPerInstruction, ...found };
  }
  const known = moving.map(({ stride }) => stride);
  const numbers = known.filter((stride): stride is number => typeof stride === "number");
  const count = Math.min(elementsPerInstruction, lanes);
  if (numbers.length > 0) {
    const step = Math.min(...numbers.map(Math.abs));
    const sectors = Math.min(count, Math.ceil((count * step * bytes) / 32));
    const lines = Math.min(count, Math.ceil((count * step * bytes) / 128));
    return {
      elements,
      executions,
      elementsPerInstruction,
      sectors,
      lines,
      run,
      laneStride: step,
      vector,
    };
  }
  const isNamed = known.every((stride) => stride !== undefined);
  const apart = isNamed ? count : undefined;
  const found = { sectors: apart, lines: apart, run, laneStride: undefined, vector };
  return { elements, executions, elementsPerInstruction, ...found };
}

function largestPower(value: number): number {
  return value < 1 ? 1 : 2 ** Math.floor(Math.log2(value));
}

function atomicWork(op: AtomicOp): GpuWork {
  const moving = op.shape.some((extent, axis) => extent > 1 && op.strides[axis] !== 0);
  return {
    ...common(op, Math.max(1, elementsOf(op) / lanes) * op.share),
    kind: "atomic",
    space: "global",
    array: op.array,
    addresses: moving ? lanes : 1,
    isContended: ![...op.deps].some((dep) => dep.startsWith("program ") || dep === "memory"),
    bytes: op.elementBytes,
  };
}

/** Within a thread, then between lanes by shuffles, then between warps through shared memory. */
function reduceWork(op: ReduceOp, warps: number): readonly GpuWork[] {
  const outputs = op.elements / Math.max(1, op.length);
  // As tensor cores leave a tile, four lanes share a row.
  const across = op.isFromDot ? 4 : Math.min(lanes, Math.max(1, op.length / 4));
  const steps = Math.max(1, Math.log2(Math.max(2, across)));
  const isSplit = !op.isFromDot && op.length >= lanes * 4 && outputs < warps;
  const parts = isSplit ? warps : 1;
  const factor = op.isScan ? 2 : 1;
  const pipe = op.isFloat ? "float32" : "int32";
  const shuffles = factor * steps * Math.max(1, (outputs * across) / lanes) * parts;
  return [
    {
      ...common(op, (factor * op.elements) / lanes),
      kind: "arithmetic",
      pipe,
      results: lanes,
      flops: op.isFloat ? lanes : 0,
    },
    {
      ...common(op, shuffles, factor * steps),
      kind: "arithmetic",
      pipe: "shuffle",
      results: lanes,
      flops: 0,
    },
    ...(isSplit
      ? [
          sharedMove(op, "write", "", outputs * parts * op.elementBytes),
          { ...common(op, warps * 2, 2), kind: "barrier" as const },
        ]
      : []),
  ];
}

/** Elements that a program stores, in the array that it stores most of. */
function outputsOf({ ops }: TileProgram): { readonly outputsPerBlock?: number } {
  const byArray = new Map<string, number>();
  for (const op of ops) {
    if (op.kind !== "access" || op.direction !== "write" || unknownTurnsOf(op).length > 0) continue;
    const stored = elementsOf(op) * op.share * turnsOf(op);
    byArray.set(op.array, (byArray.get(op.array) ?? 0) + stored);
  }
  const most = Math.max(0, ...byArray.values());
  return most > 0 ? { outputsPerBlock: most } : {};
}

function unknownsOf({ ops, grid, bindings }: TileProgram): readonly UnknownSize[] {
  const found = new Map<string, UnknownSize>();
  for (const op of ops)
    for (const { turns, turnsText } of op.loops)
      if (turns === undefined && !found.has(turnsText))
        found.set(turnsText, { name: turnsText, role: "turns of a loop" });
  if (bindings.grid === undefined)
    found.set("grid", { name: "grid", role: "programs of the launch" });
  else
    for (const { name, extent } of grid.axes)
      if (extent === undefined) found.set(name, { name, role: "programs along this axis" });
  return [...found.values()];
}
