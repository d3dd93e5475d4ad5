import * as vscode from "vscode";
import { type TargetInfo, targetsRequest } from "../../../server/protocol/requests.js";
import type { ClientCommand } from "../command.js";

export const command: ClientCommand = {
  id: "pickTargets",
  title: "Pick Targets…",
  icon: "$(circuit-board)",
  run: async (ctx) => {
    const targets = await ctx.client.sendRequest(targetsRequest, {});
    const picked = await vscode.window.showQuickPick(targetItems(targets), {
      title: "Ridgepoint: targets to predict for",
      placeHolder: "Search chip, runtime or precision; the first one is shown in hints",
      canPickMany: true,
      matchOnDescription: true,
      matchOnDetail: true,
    });
    if (picked === undefined) return;
    const level =
      vscode.workspace.workspaceFolders === undefined
        ? vscode.ConfigurationTarget.Global
        : vscode.ConfigurationTarget.Workspace;
    const ids = picked.flatMap((item) => item.targetId ?? []);
    await vscode.workspace
      .getConfiguration("ridgepoint")
      .update("targets", ids.length > 0 ? ids : undefined, level);
  },
};

export interface TargetItem extends vscode.QuickPickItem {
  readonly targetId?: string;
}

/** The chosen ones on top, in their order, then the others by segment. */
export function targetItems(targets: readonly TargetInfo[]): readonly TargetItem[] {
  const chosen = targets.filter((target) => target.isChosen);
  const items: TargetItem[] = [];
  const addGroup = (label: string, group: readonly TargetInfo[]): void => {
    if (group.length === 0) return;
    items.push({ label, kind: vscode.QuickPickItemKind.Separator });
    for (const target of group)
      items.push({
        label: target.label,
        description: target.method,
        detail: target.id,
        picked: target.isChosen,
        targetId: target.id,
      });
  };
  addGroup("chosen", chosen);
  const others = targets.filter((target) => !target.isChosen);
  for (const segment of new Set(others.map((target) => target.segment)))
    addGroup(
      segment,
      others.filter((target) => target.segment === segment),
    );
  return items;
}
