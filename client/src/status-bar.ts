import * as vscode from "vscode";
import { type TargetInfo, targetsRequest } from "../../server/protocol/requests.js";
import type { Ctx } from "./ctx.js";
import { activeModelUri } from "./model-uri.js";

/** The chosen targets while a model is shown: the first one's name and how many more. A click opens the picker. */
export function showTargetsInStatusBar(ctx: Ctx): vscode.Disposable {
  const item = vscode.window.createStatusBarItem(
    "ridgepoint.targets",
    vscode.StatusBarAlignment.Right,
    100,
  );
  item.name = "Ridgepoint targets";
  item.command = "ridgepoint.pickTargets";
  let isStale = true;

  const update = async (): Promise<void> => {
    if (activeModelUri() === undefined) {
      item.hide();
      return;
    }
    if (isStale) {
      isStale = false;
      const targets = await ctx.client.sendRequest(targetsRequest, {});
      const chosen = targets.filter((target) => target.isChosen);
      item.text = statusText(chosen);
      item.tooltip = statusTooltip(chosen);
      item.accessibilityInformation = { label: `Targets: ${item.text}`, role: "button" };
    }
    item.show();
  };
  const refresh = (): void => {
    update().catch((error: unknown) => {
      isStale = true;
      ctx.log.debug(`status bar: ${String(error)}`);
    });
  };
  refresh();
  return vscode.Disposable.from(
    item,
    vscode.window.tabGroups.onDidChangeTabs(refresh),
    vscode.window.onDidChangeActiveTextEditor(refresh),
    ctx.settingsChanged.event(() => {
      isStale = true;
      refresh();
    }),
  );
}

export function statusText(chosen: readonly TargetInfo[]): string {
  const [first, ...others] = chosen;
  if (first === undefined) return "$(circuit-board) Pick targets";
  const more = others.length > 0 ? ` +${others.length}` : "";
  return `$(circuit-board) ${first.label}${more}`;
}

export function statusTooltip(chosen: readonly TargetInfo[]): vscode.MarkdownString {
  const lines = chosen.map((target) => `- ${target.label} (${target.method})`);
  return new vscode.MarkdownString(
    ["Ridgepoint predicts for:", "", ...lines, "", "Click to pick targets."].join("\n"),
  );
}
