import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Outcome, Problem } from "../core/base/problem.js";
import { type CacheFormat, decodeCacheFormat } from "../core/quant/cache/cache-format.js";
import type { FormatTable } from "../core/quant/formats/scheme.js";

/** Ways of keeping keys and values: every file of `caches` in the data folder. */
export function loadCacheFormats(
  dataFolder: string,
  formats: FormatTable,
): Outcome<readonly CacheFormat[]> {
  const folder = path.join(dataFolder, "caches");
  const problems: Problem[] = [];
  const found = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .flatMap((file) => {
      const value: unknown = JSON.parse(readFileSync(path.join(folder, file), "utf8"));
      const one = decodeCacheFormat(value, file, formats);
      problems.push(...one.problems);
      return one.value ?? [];
    });
  return { value: found, problems };
}
