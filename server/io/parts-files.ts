import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import type { Outcome, Problem } from "../core/base/problem.js";
import { decodePartFamily } from "../core/design/decode-part.js";
import type { PartFamily } from "../core/design/part.js";

/** Every file of `parts` in the data folder. What is wrong with one is a problem that names it, and hides no other. */
export function loadParts(dataFolder: string): Outcome<readonly PartFamily[]> {
  const folder = path.join(dataFolder, "parts");
  const problems: Problem[] = [];
  const families = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .flatMap((file) => {
      const value: unknown = JSON.parse(readFileSync(path.join(folder, file), "utf8"));
      const family = decodePartFamily(value, file);
      problems.push(...family.problems);
      return family.value ?? [];
    });
  return { value: families, problems };
}
