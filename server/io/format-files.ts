import path from "node:path";
import type { Outcome } from "../core/base/problem.js";
import { decodeFormat } from "../core/quant/formats/decode-format.js";
import type { FormatTable } from "../core/quant/formats/scheme.js";
import { readDataFolder } from "./data-folder.js";

/** Every number format of `formats` in the data folder, by id. */
export function loadFormats(dataFolder: string): Outcome<FormatTable> {
  const { value, problems } = readDataFolder(path.join(dataFolder, "formats"), decodeFormat);
  return { value: new Map(value.map((format) => [format.id, format])), problems };
}
