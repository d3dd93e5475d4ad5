import * as vscode from "vscode";
import { type TargetInfo, targetsRequest } from "../../../server/protocol/requests.js";
import type { Ctx } from "../ctx.js";

/** The chosen targets, in their order: the first is what hints speak of. */
export function targetsView(ctx: Ctx): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const provider: vscode.TreeDataProvider<TargetInfo> = {
    onDidChangeTreeData: changed.event,
    async getChildren(parent) {
      if (parent !== undefined) return [];
      const targets = await ctx.client.sendRequest(targetsRequest, {});
      return targets.filter(({ isChosen }) => isChosen);
    },
    getTreeItem({ id, label, method, segment }) {
      const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.None);
      item.description = method;
      item.tooltip = `${id}\n${segment}`;
      item.iconPath = new vscode.ThemeIcon("circuit-board");
      item.command = { command: "ridgepoint.pickTargets", title: "Pick Targets" };
      return item;
    },
  };
  return vscode.Disposable.from(
    changed,
    ctx.settingsChanged.event(() => changed.fire()),
    vscode.window.registerTreeDataProvider("ridgepoint.targets", provider),
  );
}
