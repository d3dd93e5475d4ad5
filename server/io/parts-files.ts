import path from "node:path";
import type { Outcome } from "../core/base/problem.js";
import { decodePartFamily } from "../core/design/decode-part.js";
import type { PartFamily } from "../core/design/part.js";
import { readDataFolder } from "./data-folder.js";

/** Every file of `parts` in the data folder. */
export function loadParts(dataFolder: string): Outcome<readonly PartFamily[]> {
  return readDataFolder(path.join(dataFolder, "parts"), decodePartFamily);
}
