import { formatNumber, formatShare } from "../base/units.js";
import type { Kernel } from "../lower/lowered.js";
import type { Accelerator, ArrayEngine } from "./accelerator.js";
import { timeOnTiles } from "./array-tiles.js";
import { contractionsOf, macsOf, type Contraction } from "./contraction.js";
import type { KernelMapping } from "./map-kernel.js";
import { fillCycles, rowMapping } from "./row-stationary.js";

/**
 * What other extents would do for a layer that leaves most of an array idle, with their price: channels up to whole folds
 * cost no cycles, larger groups of a grouped convolution bring work that the idle elements can do (DRACO, Jha et al.,
 * ISVLSI 2020). Whether the network may change so is the user's to say.
 */
export function adviceFor(
  { engine, cores }: Accelerator,
  kernel: Kernel,
  mapping: KernelMapping,
): readonly string[] {
  const [c] = contractionsOf(kernel.shape);
  if (engine.kind !== "array" || mapping.limit !== "utilization" || c === undefined) return [];
  return [...widthAdvice(engine, c), ...groupAdvice(engine, cores, c)];
}

/** The next whole fold of output channels, where the present one is part empty and as long. */
function widthAdvice(engine: ArrayEngine, c: Contraction): readonly string[] {
  const { columns, dataflow } = engine;
  const usesColumns = dataflow === "weight-stationary" || dataflow === "output-stationary";
  if (!usesColumns || c.groups > 1 || c.outputChannels % columns === 0) return [];
  const folds = Math.ceil(c.outputChannels / columns);
  const fill = c.outputChannels / (folds * columns);
  return fill > 0.8
    ? []
    : [
        `Its ${c.outputChannels} output channels fill ${formatShare(fill)} of ${folds === 1 ? "" : `${folds} × `}${columns} columns; ${folds * columns} take as many cycles.`,
      ];
}

function groupAdvice(engine: ArrayEngine, cores: number, c: Contraction): readonly string[] {
  const channels = c.inputChannels * c.groups;
  if (c.groups === 1 || c.inputChannels !== c.outputChannels) return [];
  const own = cyclesAlone(engine, c);
  const peak = engine.rows * engine.columns * engine.lanes * cores;
  const used = (of: Contraction): number => (macsOf(of) / (cyclesAlone(engine, of) * peak)) * cores;
  for (const size of [4, 8, 16, 32]) {
    if (size <= c.inputChannels || channels % size !== 0) continue;
    const other = { ...c, groups: channels / size, inputChannels: size, outputChannels: size };
    if (used(other) < 1.5 * used(c)) continue;
    const cycles = cyclesAlone(engine, other) / own;
    return [
      `Groups of ${size} channels would use ${formatShare(used(other))} of the elements in place of ${formatShare(used(c))}: ${formatNumber(macsOf(other) / macsOf(c))} × the products in ${formatNumber(cycles)} × the cycles.`,
    ];
  }
  return [];
}

/** Cycles of the array without what lies around it. */
function cyclesAlone(engine: ArrayEngine, c: Contraction): number {
  if (engine.dataflow === "row-stationary") {
    const mapping = rowMapping(engine, c);
    return mapping.cycles + fillCycles(engine, c, mapping, c.batch);
  }
  const once = { positions: 1, outputs: 1, inputs: 1, groups: 1 };
  return timeOnTiles(engine, c, c, once).apart.cycles;
}
