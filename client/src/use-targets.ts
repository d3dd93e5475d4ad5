import * as vscode from "vscode";
import { targetsRequest } from "../../server/protocol/requests.js";
import type { Ctx } from "./ctx.js";

/** Chooses targets for the workspace, or for the user where none is open. */
export async function useTargets(ids: readonly string[]): Promise<void> {
  const level =
    vscode.workspace.workspaceFolders === undefined
      ? vscode.ConfigurationTarget.Global
      : vscode.ConfigurationTarget.Workspace;
  await vscode.workspace
    .getConfiguration("ridgepoint")
    .update("targets", ids.length > 0 ? ids : undefined, level);
}

/** Puts a target before the others that are chosen; one that the catalogue does not know changes nothing. */
export async function useTargetFirst(ctx: Ctx, target: string, uri: vscode.Uri): Promise<null> {
  const all = await ctx.client.sendRequest(targetsRequest, { uri: uri.toString() });
  if (!all.some(({ id }) => id === target))
    throw new Error(`\`${target.slice(0, 200)}\` is no target of the catalogue.`);
  const chosen = all.filter(({ isChosen }) => isChosen).map(({ id }) => id);
  if (chosen[0] !== target) await useTargets([target, ...chosen.filter((id) => id !== target)]);
  return null;
}
