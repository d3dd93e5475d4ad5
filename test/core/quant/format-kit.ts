import path from "node:path";
import type { FormatTable, Scheme } from "../../../server/core/quant/formats/scheme.js";
import { parseScheme } from "../../../server/core/quant/formats/scheme.js";
import { loadFormats } from "../../../server/io/format-files.js";

const dataFolder = path.join(import.meta.dirname, "..", "..", "..", "server", "data");
export const { value: formats, problems: formatProblems } = loadFormats(dataFolder);

export function scheme(text: string, table: FormatTable = formats): Scheme {
  const found = parseScheme(text, table);
  if (typeof found === "string") throw new Error(found);
  return found;
}
