import { readFileSync } from "node:fs";
import path from "node:path";
import type { TensorList } from "../../core/quant/tensors/tensor-list.js";
import { readGguf } from "../../core/quant/tensors/gguf.js";
import { readPytorch } from "../../core/quant/tensors/pytorch.js";
import { readSafetensors, shardFiles } from "../../core/quant/tensors/safetensors.js";
import { openFileBytes } from "../file-bytes.js";
import { neighbourhoodOf } from "../neighbourhood.js";

/** A file of weights without a graph, by its name; undefined for others. */
export function tensorFileKind(file: string): "safetensors" | "gguf" | "pytorch" | undefined {
  const name = path.basename(file).toLowerCase();
  if (name.endsWith(".safetensors") || name.endsWith(".safetensors.index.json"))
    return "safetensors";
  if (name.endsWith(".gguf")) return "gguf";
  return /\.(pt|pth|bin)$/.test(name) ? "pytorch" : undefined;
}

/** The tensors of such a file, or of the files that an index names; the files must lie beside it. */
export function readTensorFile(file: string): TensorList {
  if (file.toLowerCase().endsWith(".index.json")) return readShards(file);
  const source = openFileBytes(file);
  try {
    switch (tensorFileKind(file)) {
      case "gguf":
        return readGguf(source);
      case "pytorch":
        return readPytorch(source);
      case "safetensors":
      case undefined:
        return readSafetensors(source);
    }
  } finally {
    source.close();
  }
}

function readShards(file: string): TensorList {
  const files = shardFiles(readFileSync(file, "utf8"));
  if (files === undefined)
    return {
      tensors: [],
      problems: [
        { code: "RP2320", severity: "error", message: "The index has no `weight_map` of files." },
      ],
    };
  const neighbourhood = neighbourhoodOf(path.dirname(file));
  try {
    const lists = files.map((name): TensorList => {
      const source = neighbourhood.open(name);
      return source === undefined
        ? {
            tensors: [],
            problems: [
              {
                code: "RP2323",
                severity: "warning",
                message: `\`${name}\` is not there, or does not lie in the index's folder.`,
              },
            ],
          }
        : readSafetensors(source, name);
    });
    return {
      tensors: lists.flatMap(({ tensors }) => tensors),
      problems: lists.flatMap(({ problems }) => problems),
    };
  } finally {
    neighbourhood.close();
  }
}
