import { writeFileSync } from "node:fs";
import { estimateKernel, topOf } from "../../server/core/hls/estimate-kernel.js";
import { readUnit } from "../../server/core/hls/read/unit.js";
import { filled, hlsynDesigns, parser } from "./hlsyn.js";

/** Writes the estimates of all published designs to a file: what `hls-rules` runs with one rule after the other left out. */
export interface DesignCycles {
  readonly group: string;
  readonly truth: number;
  readonly ours: number;
}

const rows = hlsynDesigns().flatMap((design): readonly DesignCycles[] => {
  const target = topOf(readUnit(parser.parse(filled(design))).value, undefined);
  if (target === undefined) return [];
  const ours = estimateKernel(target, design.profile).assumedCycles;
  return [{ group: `${design.tool}|${design.kernel}`, truth: design.cycles, ours }];
});
writeFileSync(process.argv[2] ?? "", JSON.stringify(rows));
