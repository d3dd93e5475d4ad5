import * as vscode from "vscode";
import { targetsRequest } from "../../../server/protocol/requests.js";
import type { ClientCommand } from "../command.js";
import { chooseTargets } from "../target-picker.js";

export const command: ClientCommand = {
  id: "pickTargets",
  title: "Pick Targets…",
  icon: "$(circuit-board)",
  run: async (ctx) => {
    const targets = await ctx.client.sendRequest(targetsRequest, {});
    const ids = await chooseTargets(targets);
    if (ids === undefined) return;
    const level =
      vscode.workspace.workspaceFolders === undefined
        ? vscode.ConfigurationTarget.Global
        : vscode.ConfigurationTarget.Workspace;
    await vscode.workspace
      .getConfiguration("ridgepoint")
      .update("targets", ids.length > 0 ? ids : undefined, level);
  },
};
