import * as vscode from "vscode";
import { formatSeconds, formatShare } from "../../../server/core/base/units.js";
import type { LayerRow } from "../../../server/core/views/layers.js";
import { viewRequest } from "../../../server/protocol/requests.js";
import type { Ctx } from "../ctx.js";
import { activeModelUri } from "../model-uri.js";

interface WorstLine {
  readonly uri: vscode.Uri;
  readonly row: LayerRow;
}

const lineLimit = 20;

/** The layers of the active model that take longest on the first target; a click goes to their line. */
export function worstLinesView(ctx: Ctx): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  let shown: vscode.Uri | undefined;
  const provider: vscode.TreeDataProvider<WorstLine> = {
    onDidChangeTreeData: changed.event,
    async getChildren(parent) {
      shown = activeModelUri() ?? shown;
      const uri = shown;
      if (parent !== undefined || uri === undefined) return [];
      const reply = await ctx.client.sendRequest(viewRequest, {
        uri: uri.toString(),
        view: "layers",
        params: {
          sortBy: "seconds",
          descending: true,
          filter: "is:kernel",
          start: 0,
          end: lineLimit,
          target: null,
          locate: null,
        },
      });
      if (reply.kind !== "view" || reply.view === null || reply.view === undefined) return [];
      if (!("rows" in reply.view)) return [];
      return reply.view.rows.map((row) => ({ uri, row }));
    },
    getTreeItem({ uri, row }) {
      const share = row.share === null ? "" : `${formatShare(row.share)}  `;
      const item = new vscode.TreeItem(`${share}${row.op}`, vscode.TreeItemCollapsibleState.None);
      const time = row.seconds === null ? "" : formatSeconds(row.seconds.value, 2);
      item.description = `${time} ${row.name}`.trim();
      item.tooltip = [
        row.name,
        row.shape,
        row.seconds === null
          ? ""
          : `${time} (${formatSeconds(row.seconds.low, 2)}–${formatSeconds(row.seconds.high, 2)}, ${row.seconds.method})`,
        row.bound === null ? "" : `limited by ${row.bound}`,
      ]
        .filter((line) => line !== "")
        .join("\n");
      item.iconPath = new vscode.ThemeIcon("flame");
      item.command = {
        command: "ridgepoint.openAsText",
        title: "Open as Text",
        arguments: [uri, { nodeId: row.nodeId }],
      };
      return item;
    },
  };
  const tell = (): void => {
    const active = activeModelUri();
    if (active !== undefined && active.toString() !== shown?.toString()) changed.fire();
  };
  return vscode.Disposable.from(
    changed,
    vscode.window.tabGroups.onDidChangeTabs(tell),
    vscode.window.onDidChangeActiveTextEditor(tell),
    ctx.settingsChanged.event(() => changed.fire()),
    ctx.modelChanged.event((uri) => {
      if (uri === shown?.toString()) changed.fire();
    }),
    vscode.window.registerTreeDataProvider("ridgepoint.worstLines", provider),
  );
}
