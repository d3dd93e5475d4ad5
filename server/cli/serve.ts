import { parseBudget } from "../core/goals.js";
import { view as servingView, type ServingParams } from "../core/views/serving.js";
import { usualServing } from "../core/serving/usual-params.js";
import { unknownTargetMessage } from "../core/targets/suggest-targets.js";
import { findDataFolder, loadCatalogue } from "../io/catalogue-files.js";
import { readArguments } from "./arguments.js";
import type { Command } from "./command.js";
import { runJob, withJobContext } from "./job.js";
import { print } from "./print.js";
import { progressOnStderr } from "./progress.js";
import { bytesPerSecondOf } from "./quantity-words.js";
import { servingText } from "./serve-text.js";
import { UsageError } from "./usage-error.js";
import { parseAnalyzeWords, positiveInteger } from "./words.js";

export const command: Command = {
  name: "serve",
  summary: "how many texts a language model serves within limits, on how many devices",
  usage: `ridgepoint serve MODEL [--target ID]… [options]

Numbers of texts at once that hold the limits, with the most tokens a second for each device; for every target and every
number of devices that share the model (tensor parallelism, of a config.json). Prompts are read in turns with steps
(continuous batching), or with --apart on devices of their own (disaggregated).

  --target ID           repeatable; \`ridgepoint targets tensorrt-llm\` lists measured servers
  --input N             tokens of a prompt (default 1024)
  --output N            tokens of an answer (default 256)
  --ttft TIME           limit of the time to the first token, prompts arriving at random: 500ms
  --tpot TIME           limit of the time between tokens, on average: 30ms
  --devices A,B,…       sizes of groups to try (default 1,2,4,8)
  --apart               also groups that only read prompts beside groups that only write
  --link RATE           with it, what a prompt's cache moves by, of each device: 400Gb/s (default), 50GB/s
  --texts N             what a server takes at once at most (default 2048)
  --price [ID=]DOLLARS  an hour of one device, repeatable: adds the price of a million output tokens
  --points              all numbers of texts that were tried, not the best alone
  --json                everything as JSON`,
  run: async (words) => {
    const { file, targets, params, hasPoints, isJson } = parse(words);
    const { value: catalogue, problems } = await loadCatalogue({
      dataFolder: await findDataFolder(),
      chipFolders: [],
    });
    for (const problem of problems) process.stderr.write(`ridgepoint: ${problem.message}\n`);
    const rest = targets.flatMap((id) => ["--target", id]);
    const { request } = parseAnalyzeWords([file, ...rest]);
    const { document, analysis } = await withJobContext(catalogue, (context) =>
      runJob(context, request, progressOnStderr()),
    );
    for (const id of Object.keys(params.prices))
      if (id !== "" && catalogue.find(id) === undefined)
        throw new UsageError(unknownTargetMessage(catalogue, id));
    const complaint = document.problems.find(({ severity }) => severity === "error");
    if (analysis === undefined) {
      process.stderr.write(`ridgepoint: ${complaint?.message ?? "The file holds no model."}\n`);
      return 1;
    }
    const everywhere = params.prices[""];
    const prices =
      everywhere === undefined
        ? params.prices
        : {
            ...Object.fromEntries(analysis.targets.map(({ target }) => [target.id, everywhere])),
            ...params.prices,
          };
    const found = servingView(analysis, { ...params, prices });
    if (found === null) {
      process.stderr.write(
        `ridgepoint: \`${file}\` writes no text; give a language model's config.json or GGUF file.\n`,
      );
      return 1;
    }
    const output = isJson
      ? `${JSON.stringify({ schemaVersion: 1, file, serving: found }, null, 2)}\n`
      : servingText(found, { hasPoints });
    await print(output);
    return found.plans.length > 0 ? 0 : 1;
  },
};

interface ServeWords {
  readonly file: string;
  readonly targets: readonly string[];
  readonly params: ServingParams;
  readonly hasPoints: boolean;
  readonly isJson: boolean;
}

function parse(words: readonly string[]): ServeWords {
  const given = readArguments(words, {
    flags: ["apart", "points", "json"],
    once: ["input", "output", "ttft", "tpot", "devices", "link", "texts"],
    many: ["target", "price"],
  });
  const [file] = given.files;
  if (file === undefined || given.files.length > 1)
    throw new UsageError("`ridgepoint serve` takes one model.");
  const count = (option: string, usual: number): number => {
    const word = given.one(option);
    return word === undefined ? usual : positiveInteger(word, `--${option}`);
  };
  const usual = usualServing.workload;
  const link = given.one("link");
  const firstTokenSeconds = secondsOf(given.one("ttft"), "--ttft");
  const tokenSeconds = secondsOf(given.one("tpot"), "--tpot");
  return {
    file,
    targets: given.all("target"),
    hasPoints: given.has("points"),
    isJson: given.has("json"),
    params: {
      workload: {
        inputTokens: count("input", usual.inputTokens),
        outputTokens: count("output", usual.outputTokens),
      },
      limits: {
        ...(firstTokenSeconds !== undefined && { firstTokenSeconds }),
        ...(tokenSeconds !== undefined && { tokenSeconds }),
      },
      devices:
        given
          .one("devices")
          ?.split(",")
          .map((word) => positiveInteger(word.trim(), "--devices")) ?? usualServing.devices,
      isApart: given.has("apart"),
      linkBytesPerSecond:
        link === undefined ? usualServing.linkBytesPerSecond : bytesPerSecondOf(link, "--link"),
      mostTexts: count("texts", usualServing.mostTexts),
      prices: Object.fromEntries(given.all("price").map(priceOf)),
    },
  };
}

function secondsOf(word: string | undefined, option: string): number | undefined {
  if (word === undefined) return undefined;
  const budget = parseBudget(word);
  if (budget?.kind !== "seconds")
    throw new UsageError(`\`${option}\` takes a time, \`50ms\`, not \`${word}\`.`);
  return budget.seconds;
}

/** By target; under "" what every other costs. */
function priceOf(word: string): readonly [string, number] {
  const equals = word.lastIndexOf("=");
  const dollars = Number(word.slice(equals + 1));
  if (!(dollars > 0) || dollars === Infinity || equals === 0)
    throw new UsageError(
      `\`--price\` takes dollars an hour, \`2.5\` or \`ID=2.5\`, not \`${word}\`.`,
    );
  return [word.slice(0, Math.max(equals, 0)), dollars];
}
