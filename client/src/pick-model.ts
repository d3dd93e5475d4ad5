import * as vscode from "vscode";
import type { PageStart } from "../../server/protocol/panels.js";

/** Files that hold models, in folders that hold none of the user's own left out. */
export const modelFiles = "**/*.{onnx,onnxtxt,tflite,gguf,mlir}";
export const foldersWithout = "**/{node_modules,.git,.venv,venv,__pycache__}/**";

/** A model of the workspace, or of elsewhere. */
export async function pickModel(): Promise<PageStart | null> {
  const found = await vscode.workspace.findFiles(modelFiles, foldersWithout, 500);
  const elsewhere = { label: "$(folder-opened) Another file…" };
  const items = found
    .map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }))
    .sort((a, b) => a.label.localeCompare(b.label));
  const picked = await vscode.window.showQuickPick<{ label: string; uri?: vscode.Uri }>(
    [...items, elsewhere],
    { title: "Ridgepoint: another model" },
  );
  if (picked === undefined) return null;
  const uri =
    picked.uri ??
    (
      await vscode.window.showOpenDialog({
        filters: { Models: ["onnx", "onnxtxt", "tflite", "gguf", "mlir"] },
      })
    )?.[0];
  return uri === undefined
    ? null
    : { uri: uri.toString(), fileName: uri.path.slice(uri.path.lastIndexOf("/") + 1) };
}
