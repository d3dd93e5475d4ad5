import { reportFigures } from "../core/reports/figures.js";
import { publishedErrors } from "../core/reports/published-errors.js";
import { reportFormats } from "../core/reports/index.generated.js";
import { findDataFolder, loadCatalogue } from "../io/catalogue-files.js";
import type { Command } from "./command.js";
import { runJob, withJobContext } from "./job.js";
import { print } from "./print.js";
import { progressOnStderr } from "./progress.js";
import { analyzeUsage } from "./usage.js";
import { UsageError } from "./usage-error.js";
import { parseAnalyzeWords } from "./words.js";

export const command: Command = {
  name: "analyze",
  summary: "one report on a model file or an operator",
  usage: analyzeUsage,
  run: async (words) => {
    const { request, format = "table" } = parseAnalyzeWords(words);
    const report = reportFormats.find((candidate) => candidate.id === format);
    if (report === undefined) {
      const known = reportFormats.map((candidate) => candidate.id).join(", ");
      throw new UsageError(`Format \`${format}\` is not known; there are ${known}.`);
    }
    const { value: catalogue, problems } = await loadCatalogue({
      dataFolder: await findDataFolder(),
      chipFolders: [],
    });
    for (const problem of problems) process.stderr.write(`ridgepoint: ${problem.message}\n`);
    const { document, isAnalysed, analysis } = await withJobContext(catalogue, (context) =>
      runJob(context, request, progressOnStderr()),
    );
    const targetLabels = new Map(
      document.targets.map(({ id }) => [id, catalogue.find(id)?.label ?? id]),
    );
    await print(
      report.render(document, {
        targetLabels,
        width: process.stdout.columns ?? 120,
        hasMemory: request.memory,
        ...(analysis !== undefined && { errors: publishedErrors(analysis) }),
        ...(report.id === "html" && analysis !== undefined && { figures: reportFigures(analysis) }),
      }),
    );
    return isAnalysed ? 0 : 1;
  },
};
