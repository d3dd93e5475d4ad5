import type { ArrayEngine } from "./accelerator.js";
import { touchedRows, type Contraction } from "./contraction.js";
import { mapContraction, type ContractionMapping, type MemoryTraffic } from "./map-contraction.js";
import type { KernelQuestion } from "./map-kernel.js";

export interface OnCores {
  readonly mapping: ContractionMapping;
  readonly note: string | undefined;
}

/**
 * A contraction dealt out to identical cores along one extent, the way that takes least: each core has its part of the
 * output, so that no sums cross between cores. Operands that all cores read come from the DRAM once for each.
 */
export function bestOnCores(
  question: KernelQuestion,
  engine: ArrayEngine,
  c: Contraction,
): OnCores {
  const { accelerator, precision, objective, stay } = question;
  const ask = {
    accelerator,
    engine,
    precision,
    objective,
    ...(stay !== undefined && { resident: stay.operands }),
  };
  if (accelerator.cores === 1) return { mapping: mapContraction(ask, c), note: undefined };
  let best: (OnCores & { readonly rank: number }) | undefined;
  for (const { along, part, used } of ways(c, accelerator.cores)) {
    const one = mapContraction(ask, part);
    const mapping = onAll(one, used);
    const dramCycles = (mapping.dramBytes / accelerator.dram.bandwidth) * accelerator.clock;
    const rank = Math.max(one.computeCycles, one.bufferCycles, dramCycles);
    if (best !== undefined && best.rank <= rank) continue;
    best = { mapping, rank, note: `Dealt out to ${used} cores along its ${along}.` };
  }
  return best ?? { mapping: mapContraction(ask, c), note: undefined };
}

function ways(
  c: Contraction,
  cores: number,
): readonly { readonly along: string; readonly part: Contraction; readonly used: number }[] {
  const along = (
    name: string,
    key: "groups" | "batch" | "outputRows" | "outputChannels",
  ): readonly { readonly along: string; readonly part: Contraction; readonly used: number }[] => {
    const share = Math.ceil(c[key] / cores);
    if (share === c[key]) return [];
    const part = { ...c, [key]: share };
    const inputRows = key === "outputRows" ? touchedRows(c, share) : c.inputRows;
    return [{ along: name, part: { ...part, inputRows }, used: Math.ceil(c[key] / share) }];
  };
  const found = [
    ...along("groups", "groups"),
    ...along("batch", "batch"),
    ...along("output rows", "outputRows"),
    ...along("output channels", "outputChannels"),
  ];
  return found.length > 0 ? found : [{ along: "whole", part: c, used: 1 }];
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
