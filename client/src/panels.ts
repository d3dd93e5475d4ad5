import * as vscode from "vscode";
import {
  type PanelId,
  panelIds,
  type PanelPurpose,
  panelTitles,
} from "../../server/protocol/panels.js";
import type { Ctx } from "./ctx.js";
import { viewTypeFor } from "./model-uri.js";
import { hostPanel } from "./panel-host.js";

/** Panels are restored after a reload: the page's own state says which model it shows. */
export function restorePanels(ctx: Ctx): vscode.Disposable {
  return vscode.Disposable.from(
    ...panelIds.map((panel) =>
      vscode.window.registerWebviewPanelSerializer(viewTypeOf(panel), {
        deserializeWebviewPanel: async (restored: vscode.WebviewPanel, state: unknown) => {
          const uri = uriOfState(state);
          if (uri === undefined) restored.dispose();
          else await hostPanel(ctx, restored, { page: panel, uri, fileName: fileNameOf(uri) });
        },
      }),
    ),
  );
}

/** Brings the model's panel of that kind to the front, or makes one beside what is active. */
export async function openPanel(
  ctx: Ctx,
  panel: PanelId | "model",
  uri: vscode.Uri,
  nodeId?: number,
  purpose?: PanelPurpose,
): Promise<void> {
  const find = () => ctx.panels.of(uri).find((candidate) => candidate.page === panel);
  // A page learns what it is for when it starts.
  if (purpose !== undefined) find()?.close();
  const known = find();
  if (known !== undefined) known.show();
  else if (panel === "model")
    await vscode.commands.executeCommand("vscode.openWith", uri, viewTypeFor(uri));
  else
    await hostPanel(
      ctx,
      vscode.window.createWebviewPanel(
        viewTypeOf(panel),
        `${panelTitles[panel]}: ${fileNameOf(uri)}`,
        vscode.ViewColumn.Active,
        { enableScripts: true },
      ),
      { page: panel, uri, fileName: fileNameOf(uri), ...(purpose !== undefined && { purpose }) },
    );
  if (nodeId !== undefined) find()?.reveal(nodeId);
}

function viewTypeOf(panel: PanelId): string {
  return `ridgepoint.panel.${panel}`;
}

function fileNameOf(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf("/") + 1);
}

function uriOfState(state: unknown): vscode.Uri | undefined {
  if (typeof state !== "object" || state === null || !("uri" in state)) return undefined;
  return typeof state.uri === "string" ? vscode.Uri.parse(state.uri, true) : undefined;
}
