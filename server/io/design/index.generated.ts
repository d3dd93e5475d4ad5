// Written by scripts/gen.mjs; do not edit.
import { designAnalyst as hlsAnalyst } from "./hls-analyst.js";
import { designAnalyst as rtlAnalyst } from "./rtl-analyst.js";
import type { DesignAnalyst } from "./design-request.js";

export const designAnalysts: readonly DesignAnalyst[] = [
  hlsAnalyst,
  rtlAnalyst,
];
