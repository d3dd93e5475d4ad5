import * as vscode from "vscode";
import type { ClientCommand } from "../command.js";
import { modelUriOrTell } from "../model-uri.js";
import { recipeOf } from "../recipe.js";

/** The proposed plan layer by layer; saved beside the model as `<model>.plan.json`, it fixes what it says. */
export const command: ClientCommand = {
  id: "showPlan",
  title: "Show the Quantization Plan",
  run: async (ctx, argument) => {
    const uri = modelUriOrTell(argument);
    if (uri === undefined) return;
    const content = await recipeOf(ctx, uri, "json");
    if (content === undefined) return;
    const document = await vscode.workspace.openTextDocument({ language: "json", content });
    await vscode.window.showTextDocument(document);
  },
};
