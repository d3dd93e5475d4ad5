import * as vscode from "vscode";
import type { ClientCommand } from "../command.js";
import { modelUriFor } from "../model-uri.js";

const actions = [
  { label: "$(circuit-board) Pick targets", command: "ridgepoint.pickTargets" },
  { label: "$(graph) Open the model", command: "ridgepoint.openModel" },
  { label: "$(symbol-numeric) Set batch size and dimensions", command: "ridgepoint.setDimensions" },
  { label: "$(clippy) Copy a report", command: "ridgepoint.copyReport" },
];

/** What the lens above a model leads to. */
export const command: ClientCommand = {
  id: "showModelActions",
  title: "Show Model Actions…",
  run: async (_ctx, argument) => {
    const uri = modelUriFor(argument);
    const picked = await vscode.window.showQuickPick(actions, { title: "Ridgepoint" });
    if (picked !== undefined) await vscode.commands.executeCommand(picked.command, uri);
  },
};
