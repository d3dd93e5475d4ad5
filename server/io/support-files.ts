import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Outcome, Problem } from "../core/base/problem.js";
import { decodeSupport, type RuntimeSupport } from "../core/quant/plan/support.js";

/** What runtimes do with number formats: every file of `quantization` in the data folder. */
export function loadSupport(dataFolder: string): Outcome<readonly RuntimeSupport[]> {
  const folder = path.join(dataFolder, "quantization");
  const problems: Problem[] = [];
  const found = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .flatMap((file) => {
      const one = decodeSupport(JSON.parse(readFileSync(path.join(folder, file), "utf8")), file);
      problems.push(...one.problems);
      return one.value ?? [];
    });
  return { value: found, problems };
}
