import path from "node:path";
import type { Outcome } from "../core/base/problem.js";
import { type CacheFormat, decodeCacheFormat } from "../core/quant/cache/cache-format.js";
import type { FormatTable } from "../core/quant/formats/scheme.js";
import { readDataFolder } from "./data-folder.js";

/** Ways of keeping keys and values: every file of `caches` in the data folder. */
export function loadCacheFormats(
  dataFolder: string,
  formats: FormatTable,
): Outcome<readonly CacheFormat[]> {
  return readDataFolder(path.join(dataFolder, "caches"), (value, file) =>
    decodeCacheFormat(value, file, formats),
  );
}
