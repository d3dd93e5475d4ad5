import { existsSync } from "node:fs";
import path from "node:path";
import type { Model } from "../../core/graph/graph.js";
import { bindWeights, type BoundWeights } from "../../core/quant/bind-weights.js";
import { NotAFile } from "../file-bytes.js";
import { readTensorFile } from "./tensor-files.js";

export interface SourceWeights extends BoundWeights {
  readonly weightsFile: string;
}

/**
 * The model of a Python file with its parameters in a file of weights: the one that is given, else one beside the source
 * that has some of them. Undefined when there is none.
 */
export function weightsOfSource(
  model: Model,
  source: string,
  given?: string,
): SourceWeights | undefined {
  for (const weightsFile of given === undefined ? filesBeside(source) : [given]) {
    const bound = tryBind(model, weightsFile);
    if (bound !== undefined && bound.boundCount > 0) return { ...bound, weightsFile };
  }
  return undefined;
}

/** The source's own name first, then those that hubs give to weights. */
function filesBeside(source: string): readonly string[] {
  const folder = path.dirname(source);
  const stem = path.basename(source, path.extname(source));
  const names = [
    ...["safetensors", "pt", "pth", "bin", "gguf"].map((extension) => `${stem}.${extension}`),
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "weights.safetensors",
    "checkpoint.pt",
    "checkpoint.pth",
  ];
  return names.map((name) => path.join(folder, name)).filter((file) => existsSync(file));
}

function tryBind(model: Model, weightsFile: string): BoundWeights | undefined {
  try {
    return bindWeights(model, readTensorFile(weightsFile).tensors);
  } catch (error) {
    if (error instanceof NotAFile || (error instanceof Error && "code" in error)) return undefined;
    throw error;
  }
}
