import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { findPart, unknownPartMessage } from "../core/design/find-part.js";
import { hls4mlCosts } from "../core/hls/hls4ml/costs.js";
import { hls4mlDesign, ownWords } from "../core/hls/hls4ml/estimate-network.js";
import { networkOf } from "../core/hls/hls4ml/network.js";
import { parseHls4mlWords, wordsOfConfig } from "../core/hls/hls4ml/words.js";
import { designReport } from "../core/views/design/design-report.js";
import { denseWeights } from "../io/quant/dense-weights.js";
import { findDataFolder } from "../io/catalogue-files.js";
import { loadParts } from "../io/parts-files.js";
import type { JobResult } from "./job.js";
import { UsageError } from "./usage-error.js";
import { type AnalyzeRequest } from "./words.js";

const defaultPart = "xcvu9p";

/** The model's report as hardware that hls4ml would make of its layers. */
export async function asHls4ml(request: AnalyzeRequest, result: JobResult): Promise<JobResult> {
  const words = parseHls4mlWords(configWords(request.design.hls4ml ?? ""));
  if (typeof words === "string") throw new UsageError(`--hls4ml: ${words}`);
  if (!result.isAnalysed) return result;
  const dataFolder = await findDataFolder();
  const { value: families } = loadParts(dataFolder);
  const wanted = request.design.part ?? defaultPart;
  const part = findPart(families, wanted);
  if (part === undefined) throw new UsageError(unknownPartMessage(families, wanted));
  const costs = hls4mlCosts(
    JSON.parse(readFileSync(path.join(dataFolder, "hls4ml", "dense-conv.json"), "utf8")),
  );
  if (costs === undefined) throw new Error("hls4ml/dense-conv.json is broken");
  const { document, analysis } = result;
  const modelFile = request.file ?? document.file;
  const clock = request.design.clockNanoseconds;
  const design = hls4mlDesign(
    networkOf(
      document.layers,
      analysis === undefined || typeof modelFile !== "string"
        ? undefined
        : denseWeights(analysis.model, modelFile),
      (name) => ownWords(words, name) !== undefined,
    ),
    clock === undefined ? words : { ...words, clockNs: clock },
    costs,
    part,
    document.model?.name ?? "network",
  );
  const report = designReport(request.file ?? document.file ?? "", design);
  return {
    document: {
      ...report,
      file: document.file,
      problems: [...document.problems, ...report.problems],
    },
    isAnalysed: design.total !== undefined,
  };
}

/** A file of hls4ml's configuration as JSON, or the words themselves. */
function configWords(text: string): string {
  if (!/\.json$/i.test(text)) return text;
  if (!existsSync(text)) throw new UsageError(`--hls4ml: there is no file \`${text}\`.`);
  try {
    return wordsOfConfig(JSON.parse(readFileSync(text, "utf8")));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--hls4ml: \`${text}\` is not JSON: ${reason}`);
  }
}
