import * as vscode from "vscode";
import type { TargetInfo } from "../../../server/protocol/requests.js";
import type { ChosenTargets } from "../chosen-targets.js";

/** The chosen targets, in their order: the first is what hints speak of. */
export function targetsView(targets: ChosenTargets): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const provider: vscode.TreeDataProvider<TargetInfo> = {
    onDidChangeTreeData: changed.event,
    getChildren: (parent) => (parent === undefined ? targets.get().then((all) => [...all]) : []),
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
    targets.changed(() => changed.fire()),
    vscode.window.registerTreeDataProvider("ridgepoint.targets", provider),
  );
}
