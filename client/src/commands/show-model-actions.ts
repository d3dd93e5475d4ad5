import * as vscode from "vscode";
import type { ClientCommand } from "../command.js";
import { modelUriFor } from "../model-uri.js";

interface ModelAction extends vscode.QuickPickItem {
  readonly command: string;
  /** What it is called with; the model's address unless given. */
  readonly words?: readonly unknown[];
}

const actions: readonly ModelAction[] = [
  { label: "$(circuit-board) Pick targets", command: "ridgepoint.pickTargets" },
  { label: "$(graph) Open the model", command: "ridgepoint.openModel" },
  { label: "$(type-hierarchy-sub) Show the graph", command: "ridgepoint.showGraph" },
  { label: "$(symbol-numeric) Set batch size and dimensions", command: "ridgepoint.setDimensions" },
  {
    label: "$(beaker) Measure quantization sensitivity on samples",
    command: "ridgepoint.measureSensitivity",
  },
  { label: "$(diff) Compare with the quantization plan", command: "ridgepoint.comparePlan" },
  { label: "$(export) Export a quantization recipe", command: "ridgepoint.exportRecipe" },
  { label: "$(clippy) Copy a report", command: "ridgepoint.copyReport" },
];

/** What the lens above a model leads to. */
export const command: ClientCommand = {
  id: "showModelActions",
  title: "Show Model Actions…",
  run: async (_ctx, argument, line) => {
    const uri = modelUriFor(argument);
    const pin: ModelAction = {
      label: "$(pin) Pin the input in a comment",
      command: "ridgepoint.pinInput",
      words: [uri, line],
    };
    const offered = typeof line === "number" ? [...actions, pin] : actions;
    const picked = await vscode.window.showQuickPick(offered, { title: "Ridgepoint" });
    if (picked !== undefined)
      await vscode.commands.executeCommand(picked.command, ...(picked.words ?? [uri]));
  },
};
