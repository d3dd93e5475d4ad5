import * as vscode from "vscode";
import type { PanelId } from "../../server/protocol/panels.js";
import type { ClientCommand } from "./command.js";
import { modelUriFor } from "./model-uri.js";

/** What a command does that shows one kind of panel on the model at hand. */
export function showPanel(panel: PanelId): ClientCommand["run"] {
  return async (ctx, argument) => {
    const uri = modelUriFor(argument);
    if (uri === undefined) {
      void vscode.window.showInformationMessage("Open a model file first.");
      return;
    }
    await ctx.openPanel(panel, uri);
  };
}
