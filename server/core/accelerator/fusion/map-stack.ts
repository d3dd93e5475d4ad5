import type { Kernel } from "../../lower/lowered.js";
import type { KernelShape } from "../../ops/kernel-shape.js";
import { peakMacsPerCycle, type Accelerator, type Operand } from "../accelerator.js";
import { bufferJoules, dramJoulesPerByte, type EnergyParts } from "../energy.js";
import { dramName, type MemoryTraffic } from "../map-contraction.js";
import type { KernelMapping, KernelQuestion } from "../map-kernel.js";
import { sparsePrecision } from "../sparsity.js";
import type { Stay } from "../stay.js";
import { columnTiles, leftForTiles, rowTiles, type StackPlan } from "./plan.js";
import { totalOf } from "./regions.js";
import { reachOf } from "./spatial.js";
import type { Member, Stack } from "./stack.js";

/** Where a stack's pieces lie, and its weights where they stay. */
export interface StackPlaces {
  readonly activations: string;
  readonly weights: string | undefined;
}

/** A stack on the accelerator; its members' cycles add up to its own. */
export interface StackMapping {
  readonly cycles: number;
  readonly dramBytes: number;
  readonly joules: number;
  readonly members: readonly KernelMapping[];
}

/**
 * Every member's tile is mapped like a layer of that size whose operands lie in the buffer, and counts as often as there are
 * such tiles; those at the edges are shorter. What the stack fetches and leaves crosses the DRAM's border beside that, behind the
 * work where buffers are double.
 */
export function mapStack(
  question: KernelQuestion,
  stack: Stack,
  plan: StackPlan,
  places: StackPlaces,
  mapTile: (kernel: Kernel, stay: Stay) => KernelMapping,
): StackMapping {
  const { accelerator } = question;
  const perCycle = accelerator.dram.bandwidth / accelerator.clock;
  const held = heldBy(accelerator, plan, places);
  const parts = stack.members.map((member) => {
    const sum = new TileSum();
    for (const { kernel, stay, count } of tilesOf(stack, member, plan, held))
      sum.add(mapTile(kernel, stay), count);
    cross(sum, stack, member, plan, places);
    return { member, sum };
  });
  const inside = parts.reduce((total, { sum }) => total + sum.insideCycles, 0);
  const dramBytes = parts.reduce((total, { sum }) => total + sum.bytesAt(dramName), 0);
  const isOverlapped = accelerator.buffers.every(({ isDoubleBuffered }) => isDoubleBuffered);
  const cycles = isOverlapped
    ? Math.max(inside + edgeBytes(stack, plan) / perCycle, dramBytes / perCycle)
    : inside + dramBytes / perCycle;
  const members = parts.map(({ member, sum }) =>
    memberMapping(question, stack, member, sum, {
      cycles: inside === 0 ? cycles / parts.length : (cycles * sum.insideCycles) / inside,
      isMemoryBound: dramBytes / perCycle > inside,
    }),
  );
  return {
    cycles,
    dramBytes,
    members,
    joules: members.reduce((total, { energy }) => total + energy.total, 0),
  };
}

/** Tiles of a member by their extents, with how often each comes. */
function tilesOf(
  { values }: Stack,
  member: Member,
  plan: StackPlan,
  held: Pick<Stay, "buffer" | "heldBytes">,
): readonly { readonly kernel: Kernel; readonly stay: Stay; readonly count: number }[] {
  const { kernel, spatial, writes, reads } = member;
  const { batch, rows, columns } = spatial;
  const operands = new Set<Operand>(["inputs", "outputs"]);
  if (plan.keepsWeights && kernel.weightReadBytes > 0) operands.add("weights");
  const heights = [...(rowTiles(plan)[writes]?.made ?? [])];
  const widths = [...(columnTiles(plan)[writes]?.made ?? [])];
  return heights.flatMap(([height, highCount]) =>
    widths.map(([width, wideCount]) => {
      const share = (height * width) / (batch * rows.outputs * columns.outputs);
      const input = {
        rows: lengthOf(reachOf({ start: 0, end: height }, { ...rows, before: 0 })),
        columns: lengthOf(reachOf({ start: 0, end: width }, { ...columns, before: 0 })),
      };
      const activationBytes = reads.reduce((sum, { value, isWindowed }) => {
        const { bytes = 0, rows: high = 1, columns: wide = 1 } = values[value] ?? {};
        const positions = isWindowed ? input.rows * input.columns : height * width;
        return sum + (bytes / batch / high / wide) * positions;
      }, 0);
      const readBytes = kernel.weightReadBytes + activationBytes;
      const tile: Kernel = {
        ...kernel,
        shape: tileShape(kernel.shape, { height, width, input, channels: spatial.channels }),
        macs: kernel.macs * share,
        otherFlops: kernel.otherFlops * share,
        readBytes,
        writeBytes: kernel.writeBytes * share,
      };
      const stay: Stay = {
        ...held,
        readBytes: operands.has("weights") ? readBytes : activationBytes,
        writeBytes: tile.writeBytes,
        operands,
      };
      return { kernel: tile, stay, count: highCount * wideCount * batch };
    }),
  );
}

/** What a stack takes of the buffer, in eighths: few different rests have to be searched. What is left for tiles stays. */
function heldBy(
  { buffers }: Accelerator,
  plan: StackPlan,
  { activations, weights }: StackPlaces,
): Pick<Stay, "buffer" | "heldBytes"> {
  const shared = plan.keepsWeights && weights === activations ? plan.weightBytes : 0;
  const size = buffers.find(({ name }) => name === activations)?.size ?? 0;
  const eighths = Math.ceil((8 * (plan.tileBytes + plan.keptBytes + shared)) / size);
  return { buffer: activations, heldBytes: Math.min(eighths / 8, 1 - leftForTiles) * size };
}

function lengthOf({ start, end }: { readonly start: number; readonly end: number }): number {
  return end - start;
}

function tileShape(
  shape: KernelShape,
  tile: {
    readonly height: number;
    readonly width: number;
    readonly channels: number;
    readonly input: { readonly rows: number; readonly columns: number };
  },
): KernelShape {
  const { height, width, input, channels } = tile;
  const positions = height * width;
  switch (shape.kind) {
    case "conv": {
      const rank = shape.outputSize.length;
      return {
        ...shape,
        batch: 1,
        inputSize: [input.rows, input.columns].slice(-rank),
        outputSize: [height, width].slice(-rank),
      };
    }
    case "matmul":
      return { ...shape, batch: 1, m: positions };
    case "pool":
      return { ...shape, outputElements: positions * channels };
    case "normalization":
      return { ...shape, rows: positions };
    case "elementwise":
      return { ...shape, elements: positions * channels };
    default:
      return shape;
  }
}

/** What a member fetches for the stack and leaves behind, through the buffers. */
function cross(
  sum: TileSum,
  stack: Stack,
  member: Member,
  plan: StackPlan,
  places: StackPlaces,
): void {
  const { weightReadBytes } = member.kernel;
  if (plan.keepsWeights && weightReadBytes > 0 && places.weights !== undefined) {
    sum.move(dramName, { readBytes: weightReadBytes });
    sum.move(places.weights, { writeBytes: weightReadBytes });
  }
  for (const value of fetchedBy(stack, member)) {
    const bytes = fetchedBytes(stack, plan, value);
    sum.move(dramName, { readBytes: bytes });
    sum.move(places.activations, { writeBytes: bytes });
  }
  const written = stack.values[member.writes];
  if (written?.leaves !== true) return;
  sum.move(dramName, { writeBytes: written.bytes });
  sum.move(places.activations, { readBytes: written.bytes });
}

/** Who reads a value from outside first fetches it for all. */
function fetchedBy({ members, values }: Stack, member: Member): readonly number[] {
  return member.reads.flatMap(({ value }) => {
    const first = members.find(({ reads }) => reads.some((one) => one.value === value));
    return values[value]?.comesFromOutside === true && first === member ? [value] : [];
  });
}

/** Of all tiles and images. */
function fetchedBytes({ values }: Stack, plan: StackPlan, value: number): number {
  const { bytes = 0, rows = 1, columns = 1 } = values[value] ?? {};
  const high = totalOf(rowTiles(plan)[value]?.made ?? new Map<number, number>());
  const wide = totalOf(columnTiles(plan)[value]?.made ?? new Map<number, number>());
  return (bytes / rows / columns) * high * wide;
}

/** The first tile's way in and the last one's out, which nothing hides. */
function edgeBytes(stack: Stack, plan: StackPlan): number {
  const { members, values } = stack;
  const first = members[0]?.kernel.weightReadBytes ?? 0;
  let moved = 0;
  for (const [value, { comesFromOutside }] of values.entries())
    if (comesFromOutside) moved += fetchedBytes(stack, plan, value);
  return first + (moved + (values.at(-1)?.bytes ?? 0)) / plan.tileCount;
}

function memberMapping(
  { accelerator, precision, technology }: KernelQuestion,
  stack: Stack,
  member: Member,
  sum: TileSum,
  { cycles, isMemoryBound }: { readonly cycles: number; readonly isMemoryBound: boolean },
): KernelMapping {
  const { kernel, writes } = member;
  const own =
    kernel.weightReadBytes > 0 ? sparsePrecision(precision, kernel.weightDensity) : precision;
  const peak = peakMacsPerCycle(accelerator, own);
  const dramBytes = sum.bytesAt(dramName);
  const { multipliers, registers, vector } = sum.energy;
  const buffers = bufferJoules(accelerator, technology, sum.traffic);
  const dram = dramBytes * dramJoulesPerByte(accelerator, technology);
  const fetched = fetchedBy(stack, member);
  const used = (over: number): number =>
    over === 0 ? 0 : Math.min(1, kernel.macs / (over * peak));
  const { largest } = sum;
  return {
    macs: kernel.macs,
    cycles,
    computeCycles: sum.computeCycles,
    vectorCycles: sum.vectorCycles,
    bufferCycles: sum.bufferCycles,
    dramCycles: (dramBytes / accelerator.dram.bandwidth) * accelerator.clock,
    utilization: used(cycles),
    engineUtilization: used(sum.computeCycles),
    limit: isMemoryBound ? "dram" : (largest?.limit ?? "vector"),
    limitingMemory: isMemoryBound ? dramName : largest?.limitingMemory,
    traffic: sum.traffic,
    dramBytes,
    leastDramBytes:
      kernel.weightReadBytes +
      fetched.reduce((total, value) => total + (stack.values[value]?.bytes ?? 0), 0) +
      (stack.values[writes]?.leaves === true ? kernel.writeBytes : 0),
    energy: {
      multipliers,
      registers,
      buffers,
      dram,
      vector,
      total: multipliers + registers + buffers + dram + vector,
    },
    tiles: largest?.tiles ?? [],
    ...(largest?.rows !== undefined && { rows: largest.rows }),
    notes: [],
  };
}

/** Mappings of tiles, added up. */
class TileSum {
  computeCycles = 0;
  vectorCycles = 0;
  bufferCycles = 0;
  insideCycles = 0;
  /** Of the tile that takes most of the time. */
  largest: KernelMapping | undefined;
  energy: EnergyParts = { multipliers: 0, registers: 0, buffers: 0, dram: 0, vector: 0, total: 0 };
  readonly #traffic = new Map<string, { readBytes: number; writeBytes: number }>();

  add(mapping: KernelMapping, count: number): void {
    const { computeCycles, vectorCycles, bufferCycles, energy } = mapping;
    this.computeCycles += computeCycles * count;
    this.vectorCycles += vectorCycles * count;
    this.bufferCycles += bufferCycles * count;
    this.insideCycles += Math.max(computeCycles, vectorCycles, bufferCycles) * count;
    if (this.largest === undefined || mapping.macs > this.largest.macs) this.largest = mapping;
    this.energy = {
      multipliers: this.energy.multipliers + energy.multipliers * count,
      registers: this.energy.registers + energy.registers * count,
      buffers: this.energy.buffers + energy.buffers * count,
      dram: this.energy.dram + energy.dram * count,
      vector: this.energy.vector + energy.vector * count,
      total: this.energy.total + energy.total * count,
    };
    for (const { memory, readBytes, writeBytes } of mapping.traffic)
      this.move(memory, { readBytes: readBytes * count, writeBytes: writeBytes * count });
  }

  move(
    memory: string,
    { readBytes = 0, writeBytes = 0 }: { readBytes?: number; writeBytes?: number },
  ): void {
    const known = this.#traffic.get(memory) ?? { readBytes: 0, writeBytes: 0 };
    known.readBytes += readBytes;
    known.writeBytes += writeBytes;
    this.#traffic.set(memory, known);
  }

  bytesAt(memory: string): number {
    const { readBytes = 0, writeBytes = 0 } = this.#traffic.get(memory) ?? {};
    return readBytes + writeBytes;
  }

  /** Nearest to the array first, the DRAM last. */
  get traffic(): readonly MemoryTraffic[] {
    const all = [...this.#traffic].map(([memory, bytes]) => ({ memory, ...bytes }));
    const isDram = ({ memory }: MemoryTraffic): number => (memory === dramName ? 1 : 0);
    return all.sort((a, b) => isDram(a) - isDram(b));
  }
}
