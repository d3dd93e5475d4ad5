import path from "node:path";
import type { Outcome } from "../core/base/problem.js";
import { decodeSupport, type RuntimeSupport } from "../core/quant/plan/support.js";
import { readDataFolder } from "./data-folder.js";

/** What runtimes do with number formats: every file of `quantization` in the data folder. */
export function loadSupport(dataFolder: string): Outcome<readonly RuntimeSupport[]> {
  return readDataFolder(path.join(dataFolder, "quantization"), decodeSupport);
}
