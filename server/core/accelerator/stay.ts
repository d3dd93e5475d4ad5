import type { Kernel } from "../lower/lowered.js";
import type { ValueId } from "../graph/graph.js";
import type { Accelerator, Buffer, Operand } from "./accelerator.js";
import { levelsOf } from "./levels.js";
import type { KernelMapping } from "./map-kernel.js";
import type { Objective } from "./tiling.js";

/** What of a kernel's activations lies in a buffer between layers, so that it crosses no border. */
export interface Stay {
  readonly buffer: string;
  /** Of what it reads and writes. */
  readonly readBytes: number;
  readonly writeBytes: number;
  /** Operands of its product that are wholly there; of attention, which has two, none are named. */
  readonly operands: ReadonlySet<Operand>;
  /** Of the buffer, that all tensors take that lie in it while the kernel runs. */
  readonly heldBytes: number;
}

/** The buffer whose file says that it keeps activations. */
export function keeperOf(accelerator: Accelerator): Buffer | undefined {
  const isArray = accelerator.engine.kind === "array" && accelerator.beside.length === 0;
  if (!isArray || accelerator.cores > 1) return undefined;
  return levelsOf(accelerator)
    .at(-1)
    ?.buffers.find(({ keepsActivations }) => keepsActivations === true);
}

/** The accelerator that is left for the tiles of a kernel while tensors lie in its buffer. */
export function besideTensors(accelerator: Accelerator, { buffer, heldBytes }: Stay): Accelerator {
  return {
    ...accelerator,
    buffers: accelerator.buffers.map((one) =>
      one.name === buffer ? { ...one, size: one.size - heldBytes } : one,
    ),
  };
}

interface Tensor {
  readonly id: ValueId;
  readonly bytes: number;
  readonly producer: number;
  readonly consumers: readonly number[];
  readonly last: number;
}

/** Steps of a buffer that tensors are counted in: few different rests have to be searched. */
const steps = 32;

/**
 * Chooses tensors that stay from their producer to their last consumer, those first that save most for the room and time that they
 * take, as long as the kernels that run meanwhile, with what is left of the buffer, are the better for it by the objective.
 */
export function chooseStays(
  accelerator: Accelerator,
  objective: Objective,
  kernels: readonly Kernel[],
  map: (kernel: Kernel, stay: Stay | undefined) => KernelMapping,
): ReadonlyMap<Kernel, Stay> {
  const keeper = keeperOf(accelerator);
  if (keeper === undefined) return new Map();
  const staying = new Set<ValueId>();
  const held = kernels.map(() => 0);
  const bytesOf = new Map(tensorsOf(kernels).map(({ id, bytes }) => [id, bytes] as const));
  const stayAt = (index: number): Stay | undefined => {
    const kernel = kernels[index];
    if (kernel === undefined) return undefined;
    return stayOf(kernel, { keeper, held: held[index] ?? 0, staying, bytesOf });
  };
  const cost = (first: number, last: number): readonly number[] => {
    let [chief, bytes] = [0, 0];
    for (let index = first; index <= last; index += 1) {
      const kernel = kernels[index];
      if (kernel === undefined) continue;
      const mapping = map(kernel, stayAt(index));
      chief +=
        objective === "latency"
          ? mapping.cycles
          : objective === "energy"
            ? mapping.energy.total
            : mapping.dramBytes;
      bytes += mapping.dramBytes;
    }
    return [chief, bytes];
  };
  const step = keeper.size / steps;
  const tensors = [...tensorsOf(kernels)].sort((a, b) => worth(b) - worth(a));
  for (const { id, bytes, producer, last } of tensors) {
    const room = Math.ceil(bytes / step) * step;
    const span = held.slice(producer, last + 1);
    // The last step is left for tiles.
    if (span.some((taken) => taken + room > keeper.size - step)) continue;
    const [before = 0, beforeBytes = 0] = cost(producer, last);
    for (let index = producer; index <= last; index += 1) held[index] = (held[index] ?? 0) + room;
    staying.add(id);
    const [after = 0, afterBytes = 0] = cost(producer, last);
    const isBetter = after < before * (1 - 1e-9);
    const isAsGood = after <= before * (1 + 1e-9) && afterBytes < beforeBytes;
    if (isBetter || isAsGood) continue;
    staying.delete(id);
    for (let index = producer; index <= last; index += 1) held[index] = (held[index] ?? 0) - room;
  }
  return new Map(
    kernels.flatMap((kernel, index) => {
      const stay = stayAt(index);
      return stay === undefined ? [] : [[kernel, stay] as const];
    }),
  );
}

/** Bytes that need not cross, for the kernels during which they take room. */
function worth({ producer, consumers, last }: Tensor): number {
  return (1 + consumers.length) / (last - producer);
}

/** Values that one kernel writes alone and others read. What nobody reads is a result, and leaves the chip. */
function tensorsOf(kernels: readonly Kernel[]): readonly Tensor[] {
  const readers = new Map<ValueId, number[]>();
  for (const [index, { reads }] of kernels.entries())
    for (const id of new Set(reads)) readers.set(id, [...(readers.get(id) ?? []), index]);
  return kernels.flatMap(({ writes: [id, ...others], writeBytes }, producer) => {
    if (id === undefined || others.length > 0 || writeBytes === 0) return [];
    const consumers = (readers.get(id) ?? []).filter((index) => index > producer);
    const last = consumers.at(-1);
    return last === undefined ? [] : [{ id, bytes: writeBytes, producer, consumers, last }];
  });
}

function stayOf(
  kernel: Kernel,
  {
    keeper,
    held,
    staying,
    bytesOf,
  }: {
    readonly keeper: Buffer;
    readonly held: number;
    readonly staying: ReadonlySet<ValueId>;
    readonly bytesOf: ReadonlyMap<ValueId, number>;
  },
): Stay | undefined {
  if (held === 0) return undefined;
  const activations = kernel.readBytes - kernel.weightReadBytes;
  const there = new Set(kernel.reads.filter((id) => staying.has(id)));
  const bytes = (id: ValueId | undefined): number =>
    id !== undefined && there.has(id) ? (bytesOf.get(id) ?? 0) : 0;
  const readBytes = Math.min(
    activations,
    [...there].reduce((sum, id) => sum + bytes(id), 0),
  );
  const isWritten = kernel.writes.some((id) => staying.has(id));
  const operands = new Set<Operand>();
  const [first, second] = kernel.reads;
  if (kernel.shape.kind !== "attention") {
    if (bytes(first) > 0) operands.add("inputs");
    // A product of two activations has the second where others have their weights.
    if (kernel.weightReadBytes === 0 && bytes(second) > 0) operands.add("weights");
    if (isWritten) operands.add("outputs");
  }
  return {
    buffer: keeper.name,
    readBytes,
    writeBytes: isWritten ? kernel.writeBytes : 0,
    operands,
    heldBytes: held,
  };
}
