import * as vscode from "vscode";
import type { ClientCommand } from "../command.js";
import { modelUriFor, viewTypeFor } from "../model-uri.js";

export const command: ClientCommand = {
  id: "openModel",
  title: "Open Model",
  icon: "$(graph)",
  run: async (_ctx, argument) => {
    const uri = modelUriFor(argument) ?? (await pickFile());
    if (uri !== undefined)
      await vscode.commands.executeCommand("vscode.openWith", uri, viewTypeFor(uri));
  },
};

async function pickFile(): Promise<vscode.Uri | undefined> {
  const files = await vscode.window.showOpenDialog({
    title: "Open a model",
    filters: { Models: ["onnx", "onnxtxt", "tflite", "gguf", "mlir", "json"] },
  });
  return files?.[0];
}
