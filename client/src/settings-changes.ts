import * as vscode from "vscode";
import type { Ctx } from "./ctx.js";

/**
 * Tells the server of a change of settings, and listeners only after that: what they then ask the server is answered
 * by the new settings, since messages keep their order.
 */
export function followSettings(ctx: Ctx): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (!change.affectsConfiguration("ridgepoint")) return;
    const tell = async (): Promise<void> => {
      await ctx.client.sendNotification("workspace/didChangeConfiguration", { settings: null });
      ctx.settingsChanged.fire();
    };
    tell().catch((error: unknown) => ctx.log.warn(`settings: ${String(error)}`));
  });
}
