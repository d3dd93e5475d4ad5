import { formatBytes } from "../core/base/units.js";
import { clearResults, resultFolder } from "../io/quant/result-cache.js";
import type { Command } from "./command.js";
import { UsageError } from "./usage-error.js";

export const command: Command = {
  name: "clear-cache",
  summary: "remove what is kept of quantization errors and sensitivities",
  usage: `ridgepoint clear-cache

Removes quantization errors of weights and sensitivities that earlier runs, here or in the editor, have found.
They lie in ${resultFolder()} and are found again when they are asked for.`,
  run: (words) => {
    if (words.length > 0) throw new UsageError("`clear-cache` takes no words.");
    process.stdout.write(`${formatBytes(clearResults())} freed\n`);
    return Promise.resolve(0);
  },
};
