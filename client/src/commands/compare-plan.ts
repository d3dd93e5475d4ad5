import * as vscode from "vscode";
import type { ClientCommand } from "../command.js";
import { modelUriFor } from "../model-uri.js";

export const command: ClientCommand = {
  id: "comparePlan",
  title: "Compare with the Quantization Plan",
  run: async (ctx, argument) => {
    const uri = modelUriFor(argument);
    if (uri === undefined) {
      void vscode.window.showInformationMessage("Open a model file first.");
      return;
    }
    await ctx.openPanel("comparison", uri, undefined, "proposal");
  },
};
