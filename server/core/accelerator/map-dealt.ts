import type { Kernel } from "../lower/lowered.js";
import { enginesOf, peakMacsPerCycle, type Accelerator, type SideEngine } from "./accelerator.js";
import { dealingsOf, type Dealing } from "./deal-out.js";
import type { Choice, EngineMapping } from "./map-beside.js";
import { dramName, type MemoryTraffic } from "./map-contraction.js";
import type { KernelMapping, KernelQuestion } from "./map-kernel.js";
import { simulate } from "./simulate.js";
import { sparsePrecision } from "./sparsity.js";

/** Pieces that an extent is dealt out in at most: cuts are tried at their borders. */
const mostPieces = 32;
/** Halvings of the time until which all are done: beyond the steps that so few pieces make. */
const halvings = 12;

interface Engines {
  /** The whole kernel on each engine that takes it. */
  readonly alone: readonly EngineMapping[];
  readonly mapPart: (engine: SideEngine, part: Kernel) => KernelMapping | undefined;
}

/**
 * One kernel dealt out to several engines, each with a piece of its output, so that the last is done as early as can be
 * (as layers are over the cores of Stream, Symons et al., IEEE TC 2025, and experts over xPU and memory in Duplex, Yun et al., MICRO
 * 2024). Of all extents the one that takes least; undefined where no two engines can have a part of it.
 */
export function dealOut(
  question: KernelQuestion,
  kernel: Kernel,
  { alone, mapPart }: Engines,
): Choice | undefined {
  let best: Choice | undefined;
  if (alone.length < 2) return best;
  for (const dealing of dealingsOf(kernel, question.precision.activationBits)) {
    const known = new Map<string, KernelMapping | undefined>();
    const mapCount = (engine: SideEngine, count: number): KernelMapping | undefined => {
      const key = `${count} ${engine.name}`;
      if (!known.has(key)) known.set(key, mapPart(engine, dealing.part(count)));
      return known.get(key);
    };
    const counts = earliestCut(
      dealing.extent,
      alone.map(
        ({ engine, mapping }) =>
          (count) =>
            (count === dealing.extent ? mapping : mapCount(engine, count))?.cycles ?? Infinity,
      ),
    );
    const parts = alone.flatMap(({ engine }, index): readonly Part[] => {
      const count = counts[index] ?? 0;
      const mapping = count === 0 ? undefined : mapCount(engine, count);
      return mapping === undefined ? [] : [{ engine, count, mapping }];
    });
    if (parts.length < 2) continue;
    const mapping = together(question, kernel, dealing, parts);
    if (best === undefined || mapping.cycles < best.mapping.cycles) best = { parts, mapping };
  }
  return best;
}

/** How much of an extent each engine gets, so that the last is done first; `cycles` of an engine grow with what it gets. */
function earliestCut(
  extent: number,
  engines: readonly ((count: number) => number)[],
): readonly number[] {
  const piece = Math.ceil(extent / mostPieces);
  const atMost = (cycles: number): readonly number[] =>
    engines.map((cyclesOf) => {
      let [done, late] = [0, Math.ceil(extent / piece) + 1];
      while (late - done > 1) {
        const middle = Math.floor((done + late) / 2);
        if (cyclesOf(Math.min(extent, middle * piece)) <= cycles) done = middle;
        else late = middle;
      }
      return Math.min(extent, done * piece);
    });
  const sumOf = (counts: readonly number[]): number => counts.reduce((sum, own) => sum + own, 0);
  let [early, late] = [0, Math.min(...engines.map((cyclesOf) => cyclesOf(extent)))];
  for (let halving = 0; halving < halvings; halving += 1) {
    const middle = (early + late) / 2;
    if (sumOf(atMost(middle)) >= extent) late = middle;
    else early = middle;
  }
  const counts = [...atMost(late)];
  let over = sumOf(counts) - extent;
  // What nobody needs to take is left out where it takes longest.
  while (over > 0) {
    const cycles = counts.map((own, index) => (own === 0 ? 0 : (engines[index]?.(own) ?? 0)));
    const at = cycles.indexOf(Math.max(...cycles));
    const less = Math.min(over, piece, counts[at] ?? 0);
    if (less === 0) break;
    counts[at] = (counts[at] ?? 0) - less;
    over -= less;
  }
  return counts;
}

/** What an engine has of the whole: so many of its extent. */
interface Part extends EngineMapping {
  readonly count: number;
}

/** The whole kernel, of pieces that start together and share the bandwidth of what they read together. */
function together(
  question: KernelQuestion,
  kernel: Kernel,
  dealing: Dealing,
  parts: readonly Part[],
): KernelMapping {
  const mappings = parts.map(({ mapping }) => mapping);
  const cycles = endOf(question.accelerator, parts);
  const most = (pick: (mapping: KernelMapping) => number): number =>
    Math.max(...mappings.map(pick));
  const sum = (pick: (mapping: KernelMapping) => number): number =>
    mappings.reduce((total, mapping) => total + pick(mapping), 0);
  const hasWeights = kernel.weightReadBytes > 0;
  const peak = parts.reduce(
    (total, { engine }) => total + enginePeak(question, engine, hasWeights, kernel.weightDensity),
    0,
  );
  const macs = sum((mapping) => mapping.macs);
  const computeCycles = most((mapping) => mapping.computeCycles);
  const slowest = mappings.reduce((a, b) => (b.cycles > a.cycles ? b : a));
  const used = (within: number): number =>
    within === 0 ? 0 : Math.min(1, macs / (within * Math.max(1e-12, peak)));
  const kept = parts.reduce((total, { count, mapping }) => {
    const { readBytes, writeBytes } = dealing.part(count);
    return total + readBytes + writeBytes - mapping.leastDramBytes;
  }, 0);
  const energy = (of: keyof KernelMapping["energy"]): number =>
    sum((mapping) => mapping.energy[of]);
  return {
    ...slowest,
    macs,
    cycles,
    computeCycles,
    vectorCycles: most((mapping) => mapping.vectorCycles),
    dramCycles: most((mapping) => mapping.dramCycles),
    bufferCycles: most((mapping) => mapping.bufferCycles),
    utilization: used(cycles),
    engineUtilization: used(computeCycles),
    traffic: trafficOf(parts),
    dramBytes: sum((mapping) => mapping.dramBytes),
    leastDramBytes: kernel.readBytes + kernel.writeBytes - kept,
    energy: {
      multipliers: energy("multipliers"),
      registers: energy("registers"),
      buffers: energy("buffers"),
      dram: energy("dram"),
      vector: energy("vector"),
      total: energy("total"),
    },
    tiles: parts.flatMap(({ engine, mapping }) =>
      mapping.tiles.map((tile) => ({
        ...tile,
        buffers: tile.buffers.map((buffer) => `${engine.name}.${buffer}`),
      })),
    ),
    engine: parts.map(({ engine }) => engine.name).join(" + "),
    notes: [
      `Dealt out along its ${dealing.extent} ${dealing.along}: ${parts.map(({ engine, count }) => `${count} on \`${engine.name}\``).join(", ")}.`,
      ...parts.flatMap(({ engine, mapping }) =>
        mapping.notes.map((note) => `\`${engine.name}\`: ${note}`),
      ),
    ],
  };
}

function endOf(accelerator: Accelerator, parts: readonly EngineMapping[]): number {
  const channels = channelsOf(accelerator);
  const ends = simulate(
    parts.map(({ engine, mapping }, index) => ({
      engine: index,
      after: [],
      cycles: mapping.cycles,
      priority: index,
      channel: channels.get(engine.name) ?? 0,
      demand: demandOf(mapping),
    })),
    parts.length,
  );
  return ends.reduce((last, { end }) => Math.max(last, end), 0);
}

/** By engine: the memory that it reads. One of another bandwidth than the whole's is its own. */
export function channelsOf(accelerator: Accelerator): ReadonlyMap<string, number> {
  return new Map(
    enginesOf(accelerator).map(({ name, alone }, index) => [
      name,
      alone.dram.bandwidth === accelerator.dram.bandwidth ? 0 : index + 1,
    ]),
  );
}

/** Share of its memory's bandwidth that a kernel takes while it runs alone. */
export function demandOf({ cycles, dramCycles }: KernelMapping): number {
  return cycles === 0 ? 0 : Math.min(1, dramCycles / cycles);
}

/** Multiply-accumulates of an engine in a cycle of the accelerator's clock; products of two activations skip no zeros. */
export function enginePeak(
  { accelerator, precision }: Pick<KernelQuestion, "accelerator" | "precision">,
  { alone }: SideEngine,
  hasWeights: boolean,
  density?: number,
): number {
  const own = alone.precisions.find(({ id }) => id === precision.id);
  if (own === undefined) return 0;
  const peak = peakMacsPerCycle(alone, hasWeights ? sparsePrecision(own, density) : own);
  return (peak * alone.clock) / accelerator.clock;
}

/** Buffers go by their engines' names; what crosses to the DRAM is added up. */
function trafficOf(parts: readonly EngineMapping[]): readonly MemoryTraffic[] {
  const own = parts.flatMap(({ engine, mapping }) =>
    mapping.traffic
      .filter(({ memory }) => memory !== dramName)
      .map((entry) => ({ ...entry, memory: `${engine.name}.${entry.memory}` })),
  );
  const dram = parts
    .flatMap(({ mapping }) => mapping.traffic)
    .filter(({ memory }) => memory === dramName);
  const sum = (pick: (entry: MemoryTraffic) => number): number =>
    dram.reduce((total, entry) => total + pick(entry), 0);
  return [
    ...own,
    {
      memory: dramName,
      readBytes: sum(({ readBytes }) => readBytes),
      writeBytes: sum(({ writeBytes }) => writeBytes),
    },
  ];
}
