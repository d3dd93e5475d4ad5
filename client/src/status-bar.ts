import * as vscode from "vscode";
import type { TargetInfo } from "../../server/protocol/requests.js";
import type { ChosenTargets } from "./chosen-targets.js";
import type { Ctx } from "./ctx.js";
import { activeModelUri } from "./model-uri.js";

/** The chosen targets while a model is shown: the first one's name and how many more. A click opens the picker. */
export function showTargetsInStatusBar(ctx: Ctx, targets: ChosenTargets): vscode.Disposable {
  const item = vscode.window.createStatusBarItem(
    "ridgepoint.targets",
    vscode.StatusBarAlignment.Right,
    100,
  );
  item.name = "Ridgepoint targets";
  item.command = "ridgepoint.pickTargets";

  const update = async (): Promise<void> => {
    if (activeModelUri() === undefined) {
      item.hide();
      return;
    }
    const chosen = await targets.get();
    item.text = statusText(chosen);
    item.tooltip = statusTooltip(chosen);
    item.accessibilityInformation = { label: `Targets: ${item.text}`, role: "button" };
    // Another tab may have come to the front meanwhile.
    if (activeModelUri() !== undefined) item.show();
  };
  const refresh = (): void => {
    update().catch((error: unknown) => {
      ctx.log.debug(`status bar: ${String(error)}`);
    });
  };
  refresh();
  return vscode.Disposable.from(
    item,
    vscode.window.tabGroups.onDidChangeTabs(refresh),
    vscode.window.onDidChangeActiveTextEditor(refresh),
    targets.changed(refresh),
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
