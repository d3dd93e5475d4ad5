import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { Imported } from "../../core/quant/imports/imported.js";
import { readImatrix } from "../../core/quant/imports/read-imatrix.js";
import { readJsonStatistics, readStatisticsData } from "../../core/quant/imports/read-json.js";
import { readPytorchData } from "../../core/quant/tensors/pytorch.js";
import { openFileBytes } from "../file-bytes.js";

/** A state of ModelOpt for a large model has some megabytes. */
const jsonLimit = 1 << 28;

/** Statistics of another tool, by what the file holds; a sentence when they cannot be read. */
export function readStatistics(file: string): Imported | string {
  const name = path.basename(file);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() !== true) return `\`${file}\` is not there, or is no file.`;
  if (/\.(json|encodings)$/i.test(name)) {
    if (found.size > jsonLimit) return `\`${file}\` is larger than 256 MiB.`;
    return readJsonStatistics(readFileSync(file, "utf8"), name);
  }
  const source = openFileBytes(file);
  try {
    if (/\.(pt|pth)$/i.test(name)) {
      const read = readPytorchData(source);
      return typeof read === "string"
        ? `\`${name}\`: ${read}`
        : readStatisticsData(read.data, name);
    }
    return readImatrix(source, name);
  } finally {
    source.close();
  }
}
