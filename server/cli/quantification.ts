import type { Analysis, Bindings } from "../core/analysis.js";
import { neverCancelled } from "../core/base/cancel.js";
import { activationSchemeIds } from "../core/quant/formats/activation-scheme.js";
import { defaultSchemeIds } from "../core/quant/default-schemes.js";
import { type FormatTable, parseScheme, type Scheme } from "../core/quant/formats/scheme.js";
import { loadCacheFormats } from "../io/cache-format-files.js";
import { findDataFolder } from "../io/catalogue-files.js";
import { loadFormats } from "../io/format-files.js";
import { readStatistics } from "../io/quant/import-files.js";
import type { SampleChoice } from "../io/quant/open-run.js";
import { quantify, type Quantified, type QuantifyRequest } from "../io/quant/quantify.js";
import type { Problem } from "../core/base/problem.js";
import { emptyReport } from "../core/views/empty-report.js";
import { reportQuantization } from "../core/views/report-quantization.js";
import { NotAFile } from "../io/file-bytes.js";
import { quantifyTensors } from "../io/quant/quantify-tensors.js";
import type { JobResult, Progress } from "./job.js";
import { UsageError } from "./usage-error.js";

/** Quantization errors of the model's weights in the given formats, or in the usual ones. */
export async function quantifyModel(
  { model }: Analysis,
  modelPath: string,
  progress: Progress,
  schemes?: readonly Scheme[],
  more: Pick<QuantifyRequest, "measured" | "imported"> = {},
): Promise<Quantified> {
  const formats = await formatTable();
  return quantify({
    model,
    modelPath,
    schemes: schemes ?? parseSchemes(formats, defaultSchemeIds),
    activationSchemes: parseSchemes(formats, activationSchemeIds),
    cacheFormats: loadCacheFormats(await findDataFolder(), formats).value,
    cancel: neverCancelled,
    onProgress: progress,
    ...more,
  });
}

/** Words of the command line as what sensitivities rest on. */
export function sensitivityWords(
  words: { readonly samples?: string | undefined; readonly statistics?: string | undefined },
  bindings: Bindings,
): Pick<QuantifyRequest, "measured" | "imported"> {
  const { samples, statistics } = words;
  const imported = statistics === undefined ? undefined : readStatistics(statistics);
  if (typeof imported === "string") throw new UsageError(imported);
  return {
    ...(samples !== undefined && {
      measured: { samples: parseSampleChoice(samples), bindings },
    }),
    ...(imported !== undefined && { imported }),
  };
}

/** `--samples generated`, `--samples generated:16` or a place. */
export function parseSampleChoice(text: string): SampleChoice {
  const generated = /^generated(?::(\d{1,3}))?$/.exec(text);
  if (generated === null) return { kind: "files", place: text };
  const count = Number(generated[1] ?? 8);
  if (count < 1) throw new UsageError("`--samples generated:N` takes N from 1 to 999.");
  return { kind: "generated", count };
}

export async function formatTable(): Promise<FormatTable> {
  const { value, problems } = loadFormats(await findDataFolder());
  for (const { message } of problems) process.stderr.write(`ridgepoint: ${message}\n`);
  return value;
}

export function parseSchemes(formats: FormatTable, texts: readonly string[]): readonly Scheme[] {
  const found = new Map<string, Scheme>();
  for (const text of texts) {
    const scheme = parseScheme(text, formats);
    if (typeof scheme === "string") throw new UsageError(scheme);
    found.set(scheme.id, scheme);
  }
  return [...found.values()];
}

/** What a GGUF file may be quantized to again. */
const ggufSchemeIds = ["q8_0", "q6_k", "q5_k", "q4_k", "q4_0", "iq4_nl", "mxfp4", "q3_k", "q2_k"];

/** The report on a file that holds weights alone: no layers, no targets, its tensors under `quantization`. */
export async function tensorReport(
  file: string,
  kind: string,
  progress: Progress,
  statistics: string | undefined,
): Promise<JobResult> {
  const imported = statistics === undefined ? undefined : readStatistics(statistics);
  if (typeof imported === "string") throw new UsageError(imported);
  try {
    const { result, problems } = await quantifyTensors({
      file,
      schemes: parseSchemes(
        await formatTable(),
        kind === "gguf" ? ggufSchemeIds : defaultSchemeIds,
      ),
      cancel: neverCancelled,
      onProgress: progress,
      ...(imported !== undefined && { imported }),
    });
    return {
      document: {
        ...emptyReport(file, problems),
        kind,
        quantization: reportQuantization(result),
      },
      isAnalysed: result.layers.length > 0,
    };
  } catch (error) {
    if (!(error instanceof Error && ("code" in error || error instanceof NotAFile))) throw error;
    const problem: Problem = {
      code: "RP1000",
      severity: "error",
      message: `\`${file}\` cannot be read.`,
    };
    return { document: emptyReport(file, [problem]), isAnalysed: false };
  }
}
