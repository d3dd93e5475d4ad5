import * as vscode from "vscode";
import { isDecoderName } from "../../server/protocol/config-source.js";
import { type TargetInfo, targetsRequest } from "../../server/protocol/requests.js";
import type { Ctx } from "./ctx.js";
import { activeModelUri } from "./model-uri.js";

/** The targets that the model in the active tab is predicted for. What was answered is kept: most models have the same. */
export function chosenTargets(ctx: Ctx): ChosenTargets {
  const known = new Map<string, Promise<readonly TargetInfo[]>>();
  const changed = new vscode.EventEmitter<void>();
  const ask = (uri: string): Promise<readonly TargetInfo[]> =>
    ctx.client.sendRequest(targetsRequest, { isChosenOnly: true, ...(uri !== "" && { uri }) });
  let shown = "";
  const follow = (): void => {
    const uri = activeUri();
    if (uri === undefined || uri === shown) return;
    shown = uri;
    changed.fire();
  };
  return {
    changed: changed.event,
    /** Where no model is shown, those of the last one. */
    get() {
      shown = activeUri() ?? shown;
      let targets = known.get(shown);
      if (targets === undefined) {
        targets = ask(shown);
        known.set(shown, targets);
        const uri = shown;
        targets.catch(() => known.delete(uri));
      }
      return targets;
    },
    disposable: vscode.Disposable.from(
      changed,
      vscode.window.tabGroups.onDidChangeTabs(follow),
      vscode.window.onDidChangeActiveTextEditor(follow),
      ctx.modelChanged.event((uri) => {
        if (known.delete(uri)) changed.fire();
      }),
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

/** Empty for models that are like any other; undefined where none is shown. */
function activeUri(): string | undefined {
  const uri = activeModelUri();
  return uri && (isDecoderName(uri.path) ? uri.toString() : "");
}
