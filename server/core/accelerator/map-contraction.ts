import type { Accelerator, AcceleratorPrecision, ArrayEngine, Operand } from "./accelerator.js";
import { startCycles, type ArrayTime } from "./array-time.js";
import { timeOnTiles } from "./array-tiles.js";
import {
  compulsory,
  macsOf,
  touchedColumns,
  touchedRows,
  type Contraction,
} from "./contraction.js";
import { levelsOf, type Level } from "./levels.js";
import { fillCycles, rowMapping, type RowMapping } from "./row-stationary.js";
import { rowWords } from "./row-words.js";
import { effectiveThroughput } from "./throughput.js";
import type { Tile } from "./tile-candidates.js";
import {
  chooseTile,
  crossingBytes,
  type Crossing,
  type LoopOrder,
  type Objective,
  type TileChoice,
  type TileTimes,
  type TilingQuestion,
} from "./tiling.js";

/** Bytes read from and written into one memory. */
export interface MemoryTraffic {
  readonly memory: string;
  readonly readBytes: number;
  readonly writeBytes: number;
}

/** One contraction on one core. */
export interface ContractionMapping {
  readonly macs: number;
  readonly computeCycles: number;
  /** Of the slowest buffer between array and DRAM, and which that is; 0 where no bandwidth is stated. */
  readonly bufferCycles: number;
  readonly slowestBuffer: string | undefined;
  /** Before the array starts and after it ends: the first tile comes, the last results go. */
  readonly edgeBytes: number;
  /** Buffers from the array outwards, then `DRAM`. */
  readonly traffic: readonly MemoryTraffic[];
  readonly dramBytes: number;
  /** Accesses of the elements' own registers, in words of operands. */
  readonly registerAccesses: number;
  readonly folds: number;
  /** Choices of the levels, nearest to the array first; a level that nothing fits is passed by. */
  readonly tiles: readonly ChosenTile[];
  readonly rows?: RowMapping;
}

export interface ChosenTile {
  readonly buffers: readonly string[];
  readonly tile: Tile;
  readonly order: LoopOrder;
  readonly trips: TileChoice["trips"];
}

export interface MappingQuestion {
  readonly accelerator: Accelerator;
  readonly engine: ArrayEngine;
  readonly precision: AcceleratorPrecision;
  readonly objective: Objective;
  /** Operands that lie in the outermost buffer whole: they do not cross to the DRAM. */
  readonly resident?: ReadonlySet<Operand>;
  /** Operands that elements keep for whoever takes them next: no memory sees them. */
  readonly inElements?: ReadonlySet<Operand>;
  /** Every tile takes the whole sum where one fits: what follows works on results, not on partial sums. */
  readonly hasWholeSums?: boolean;
}

export const dramName = "DRAM";

/** Searches tiles and loop orders for every level of buffers, from the DRAM inwards, and adds up what crosses where. */
export function mapContraction(question: MappingQuestion, c: Contraction): ContractionMapping {
  const { accelerator, engine, precision, resident, inElements } = question;
  const levels = levelsOf(accelerator);
  const rows = engine.dataflow === "row-stationary" ? rowMapping(engine, c) : undefined;
  const timer = timerOf(question, c, rows);
  let problem = c;
  let visits = 1;
  let array = timer(problem)(wholeTile(c), oneTrip).apart;
  const ideal = array.cycles;
  const start = rows === undefined ? startCycles(engine) : 0;
  const borders: (Crossing | undefined)[] = levels.map(() => undefined);
  const tiles: ChosenTile[] = [];
  for (let index = levels.length - 1; index >= 0; index--) {
    const level = levels[index];
    if (level === undefined) continue;
    const isOutermost = index === levels.length - 1;
    const ask: TilingQuestion = {
      contraction: problem,
      level,
      precision,
      atOnce: atOnceOf(engine, problem),
      groupsAtOnce: groupsAtOnceOf(engine, problem, rows),
      ...(isOutermost && resident !== undefined && { resident }),
      ...(inElements !== undefined && { inElements }),
      spillsPartials: engine.dataflow !== "output-stationary",
      timeOf: index === 0 ? timer(problem) : apart(timer(problem)),
      rank: rankOf(question, level, isOutermost, ideal / visits),
    };
    const choice =
      (question.hasWholeSums === true ? chooseTile({ ...ask, hasWholeSums: true }) : undefined) ??
      chooseTile(ask);
    // The array itself reuses operands; a buffer too small to add to that is better passed by.
    if (choice === undefined || (isOutermost && passesBy(question, level, choice, array))) continue;
    borders[index] = without(times(choice.outer, visits), inElements);
    array = scaledTime(choice.array, visits, start);
    tiles.unshift({
      buffers: level.buffers.map(({ name }) => name),
      tile: choice.tile,
      order: choice.order,
      trips: choice.trips,
    });
    visits *=
      problem.times *
      choice.trips.groups *
      choice.trips.positions *
      choice.trips.outputs *
      choice.trips.inputs;
    problem = tileProblem(problem, choice.tile);
  }
  return summarise(question, c, { levels, borders, array, tiles, rows });
}

const oneTrip = { positions: 1, outputs: 1, inputs: 1, groups: 1 } as const;

type Timer = (problem: Contraction) => (tile: Tile, trips: TileChoice["trips"]) => TileTimes;

/** A level further in cuts what streams into tiles of its own: only the innermost knows what passes as one. */
function apart(time: ReturnType<Timer>): ReturnType<Timer> {
  return (tile, trips) => ({ ...time(tile, trips), merged: undefined });
}

function timerOf({ engine }: MappingQuestion, c: Contraction, rows: RowMapping | undefined): Timer {
  if (rows === undefined)
    return (problem) => (tile, trips) => timeOnTiles(engine, problem, tile, trips);
  // Passes over rows are much smaller than a buffer's tiles, so that their time hardly depends on them.
  return (problem) => {
    const words = rowWords(problem, rows);
    const share = macsOf(problem) / macsOf(c);
    const byImages = new Map<number, TileTimes>();
    return ({ batch }) => {
      let times = byImages.get(batch);
      if (times === undefined) {
        const cycles = share * (rows.cycles + fillCycles(engine, c, rows, batch));
        times = { apart: { ...words, cycles }, merged: undefined, streamed: "positions" };
        byImages.set(batch, times);
      }
      return times;
    };
  };
}

function rankOf(
  { accelerator, engine, precision, objective, resident, inElements }: MappingQuestion,
  level: Level,
  isOutermost: boolean,
  ideal: number,
): (outer: Crossing, array: ArrayTime, tileBytes: number) => readonly number[] {
  const throughput = effectiveThroughput(engine, precision);
  const perCycle = accelerator.dram.bandwidth / accelerator.cores / accelerator.clock;
  const bandwidth =
    Math.min(...level.buffers.map((buffer) => buffer.bandwidth)) / accelerator.clock;
  return (outer, array, tileBytes) => {
    const inner = without(arrayCrossing(array, precision), inElements);
    const crossing = without(passing(outer, inner, level), inElements);
    const outside = crossingBytes(isOutermost ? without(crossing, resident) : crossing);
    const inside = crossingBytes(inner);
    const compute = array.cycles / throughput;
    // The first tile's way in and the last one's out are waited for.
    const edge = isOutermost ? tileBytes / perCycle : 0;
    const busy = Math.max(compute, inside / bandwidth) + edge;
    const cycles = Math.max(busy, isOutermost ? outside / perCycle : 0);
    // Between schedules that take about as long, the one that moves less; only the DRAM's border is an objective of its own.
    const step = Math.ceil(Math.log(Math.max(1, cycles / ideal)) / stepLogarithm - 1e-9);
    // Of times that differ by what the first tile takes, the one that moves less inside.
    const nearly = Math.ceil(Math.log(Math.max(1, cycles / ideal)) / fineStepLogarithm - 1e-9);
    if (!isOutermost || objective === "latency") return [step, outside, nearly, inside, cycles];
    return objective === "traffic"
      ? [outside, nearly, inside, cycles]
      : // A byte from DRAM costs 30 to 100 times one from a buffer (Horowitz, ISSCC 2014).
        [50 * outside + inside, cycles];
  };
}

const stepLogarithm = Math.log(1.05);
const fineStepLogarithm = Math.log(1.005);

/** What crosses a level's outer border, where what it does not hold passes through. */
function passing(outer: Crossing, inner: Crossing, { holds }: Level): Crossing {
  const outputs = holds.has("outputs") ? outer : inner;
  return {
    weights: holds.has("weights") ? outer.weights : inner.weights,
    inputs: holds.has("inputs") ? outer.inputs : inner.inputs,
    outputWrites: outputs.outputWrites,
    outputReads: outputs.outputReads,
  };
}

/** What crosses when some operands need not. */
function without(crossing: Crossing, resident: ReadonlySet<Operand> | undefined): Crossing {
  if (resident === undefined) return crossing;
  const isOutput = resident.has("outputs");
  return {
    weights: resident.has("weights") ? 0 : crossing.weights,
    inputs: resident.has("inputs") ? 0 : crossing.inputs,
    outputWrites: isOutput ? 0 : crossing.outputWrites,
    outputReads: isOutput ? 0 : crossing.outputReads,
  };
}

function passesBy(
  { precision, resident, inElements }: MappingQuestion,
  level: Level,
  choice: TileChoice,
  whole: ArrayTime,
): boolean {
  const bare = without(arrayCrossing(whole, precision), inElements);
  const kept = without(
    passing(choice.outer, arrayCrossing(choice.array, precision), level),
    inElements,
  );
  return crossingBytes(without(bare, resident)) < crossingBytes(without(kept, resident));
}

export function arrayCrossing(array: ArrayTime, precision: AcceleratorPrecision): Crossing {
  const finals = array.outputWrites - array.outputReads;
  return {
    weights: (array.weightWords * precision.weightBits) / 8,
    inputs: (array.inputWords * precision.activationBits) / 8,
    outputWrites:
      (finals * precision.activationBits + array.outputReads * precision.accumulatorBits) / 8,
    outputReads: (array.outputReads * precision.accumulatorBits) / 8,
  };
}

interface Found {
  readonly levels: readonly Level[];
  readonly borders: readonly (Crossing | undefined)[];
  readonly array: ArrayTime;
  readonly tiles: readonly ChosenTile[];
  readonly rows: RowMapping | undefined;
}

function summarise(
  { accelerator, engine, precision, resident, inElements }: MappingQuestion,
  c: Contraction,
  { levels, borders, array, tiles, rows }: Found,
): ContractionMapping {
  const bare = without(arrayCrossing(array, precision), inElements);
  /** What crosses into the nearest memory at or inside of the given level that holds the operand. */
  const inside = (operand: Operand, from: number): Crossing => {
    for (let index = from; index >= 0; index--) {
      const border = borders[index];
      if (border !== undefined && levels[index]?.holds.has(operand) === true) return border;
    }
    return bare;
  };
  const last = levels.length - 1;
  const traffic: MemoryTraffic[] = [];
  let bufferCycles = 0;
  let slowestBuffer: string | undefined;
  for (const [index, level] of levels.entries())
    for (const buffer of level.buffers) {
      const border = borders[index];
      if (border === undefined) {
        traffic.push({ memory: buffer.name, readBytes: 0, writeBytes: 0 });
        continue;
      }
      const outer = index === last ? without(border, resident) : border;
      const one = bufferTraffic(buffer.holds, outer, (operand) => inside(operand, index - 1));
      traffic.push({ memory: buffer.name, readBytes: one.readBytes, writeBytes: one.writeBytes });
      const cycles = (one.innerBytes / buffer.bandwidth) * accelerator.clock;
      if (cycles <= bufferCycles) continue;
      bufferCycles = cycles;
      slowestBuffer = buffer.name;
    }
  const { outputWrites, outputReads } = inside("outputs", last);
  const crossing = without(
    {
      weights: inside("weights", last).weights,
      inputs: inside("inputs", last).inputs,
      outputWrites,
      outputReads,
    },
    resident,
  );
  const dram = {
    memory: dramName,
    readBytes: crossing.weights + crossing.inputs + crossing.outputReads,
    writeBytes: crossing.outputWrites,
  };
  traffic.push(dram);
  return {
    macs: macsOf(c),
    computeCycles: array.cycles / effectiveThroughput(engine, precision),
    bufferCycles,
    slowestBuffer,
    edgeBytes: edgeBytesOf(c, precision, tiles.at(-1)?.tile, resident),
    traffic,
    dramBytes: dram.readBytes + dram.writeBytes,
    // Two operands and a partial sum that is read and written.
    registerAccesses: 4 * macsOf(c),
    folds: array.folds,
    tiles,
    ...(rows !== undefined && { rows }),
  };
}

function bufferTraffic(
  holds: readonly Operand[],
  outer: Crossing,
  innerOf: (operand: Operand) => Crossing,
): { readonly readBytes: number; readonly writeBytes: number; readonly innerBytes: number } {
  let readBytes = 0;
  let writeBytes = 0;
  let innerBytes = 0;
  for (const operand of holds) {
    const inner = innerOf(operand);
    if (operand === "outputs") {
      readBytes += inner.outputReads + outer.outputWrites;
      writeBytes += inner.outputWrites + outer.outputReads;
      innerBytes += inner.outputReads + inner.outputWrites;
    } else {
      readBytes += inner[operand];
      writeBytes += outer[operand];
      innerBytes += inner[operand];
    }
  }
  return { readBytes, writeBytes, innerBytes };
}

/** Without a buffer nothing is waited for but the stream itself. */
function edgeBytesOf(
  c: Contraction,
  precision: AcceleratorPrecision,
  tile: Tile | undefined,
  resident: ReadonlySet<Operand> | undefined,
): number {
  if (tile === undefined) return 0;
  const one = compulsory({ ...tileProblem(c, tile), times: 1 });
  const bytes = (words: number, bits: number): number => (words * bits) / 8;
  return crossingBytes(
    without(
      {
        weights: bytes(one.weights, precision.weightBits),
        inputs: bytes(one.inputs, precision.activationBits),
        outputWrites: bytes(one.outputs, precision.activationBits),
        outputReads: 0,
      },
      resident,
    ),
  );
}

function wholeTile(c: Contraction): Tile {
  const { groups, batch, outputRows, outputColumns, outputChannels, inputChannels } = c;
  return { groups, batch, outputRows, outputColumns, outputChannels, inputChannels };
}

function tileProblem(c: Contraction, tile: Tile): Contraction {
  return {
    ...c,
    ...tile,
    inputRows: touchedRows(c, tile.outputRows),
    inputColumns: touchedColumns(c, tile.outputColumns),
    times: 1,
  };
}

/** Channels that fill the array once, so that tiles of whole folds are among the candidates. */
function atOnceOf(
  engine: ArrayEngine,
  c: Contraction,
): { readonly inputs: number; readonly outputs: number } {
  const window = c.kernelRows * c.kernelColumns;
  switch (engine.dataflow) {
    case "weight-stationary":
      return { inputs: Math.floor((engine.rows * engine.lanes) / window), outputs: engine.columns };
    case "output-stationary":
      return { inputs: 0, outputs: engine.columns };
    case "input-stationary":
      return { inputs: Math.floor((engine.rows * engine.lanes) / window), outputs: 0 };
    case "row-stationary":
      return { inputs: 4, outputs: 16 };
  }
}

function groupsAtOnceOf(engine: ArrayEngine, c: Contraction, rows: RowMapping | undefined): number {
  if (rows !== undefined) return rows.groups;
  if (engine.dataflow === "output-stationary" || !engine.packsGroups) return 1;
  const window = Math.ceil((c.inputChannels * c.kernelRows * c.kernelColumns) / engine.lanes);
  const across =
    engine.dataflow === "weight-stationary"
      ? c.outputChannels
      : c.batch * c.outputRows * c.outputColumns;
  return Math.max(
    1,
    Math.min(Math.floor(engine.rows / window), Math.floor(engine.columns / across)),
  );
}

function times(crossing: Crossing, factor: number): Crossing {
  return {
    weights: crossing.weights * factor,
    inputs: crossing.inputs * factor,
    outputWrites: crossing.outputWrites * factor,
    outputReads: crossing.outputReads * factor,
  };
}

/** On so many tiles; `start` is spent before the first one alone. */
function scaledTime(time: ArrayTime, factor: number, start: number): ArrayTime {
  return {
    ...time,
    cycles: start + (time.cycles - start) * factor,
    weightWords: time.weightWords * factor,
    inputWords: time.inputWords * factor,
    outputWrites: time.outputWrites * factor,
    outputReads: time.outputReads * factor,
    folds: time.folds * factor,
  };
}
