import type { Kernel } from "../lower/lowered.js";
import type { KernelShape } from "../ops/kernel-shape.js";
import { softmaxFlops } from "../ops/softmax.js";
import type { ArrayEngine, AttentionSchedule, Operand } from "./accelerator.js";
import { besideScores, leastBytes, summedTraffic, withExtra } from "./array-traffic.js";
import { attentionCycles, type AttentionExtents } from "./attention-cycles.js";
import { scoreTraffic, softmaxTraffic } from "./cascade.js";
import type { Contraction } from "./contraction.js";
import { bestOnCores } from "./cores.js";
import { fusedTraffic } from "./fused-traffic.js";
import { dramName, type ContractionMapping, type MemoryTraffic } from "./map-contraction.js";
import type { KernelQuestion, RawMapping } from "./map-kernel.js";

/**
 * Attention on an array: two products and the softmax between them, as the Einsums of a cascade that array and vector units
 * take (`attention-cycles.ts`). Scores stay on the chip where the kernel is fused and its passes allow it.
 */
export function mapAttention(
  question: KernelQuestion,
  engine: ArrayEngine,
  kernel: Kernel,
  [scores, values]: readonly [Contraction, Contraction],
): RawMapping {
  const { accelerator, precision, stay } = question;
  const schedule = scheduleOf(engine);
  const isFused = schedule !== "unfused";
  const isInArray = isFused && engine.softmaxOn === "array";
  const places = (own: Operand) => {
    const stays = new Set<Operand>([...(stay?.operands ?? []), ...(isFused ? [own] : [])]);
    return { resident: stays, ...(isInArray && { inElements: new Set([own]) }) };
  };
  // Scores that stay in the elements are multiplied there: made as sums that stay, then taken as operands that do.
  const ofScores: ArrayEngine = isInArray ? { ...engine, dataflow: "output-stationary" } : engine;
  const ofValues: ArrayEngine = isInArray ? { ...engine, dataflow: "input-stationary" } : engine;
  const parts = [
    bestOnCores(question, ofScores, scores, { ...places("outputs"), hasWholeSums: isFused }),
    bestOnCores(question, ofValues, values, places("inputs")),
  ] as const;
  const mappings = [parts[0].mapping, parts[1].mapping] as const;
  const sum = (pick: (mapping: ContractionMapping) => number): number =>
    pick(mappings[0]) + pick(mappings[1]);

  const extents: AttentionExtents = {
    groups: scores.groups,
    queries: scores.outputRows,
    keys: scores.outputChannels,
    valueSize: values.outputChannels,
  };
  const scoreCount = extents.groups * extents.queries * extents.keys;
  const scoreBytes = (scoreCount * precision.activationBits) / 8;
  // Causality hides keys of most queries, not of the last.
  const longest = longestRow(kernel.shape, extents.keys);
  const rowBytes = (longest * precision.accumulatorBits) / 8;
  const fibreBytes = rowBytes * Math.min(extents.queries, engine.rows);
  const buffer = (accelerator.buffers.at(-1)?.size ?? 0) * accelerator.cores;
  const passes = engine.attentionPasses;
  const moved = isFused
    ? scoreTraffic(passes, { fibreBytes, allBytes: scoreBytes }, buffer)
    : softmaxTraffic(passes, { fibreBytes: rowBytes, allBytes: scoreBytes }, buffer);
  const work = attentionCycles(accelerator, engine, extents, {
    products: [mappings[0].computeCycles, mappings[1].computeCycles],
    // The scale lies in the queries' weights; what the kernel computes beyond a softmax, its mask or cap, is the vector units'.
    moreOperations: Math.max(0, kernel.otherFlops - scoreCount * (softmaxFlops + 1)),
  });

  const least = leastBytes(precision, [scores, values], kernel.shape);
  const extra = Math.max(
    0,
    kernel.readBytes + kernel.writeBytes - least.weights - least.inputs - least.outputs,
  );
  const together =
    isFused && moved === 0 && accelerator.cores === 1
      ? fusedTraffic(accelerator, engine, precision, {
          ...extents,
          longest,
          headSize: scores.inputChannels,
        })
      : undefined;
  const onChip = besideScores(summedTraffic(mappings), accelerator, work, precision).map((entry) =>
    entry.memory === dramName && together ? { ...entry, ...together } : entry,
  );
  const traffic = withoutStay(question, withExtra(onChip, extra, moved));
  const dram = traffic.find(({ memory }) => memory === dramName);
  const slowest = mappings[0].bufferCycles < mappings[1].bufferCycles ? mappings[1] : mappings[0];
  const raw: RawMapping = {
    computeCycles: work.arrayCycles,
    vectorCycles: work.vectorCycles,
    isVectorHidden: true,
    ...(schedule === "sequential" && { busyCycles: work.sequentialCycles }),
    bufferCycles: sum(({ bufferCycles }) => bufferCycles),
    slowestBuffer: slowest.slowestBuffer,
    edgeBytes: mappings[0].edgeBytes,
    isOverlapped: accelerator.buffers.every(({ isDoubleBuffered }) => isDoubleBuffered),
    traffic,
    dramBytes: dram === undefined ? 0 : dram.readBytes + dram.writeBytes,
    registerAccesses: sum(({ registerAccesses }) => registerAccesses) + 4 * work.arraySteps,
    softmax: {
      multiplies: work.arrayMultiplies,
      additions: work.arraySteps - work.arrayMultiplies + work.vectorOperations,
    },
    tiles: mappings[0].tiles,
    notes: [
      ...parts.flatMap(({ note }) => note ?? []),
      ...notesOf(engine, schedule, extents, moved),
    ],
  };
  return isFused ? raw : apart(question, raw, mappings, { softmaxBytes: moved });
}

export function scheduleOf(engine: ArrayEngine): AttentionSchedule {
  return engine.attentionSchedule ?? (engine.attentionPasses === 1 ? "pipelined" : "sequential");
}

function longestRow(shape: KernelShape, visible: number): number {
  if (shape.kind !== "attention") return visible;
  return shape.window > 0 ? Math.min(shape.window, shape.keyLength) : shape.keyLength;
}

/** Three kernels: the slowest of array, vector units, buffers and DRAM counts in each. */
function apart(
  { accelerator, stay }: KernelQuestion,
  raw: RawMapping,
  mappings: readonly ContractionMapping[],
  { softmaxBytes }: { readonly softmaxBytes: number },
): RawMapping {
  const perCycle = accelerator.dram.bandwidth / accelerator.clock;
  const products = mappings.reduce((sum, one) => sum + one.computeCycles, 0);
  const softmax = Math.max(
    raw.vectorCycles + (raw.computeCycles - products),
    softmaxBytes / perCycle,
  );
  const found = (stay?.readBytes ?? 0) + (stay?.writeBytes ?? 0);
  const cycles = mappings.reduce((sum, { computeCycles, bufferCycles, edgeBytes, dramBytes }) => {
    const inside = Math.max(computeCycles, bufferCycles) + edgeBytes / perCycle;
    return sum + Math.max(inside, (dramBytes - found / 2) / perCycle);
  }, softmax);
  const busyCycles = raw.computeCycles + raw.vectorCycles;
  return { ...raw, busyCycles, ...(raw.isOverlapped && { wholeCycles: cycles }) };
}

/** What attention finds on the chip and leaves there: its two products share operands, so no tiling speaks of them. */
function withoutStay(
  { stay }: KernelQuestion,
  traffic: readonly MemoryTraffic[],
): readonly MemoryTraffic[] {
  if (stay === undefined) return traffic;
  return traffic.map((entry) =>
    entry.memory === dramName
      ? {
          ...entry,
          readBytes: Math.max(0, entry.readBytes - stay.readBytes),
          writeBytes: Math.max(0, entry.writeBytes - stay.writeBytes),
        }
      : entry,
  );
}

function notesOf(
  engine: ArrayEngine,
  schedule: AttentionSchedule,
  { keys }: AttentionExtents,
  moved: number,
): readonly string[] {
  const { attentionPasses: passes } = engine;
  const how = {
    unfused: "a kernel for each product and for the softmax",
    sequential: "fused, one step of a block after the other",
    pipelined: "fused, array and vector units on different blocks at once",
  }[schedule];
  const place =
    engine.softmaxOn === "array" ? `, softmax on the array in ${stepsText(engine)}` : "";
  const times = passes === 1 ? "one pass" : `${passes} passes`;
  const notes = [`Attention in ${times} over the keys, ${how}${place}.`];
  if (moved > 0 && schedule !== "unfused")
    notes.push(
      `${passes} passes over ${keys} keys whose scores no buffer holds: they go to the DRAM and back.`,
    );
  return notes;
}

function stepsText({ exponentialCycles }: ArrayEngine): string {
  return `${exponentialCycles + 2} cycles of a score`;
}
