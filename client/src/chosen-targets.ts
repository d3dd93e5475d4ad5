import path from "node:path";
import * as vscode from "vscode";
import { type TargetInfo, targetsRequest } from "../../server/protocol/requests.js";
import type { Ctx } from "./ctx.js";
import { activeModelUri } from "./model-uri.js";

/** The targets that the model in the active tab is predicted for, asked once for each name of a file. */
export function chosenTargets(ctx: Ctx): ChosenTargets {
  const known = new Map<string, Promise<readonly TargetInfo[]>>();
  const changed = new vscode.EventEmitter<void>();
  const ask = async (file: string): Promise<readonly TargetInfo[]> => {
    const targets = await ctx.client.sendRequest(targetsRequest, { file });
    return targets.filter(({ isChosen }) => isChosen);
  };
  let shown = "";
  const follow = (): void => {
    const file = activeFile();
    if (file === undefined || file === shown) return;
    shown = file;
    changed.fire();
  };
  return {
    changed: changed.event,
    /** Where no model is shown, those of the last one. */
    get() {
      shown = activeFile() ?? shown;
      let targets = known.get(shown);
      if (targets === undefined) {
        targets = ask(shown);
        known.set(shown, targets);
        const file = shown;
        targets.catch(() => known.delete(file));
      }
      return targets;
    },
    disposable: vscode.Disposable.from(
      changed,
      vscode.window.tabGroups.onDidChangeTabs(follow),
      vscode.window.onDidChangeActiveTextEditor(follow),
      ctx.settingsChanged.event(() => {
        known.clear();
        changed.fire();
      }),
    ),
  };
}

export interface ChosenTargets {
  readonly changed: vscode.Event<void>;
  readonly get: () => Promise<readonly TargetInfo[]>;
  readonly disposable: vscode.Disposable;
}

function activeFile(): string | undefined {
  const uri = activeModelUri();
  return uri && path.posix.basename(uri.path);
}
