import type { Analysis } from "../core/analysis.js";
import { views } from "../core/views/index.generated.js";
import { findDataFolder, loadCatalogue } from "../io/catalogue-files.js";
import type { Command } from "./command.js";
import { runJob, withJobContext } from "./job.js";
import { print } from "./print.js";
import { progressOnStderr } from "./progress.js";
import { defaultParams } from "./view-params.js";
import { UsageError } from "./usage-error.js";
import { parseAnalyzeWords } from "./words.js";

export const command: Command = {
  name: "view",
  summary: "what a panel shows, as JSON",
  usage: `ridgepoint view NAME FILE [options of analyze] [--params '{…}']

NAME is one of ${Object.keys(views).join(", ")}.
Prints the data that the panel of that name draws. --params replaces some of what it asks for, as JSON, for example
'{"measure":"energy","fold":"open"}' for graph. All options of \`analyze\` apply: targets, batch, dims.`,
  run: async (words) => {
    const { name, params, rest } = parseViewWords(words);
    const { request } = parseAnalyzeWords(rest);
    const { value: catalogue, problems } = await loadCatalogue({
      dataFolder: await findDataFolder(),
      chipFolders: [],
    });
    for (const problem of problems) process.stderr.write(`ridgepoint: ${problem.message}\n`);
    const job = await withJobContext(catalogue, (context) =>
      runJob(context, request, progressOnStderr()),
    );
    if (job.analysis === undefined) {
      const [first] = job.document.problems;
      process.stderr.write(`ridgepoint: ${first?.message ?? "The file holds no model."}\n`);
      return 1;
    }
    const make = views[name] as (analysis: Analysis, params: unknown) => unknown;
    const shown = make(job.analysis, { ...defaultParams(name, job.analysis), ...params });
    const text = `${JSON.stringify(shown ?? null, null, 2)}\n`;
    await print(text);
    return job.isAnalysed ? 0 : 1;
  },
};

function parseViewWords(words: readonly string[]): {
  readonly name: keyof typeof views;
  readonly params: Readonly<Record<string, unknown>>;
  readonly rest: readonly string[];
} {
  const [name, ...others] = words;
  if (name === undefined || !Object.hasOwn(views, name))
    throw new UsageError(
      `There is no view \`${name ?? ""}\`; there are ${Object.keys(views).join(", ")}.`,
    );
  const rest: string[] = [];
  let params: Readonly<Record<string, unknown>> = {};
  for (let at = 0; at < others.length; at++) {
    const word = others[at] ?? "";
    if (word !== "--params" && !word.startsWith("--params=")) {
      rest.push(word);
      continue;
    }
    const text = word === "--params" ? others[++at] : word.slice("--params=".length);
    params = decodeParams(text);
  }
  return { name: name as keyof typeof views, params, rest };
}

function decodeParams(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) throw new UsageError("Option `--params` needs a value.");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `\`--params\` is not JSON: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UsageError("`--params` should be a JSON object.");
  return value as Readonly<Record<string, unknown>>;
}
