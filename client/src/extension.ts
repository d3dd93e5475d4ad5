import * as vscode from "vscode";
import { chosenTargets } from "./chosen-targets.js";
import { commands } from "./commands/index.generated.js";
import type { Ctx } from "./ctx.js";
import { followModels } from "./model-changes.js";
import { followInterpreter } from "./python-interpreter.js";
import { registerModelEditor } from "./model-editor.js";
import { PanelRegistry } from "./panel-registry.js";
import { openPanel, restorePanels } from "./panels.js";
import { modelsView } from "./side-bar/models.js";
import { targetsView } from "./side-bar/targets.js";
import { worstLinesView } from "./side-bar/worst-lines.js";
import { shareSelection } from "./selection.js";
import { createClient } from "./server.js";
import { followSettings } from "./settings-changes.js";
import { showTargetsInStatusBar } from "./status-bar.js";
import { registerTextDocuments } from "./text-document.js";

export async function activate(extension: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel("Ridgepoint", { log: true });
  const client = createClient(extension, log);
  const settingsChanged = new vscode.EventEmitter<void>();
  const modelChanged = new vscode.EventEmitter<string>();
  const ctx: Ctx = {
    extension,
    log,
    client,
    panels: new PanelRegistry(),
    openPanel: (panel, uri, nodeId, purpose) => openPanel(ctx, panel, uri, nodeId, purpose),
    settingsChanged,
    modelChanged,
  };
  const targets = chosenTargets(ctx);
  extension.subscriptions.push(
    log,
    targets.disposable,
    settingsChanged,
    modelChanged,
    followModels(ctx),
    followSettings(ctx),
    { dispose: () => void client.stop().catch((error: unknown) => log.warn(String(error))) },
    registerModelEditor(ctx),
    restorePanels(ctx),
    modelsView(),
    targetsView(targets),
    worstLinesView(ctx),
    registerTextDocuments(ctx),
    showTargetsInStatusBar(ctx, targets),
    shareSelection(ctx),
  );
  for (const command of commands)
    extension.subscriptions.push(
      vscode.commands.registerCommand(`ridgepoint.${command.id}`, async (...args: unknown[]) => {
        try {
          return await command.run(ctx, ...args);
        } catch (error) {
          log.error(
            `${command.id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
          );
          void vscode.window.showErrorMessage(
            `${command.title}: ${error instanceof Error ? error.message : String(error)}`,
          );
          return undefined;
        }
      }),
    );
  await client.start();
  extension.subscriptions.push(followInterpreter(ctx));
}
