import { formatNumber } from "../base/units.js";
import type { Kernel } from "../lower/lowered.js";
import { enginesOf, type SideEngine } from "./accelerator.js";
import { dealOut } from "./map-dealt.js";
import { takes } from "./layer-class.js";
import { mapKernel, type KernelMapping, type KernelQuestion } from "./map-kernel.js";
import type { Objective } from "./tiling.js";

/** A kernel on one of a chip's engines, in cycles of the accelerator's clock. */
export interface EngineMapping {
  readonly engine: SideEngine;
  readonly mapping: KernelMapping;
}

/** A kernel on one engine, or dealt out to several that start together. */
export interface Choice {
  readonly parts: readonly EngineMapping[];
  /** Of the whole kernel. */
  readonly mapping: KernelMapping;
}

/** A kernel on each engine that takes it, and where the chip's software can, on several; the best by the objective first. */
export function choicesOf(question: KernelQuestion, kernel: Kernel): readonly Choice[] {
  const { accelerator, objective } = question;
  const engines = enginesOf(accelerator);
  const mapPart = (engine: SideEngine, part: Kernel): KernelMapping | undefined =>
    mapOn(engine, question, part);
  const each = engines.flatMap((engine): readonly Choice[] => {
    const mapping = mapPart(engine, kernel);
    return mapping === undefined
      ? []
      : [{ parts: [{ engine, mapping }], mapping: { ...mapping, engine: engine.name } }];
  });
  const together =
    accelerator.splitsLayers === true
      ? dealOut(question, kernel, { alone: each.flatMap(({ parts }) => parts), mapPart })
      : undefined;
  return [...each, ...(together === undefined ? [] : [together])].sort((a, b) =>
    compare(a.mapping, b.mapping, objective),
  );
}

/** A kernel on the engine, or engines, of a chip that are best at it by the objective. */
export function mapOnBest(question: KernelQuestion, kernel: Kernel): KernelMapping {
  if (question.accelerator.beside.length === 0) return mapKernel(question, kernel);
  const [best, ...others] = choicesOf(question, kernel);
  if (best === undefined) return mapKernel(question, kernel);
  const notes = [
    ...best.mapping.notes,
    ...(best.parts.length === 1 ? [`On \`${best.mapping.engine ?? ""}\`.`] : []),
    ...others.map(({ mapping }) => insteadText(mapping, best.mapping)),
  ];
  return { ...best.mapping, notes };
}

/** Undefined for layers and formats that the engine does not take. */
function mapOn(
  { alone }: SideEngine,
  question: KernelQuestion,
  kernel: Kernel,
): KernelMapping | undefined {
  const precision = alone.precisions.find(({ id }) => id === question.precision.id);
  if (precision === undefined || !takes(alone.runs, kernel.shape)) return undefined;
  const mapping = mapKernel({ ...question, accelerator: alone, precision }, kernel);
  const ratio = question.accelerator.clock / alone.clock;
  return {
    ...mapping,
    cycles: mapping.cycles * ratio,
    computeCycles: mapping.computeCycles * ratio,
    vectorCycles: mapping.vectorCycles * ratio,
    dramCycles: mapping.dramCycles * ratio,
    bufferCycles: mapping.bufferCycles * ratio,
  };
}

function compare(a: KernelMapping, b: KernelMapping, objective: Objective): number {
  const first = {
    latency: a.cycles - b.cycles,
    energy: a.energy.total - b.energy.total,
    traffic: a.dramBytes - b.dramBytes,
  }[objective];
  return first === 0 ? a.cycles - b.cycles : first;
}

function insteadText(mapping: KernelMapping, best: KernelMapping): string {
  const time = formatNumber(mapping.cycles / Math.max(1e-12, best.cycles));
  const energy = formatNumber(mapping.energy.total / Math.max(1e-30, best.energy.total));
  return `\`${mapping.engine ?? ""}\` would take ${time} × the time and ${energy} × the energy.`;
}
