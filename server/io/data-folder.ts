import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Outcome, Problem } from "../core/base/problem.js";

/**
 * Every JSON file of a folder of data files, by name. What is wrong with one is a problem that names it, and hides no
 * other.
 */
export function readDataFolder<T>(
  folder: string,
  decode: (value: unknown, file: string) => Outcome<T | undefined>,
): Outcome<readonly T[]> {
  const problems: Problem[] = [];
  const found: T[] = [];
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith(".json")) continue;
    const one = decode(JSON.parse(readFileSync(path.join(folder, file), "utf8")), file);
    problems.push(...one.problems);
    if (one.value !== undefined) found.push(one.value);
  }
  return { value: found, problems };
}
