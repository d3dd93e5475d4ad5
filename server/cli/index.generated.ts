// Written by scripts/gen.mjs; do not edit.
import { command as analyze } from "./analyze.js";
import { command as batch } from "./batch.js";
import { command as clearCache } from "./clear-cache.js";
import { command as compare } from "./compare.js";
import { command as exportData } from "./export-data.js";
import { command as lsp } from "./lsp.js";
import { command as map } from "./map.js";
import { command as offload } from "./offload.js";
import { command as pareto } from "./pareto.js";
import { command as pragmas } from "./pragmas.js";
import { command as quantize } from "./quantize.js";
import { command as rank } from "./rank.js";
import { command as serve } from "./serve.js";
import { command as split } from "./split.js";
import { command as targets } from "./targets.js";
import { command as view } from "./view.js";
import type { Command } from "./command.js";

export const commands: readonly Command[] = [
  analyze,
  batch,
  clearCache,
  compare,
  exportData,
  lsp,
  map,
  offload,
  pareto,
  pragmas,
  quantize,
  rank,
  serve,
  split,
  targets,
  view,
];
