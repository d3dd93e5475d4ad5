// Written by scripts/gen.mjs; do not edit.
import { view as summary } from "./summary.js";

export const views = {
  "summary": summary,
} as const;
