import { formatBytes } from "../core/base/units.js";
import { stateFolder } from "../io/design/source-states.js";
import { clearResults, resultFolder } from "../io/quant/result-cache.js";
import type { Command } from "./command.js";
import { UsageError } from "./usage-error.js";

export const command: Command = {
  name: "clear-cache",
  summary: "remove what is kept of quantization errors, sensitivities and hardware designs",
  usage: `ridgepoint clear-cache

Removes quantization errors of weights and sensitivities that earlier runs, here or in the editor, have found: they lie in
${resultFolder()} and are found again when they are asked for.
Removes what was counted of hardware designs, in ${stateFolder()}: a report of another tool that is
older than the sources is then held against nothing. What reports have taught stays in each project's .ridgepoint/calibration.json.`,
  run: (words) => {
    if (words.length > 0) throw new UsageError("`clear-cache` takes no words.");
    const freed = clearResults() + clearResults(stateFolder());
    process.stdout.write(`${formatBytes(freed)} freed\n`);
    return Promise.resolve(0);
  },
};
