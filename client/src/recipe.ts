import * as vscode from "vscode";
import { recipeRequest } from "../../server/protocol/requests.js";
import type { Ctx } from "./ctx.js";

/** The proposed plan as a recipe writes it; undefined when there is none, which the user is told why. */
export async function recipeOf(
  ctx: Ctx,
  uri: vscode.Uri,
  recipe: string,
): Promise<string | undefined> {
  const answer = await ctx.client.sendRequest(recipeRequest, { uri: uri.toString(), recipe });
  if ("text" in answer) return answer.text;
  void vscode.window.showWarningMessage(`There is no quantization plan. ${answer.reason}`);
  return undefined;
}
