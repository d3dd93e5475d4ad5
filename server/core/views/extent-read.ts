import type { Analysis } from "../analysis.js";

/**
 * How much of the input its reader understood. A damaged file is analysed as far as it could be read; sums over `part` of
 * it are lower bounds, and of `none` they are not zero but unknown.
 */
export type ExtentRead = "whole" | "part" | "none";

export function extentRead({ problems, layers }: Analysis): ExtentRead {
  const isDamaged = problems.some(
    ({ code, severity }) => severity === "error" && code.startsWith(codesOfReading),
  );
  if (!isDamaged) return "whole";
  return layers.some((layer) => layer.isCosted) ? "part" : "none";
}

/** Codes are grouped by stage: see `Problem`. */
const codesOfReading = "RP10";
