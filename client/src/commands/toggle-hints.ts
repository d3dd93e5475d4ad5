import * as vscode from "vscode";
import type { ClientCommand } from "../command.js";

export const command: ClientCommand = {
  id: "toggleHints",
  title: "Toggle Costs in the Editor",
  run: async () => {
    const configuration = vscode.workspace.getConfiguration("ridgepoint");
    const isEnabled = configuration.get<boolean>("enable", true);
    // Written where it is decided now, so that the switch always takes effect.
    const level =
      configuration.inspect("enable")?.workspaceValue === undefined
        ? vscode.ConfigurationTarget.Global
        : vscode.ConfigurationTarget.Workspace;
    await configuration.update("enable", !isEnabled, level);
    vscode.window.setStatusBarMessage(
      isEnabled ? "Ridgepoint: costs are hidden" : "Ridgepoint: costs are shown",
      3000,
    );
  },
};
