import { exportFormats } from "../core/exports/index.generated.js";
import { findDataFolder, loadCatalogue } from "../io/catalogue-files.js";
import type { Command } from "./command.js";
import { runJob, withJobContext } from "./job.js";
import { print } from "./print.js";
import { progressOnStderr } from "./progress.js";
import { UsageError } from "./usage-error.js";
import { parseAnalyzeWords } from "./words.js";

export const command: Command = {
  name: "export",
  summary: "figures, traces and data for other viewers",
  usage: `ridgepoint export KIND FILE [options of analyze]

KIND is one of:
${exportFormats.map(({ id, label }) => `  ${id.padEnd(16)}${label}`).join("\n")}

Writes to standard output, for the first target. All options of \`analyze\` apply.`,
  run: async (words) => {
    const [kind, ...rest] = words;
    const format = exportFormats.find(({ id }) => id === kind);
    if (format === undefined)
      throw new UsageError(
        `There is no export \`${kind ?? ""}\`; there are ${exportFormats.map(({ id }) => id).join(", ")}.`,
      );
    const { request } = parseAnalyzeWords(rest);
    const { value: catalogue } = await loadCatalogue({
      dataFolder: await findDataFolder(),
      chipFolders: [],
    });
    const job = await withJobContext(catalogue, (context) =>
      runJob(context, request, progressOnStderr()),
    );
    const text =
      job.analysis === undefined ? undefined : format.write(job.analysis, job.analysis.targets[0]);
    if (text === undefined) {
      const [problem] = job.document.problems;
      process.stderr.write(
        `ridgepoint: ${problem?.message ?? "There is nothing to write: some size is not known, or no target is chosen."}\n`,
      );
      return 1;
    }
    await print(text);
    return 0;
  },
};
