import * as vscode from "vscode";
import type { ClientCommand } from "../command.js";
import { modelUriOrTell } from "../model-uri.js";
import { recipeOf } from "../recipe.js";
import { saveFileAndTell } from "../save-file.js";

/** Ids are those of `ridgepoint quantize --export`. */
const recipes = [
  { id: "onnxruntime", label: "ONNX Runtime", description: "quantize_static", extension: "json" },
  { id: "tensorrt", label: "TensorRT", description: "trtexec --layerPrecisions", extension: "txt" },
  { id: "modelopt", label: "NVIDIA ModelOpt", description: "quant_cfg", extension: "json" },
  { id: "aimet", label: "AIMET", description: "encodings", extension: "json" },
  { id: "qnn", label: "Qualcomm QNN", description: "--quantization_overrides", extension: "json" },
  { id: "llama-cpp", label: "llama.cpp", description: "--tensor-type", extension: "txt" },
  { id: "json", label: "Ridgepoint", description: "plan file, read again", extension: "json" },
];

export const command: ClientCommand = {
  id: "exportRecipe",
  title: "Export a Quantization Recipe…",
  run: async (ctx, argument) => {
    const uri = modelUriOrTell(argument);
    if (uri === undefined) return;
    const picked = await vscode.window.showQuickPick(recipes, {
      title: "Ridgepoint: who carries out the plan",
    });
    const content = picked && (await recipeOf(ctx, uri, picked.id));
    if (picked === undefined || content === undefined) return;
    const base = uri.path.slice(uri.path.lastIndexOf("/") + 1);
    await saveFileAndTell(uri, {
      name: picked.id === "json" ? `${base}.plan.json` : `${base}.${picked.id}.${picked.extension}`,
      content,
    });
  },
};
