import type { ArrayEngine } from "./accelerator.js";
import { touchedRows, type Contraction } from "./contraction.js";
import {
  mapContraction,
  type ContractionMapping,
  type MappingQuestion,
  type MemoryTraffic,
} from "./map-contraction.js";
import type { KernelQuestion } from "./map-kernel.js";

export interface OnCores {
  readonly mapping: ContractionMapping;
  readonly note: string | undefined;
}

/**
 * A contraction dealt out to identical cores along one extent or two, the way that takes least, if that is not one core by itself: each
 * core has its part of the output, so that no sums cross between cores. Operands that several cores read come from the DRAM once for
 * each.
 */
export function bestOnCores(
  question: KernelQuestion,
  engine: ArrayEngine,
  c: Contraction,
  places: Pick<MappingQuestion, "resident" | "inElements" | "hasWholeSums"> = question.stay ===
  undefined
    ? {}
    : { resident: question.stay.operands },
): OnCores {
  const { accelerator, precision, objective } = question;
  const ask = {
    accelerator,
    engine,
    precision,
    objective,
    ...places,
  };
  const whole = mapContraction(ask, c);
  if (accelerator.cores === 1) return { mapping: whole, note: undefined };
  const perCycle = accelerator.dram.bandwidth / accelerator.clock;
  const rankOf = (one: ContractionMapping): number =>
    Math.max(
      Math.max(one.computeCycles, one.bufferCycles) + one.edgeBytes / perCycle,
      one.dramBytes / perCycle,
    );
  let best: OnCores = { mapping: whole, note: "One core has it: more would take longer." };
  let least = rankOf(whole);
  for (const { along, part, used } of waysToDeal(c, accelerator.cores)) {
    const mapping = onAll(mapContraction(ask, part), used);
    const rank = rankOf(mapping);
    if (least <= rank) continue;
    least = rank;
    best = { mapping, note: `Dealt out to ${used} cores along its ${along}.` };
  }
  return best;
}

interface Way {
  readonly along: string;
  readonly part: Contraction;
  readonly used: number;
}

const extents = [
  ["groups", "groups"],
  ["batch", "batch"],
  ["output rows", "outputRows"],
  ["output channels", "outputChannels"],
] as const;

/** Along each extent, and along two at once where their factors make the number of cores. */
function waysToDeal(c: Contraction, cores: number): readonly Way[] {
  const ways: Way[] = [];
  for (const [index, [name, key]] of extents.entries()) {
    const first = cut(c, key, cores);
    if (first !== undefined) ways.push({ ...first, along: name });
    for (let factor = 2; factor < cores; factor += 1) {
      const outer = cores % factor === 0 ? cut(c, key, factor) : undefined;
      if (outer === undefined) continue;
      for (const [otherName, otherKey] of extents.slice(index + 1)) {
        const inner = cut(outer.part, otherKey, cores / factor);
        if (inner === undefined) continue;
        const used = outer.used * inner.used;
        ways.push({ part: inner.part, used, along: `${name} and ${otherName}` });
      }
    }
  }
  return ways;
}

function cut(
  c: Contraction,
  key: (typeof extents)[number][1],
  cores: number,
): Omit<Way, "along"> | undefined {
  const share = Math.ceil(c[key] / cores);
  if (share === c[key]) return undefined;
  const inputRows = key === "outputRows" ? touchedRows(c, share) : c.inputRows;
  return { part: { ...c, [key]: share, inputRows }, used: Math.ceil(c[key] / share) };
}

/** What one core does takes as long on all; bytes and words add up. */
function onAll(one: ContractionMapping, used: number): ContractionMapping {
  const traffic: readonly MemoryTraffic[] = one.traffic.map(
    ({ memory, readBytes, writeBytes }) => ({
      memory,
      readBytes: readBytes * used,
      writeBytes: writeBytes * used,
    }),
  );
  return {
    ...one,
    macs: one.macs * used,
    edgeBytes: one.edgeBytes * used,
    traffic,
    dramBytes: one.dramBytes * used,
    registerAccesses: one.registerAccesses * used,
    folds: one.folds * used,
  };
}
