import type { TargetAnalysis } from "../../analysis.js";
import { formatBytes } from "../../base/units.js";
import type { ConfigNumbers } from "./config-state.js";

/** What a target keeps of every token of every text; undefined for a model that keeps no tokens, or a call after none. */
export function bytesPerToken(target: TargetAnalysis | undefined): number | undefined {
  const generation = target?.generation;
  if (generation === undefined || generation.cacheBytes === 0) return undefined;
  return generation.cacheBytes / (generation.batch * generation.call.past);
}

/** The cache of one text as long as the model allows, windows counted; undefined where the limit is not told. */
export function cacheAtLimit(
  numbers: ConfigNumbers,
): { readonly tokens: number; readonly bytes: number } | undefined {
  const tokens = numbers.analysis.model.generation?.contextLimit;
  if (tokens === undefined || bytesPerToken(numbers.analysis.targets[0]) === undefined)
    return undefined;
  const bytes = numbers.suppose({ batch: 1, past: tokens }).targets[0]?.generation?.cacheBytes;
  return bytes === undefined ? undefined : { tokens, bytes };
}

/** 131072 is `128 k`: powers of two are meant where lengths of contexts are written so. */
export function tokenText(tokens: number): string {
  return tokens >= 1024 && tokens % 1024 === 0 ? `${tokens / 1024} k` : String(tokens);
}

/** `64 KiB/token KV`. */
export function perTokenText(bytes: number): string {
  return `${formatBytes(bytes)}/token KV`;
}
