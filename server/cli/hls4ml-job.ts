import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Design } from "../core/design/design.js";
import { findPart, unknownPartMessage } from "../core/design/find-part.js";
import type { ChosenPart } from "../core/design/part.js";
import { streamingCosts } from "../core/hls/finn/costs.js";
import { finnDesign } from "../core/hls/finn/pipeline.js";
import { parseFinnWords, wordsOfFolding } from "../core/hls/finn/words.js";
import { hls4mlCosts } from "../core/hls/hls4ml/costs.js";
import { hls4mlDesign, lastPart, ownWords } from "../core/hls/hls4ml/estimate-network.js";
import { type Hls4mlNetwork, networkOf } from "../core/hls/hls4ml/network.js";
import { parseHls4mlWords, wordsOfConfig } from "../core/hls/hls4ml/words.js";
import { unknownLayers } from "../core/hls/unknown-layers.js";
import { tasksOf } from "../core/hls/tasks/task.js";
import { tasksDesign } from "../core/hls/tasks/tasks-design.js";
import { parseTaskWords } from "../core/hls/tasks/words.js";
import { layerBits } from "../core/quant/quantizer-bits.js";
import { designReport } from "../core/views/design/design-report.js";
import { findDataFolder } from "../io/catalogue-files.js";
import { loadParts } from "../io/parts-files.js";
import { denseWeights } from "../io/quant/dense-weights.js";
import type { JobResult } from "./job.js";
import { UsageError } from "./usage-error.js";
import { type AnalyzeRequest } from "./words.js";

/** The model's report as hardware that hls4ml would make of its layers. */
export async function asHls4ml(request: AnalyzeRequest, result: JobResult): Promise<JobResult> {
  const text = request.design.hls4ml ?? "";
  const words = parseHls4mlWords(textOf("hls4ml", text, wordsOfConfig));
  if (typeof words === "string") throw new UsageError(`--hls4ml: ${words}`);
  // A configuration file names activations and inputs too, which are no layers here.
  const typed = parseHls4mlWords(textOf("hls4ml", text, () => ""));
  const dataFolder = await findDataFolder();
  const costs = hls4mlCosts(
    JSON.parse(readFileSync(path.join(dataFolder, "hls4ml", "dense-conv.json"), "utf8")),
  );
  if (costs === undefined) throw new Error("hls4ml/dense-conv.json is broken");
  return asHardware(request, result, {
    defaultPart: "xcvu9p",
    hasWords: (name) => ownWords(words, name) !== undefined,
    design: (network, part, name) => {
      const clock = request.design.clockNanoseconds;
      const asked = clock === undefined ? words : { ...words, clockNs: clock };
      const design = hls4mlDesign(network, asked, costs, part, name);
      if (typeof typed === "string") return design;
      const names = network.layers.map((layer) => layer.name);
      const isKnown = (own: string): boolean =>
        names.some((one) => one === own || lastPart(one) === own);
      const unknown = unknownLayers(typed.layers.keys(), isKnown, names);
      return { ...design, problems: [...design.problems, ...unknown] };
    },
  });
}

/** The same as a streaming pipeline of one unit for each layer, as FINN makes it. */
export async function asFinn(request: AnalyzeRequest, result: JobResult): Promise<JobResult> {
  const words = parseFinnWords(textOf("finn", request.design.finn ?? "", wordsOfFolding));
  if (typeof words === "string") throw new UsageError(`--finn: ${words}`);
  return asHardware(request, result, {
    defaultPart: "xczu7ev",
    hasWords: () => false,
    design: (network, part, name) => {
      const clock = request.design.clockNanoseconds;
      const asked = clock === undefined ? words : { ...words, clockNs: clock };
      return finnDesign(network, asked, streamingCosts, part, name);
    },
  });
}

/** The model's layers as tasks of an FPGA, one by one or in pipelines. */
export async function asTasks(request: AnalyzeRequest, result: JobResult): Promise<JobResult> {
  const words = parseTaskWords(request.design.tasks ?? "");
  if (typeof words === "string") throw new UsageError(`--tasks: ${words}`);
  return asHardware(request, result, {
    defaultPart: "xcu280",
    hasWords: () => false,
    design: (_network, part, name) => {
      const clock = request.design.clockNanoseconds;
      const asked = clock === undefined ? words : { ...words, clockNs: clock };
      return tasksDesign(tasksOf(result.document.layers), asked, part, name);
    },
  });
}

interface Making {
  readonly defaultPart: string;
  /** Layers that the user gives words of their own. */
  readonly hasWords: (name: string) => boolean;
  readonly design: (network: Hls4mlNetwork, part: ChosenPart, name: string) => Design;
}

async function asHardware(
  request: AnalyzeRequest,
  result: JobResult,
  { defaultPart, hasWords, design: make }: Making,
): Promise<JobResult> {
  if (!result.isAnalysed) return result;
  const dataFolder = await findDataFolder();
  const { value: families } = loadParts(dataFolder);
  const wanted = request.design.part ?? defaultPart;
  const part = findPart(families, wanted);
  if (part === undefined) throw new UsageError(unknownPartMessage(families, wanted));
  const { document, analysis } = result;
  const modelFile = request.file ?? document.file;
  const bits = analysis === undefined ? undefined : layerBits(analysis.inferred);
  const network = networkOf(
    document.layers,
    analysis === undefined || typeof modelFile !== "string"
      ? undefined
      : denseWeights(analysis.model, modelFile),
    hasWords,
    ({ id }) => bits?.get(Number(id)),
  );
  const name = document.model?.name ?? "network";
  const design = make(network, part, name);
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

/** A file of a configuration as JSON, or the words themselves. */
function textOf(option: string, text: string, wordsOf: (config: unknown) => string): string {
  // Further words may stand behind the file.
  const [file = "", ...rest] = text.split(",");
  if (!/\.json$/i.test(file)) return text;
  if (!existsSync(file)) throw new UsageError(`--${option}: there is no file \`${file}\`.`);
  try {
    return [wordsOf(JSON.parse(readFileSync(file, "utf8"))), ...rest].join(",");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--${option}: \`${file}\` is not JSON: ${reason}`);
  }
}
