import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Outcome, Problem } from "../core/base/problem.js";
import { decodeFormat } from "../core/quant/formats/decode-format.js";
import type { NumberFormat } from "../core/quant/formats/number-format.js";
import type { FormatTable } from "../core/quant/formats/scheme.js";

/** Every number format of `formats` in the data folder, by id. What is wrong with one file hides no other. */
export function loadFormats(dataFolder: string): Outcome<FormatTable> {
  const folder = path.join(dataFolder, "formats");
  const table = new Map<string, NumberFormat>();
  const problems: Problem[] = [];
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()) {
    const found = decodeFormat(JSON.parse(readFileSync(path.join(folder, file), "utf8")), file);
    problems.push(...found.problems);
    if (found.value !== undefined) table.set(found.value.id, found.value);
  }
  return { value: table, problems };
}
