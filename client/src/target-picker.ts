import * as vscode from "vscode";
import type { TargetInfo } from "../../server/protocol/requests.js";

export interface TargetItem extends vscode.QuickPickItem {
  readonly targetId?: string;
}

/**
 * Lets a person choose among thousands of targets. What is typed is matched word by word here: the editor's own fuzzy
 * matching finds "orin" in "ONNX Runtime int8", and sorts that first. Ids in the order in which they were chosen;
 * undefined when the picker was left.
 */
export function chooseTargets(
  targets: readonly TargetInfo[],
): Promise<readonly string[] | undefined> {
  const picker = vscode.window.createQuickPick<TargetItem>();
  picker.title = "Ridgepoint: targets to predict for";
  picker.placeholder = "Search chip, runtime or precision; the first one is shown in hints";
  picker.canSelectMany = true;
  picker.matchOnDescription = false;
  const chosen = new Set(targets.filter(({ isChosen }) => isChosen).map(({ id }) => id));
  const show = (): void => {
    picker.items = targetItems(matchingTargets(targets, picker.value), chosen);
    picker.selectedItems = picker.items.filter(({ targetId }) => chosen.has(targetId ?? ""));
  };
  show();
  return new Promise((resolve) => {
    let isShowing = false;
    let timer: NodeJS.Timeout | undefined;
    picker.onDidChangeValue(() => {
      // The editor tells of a selection when the items are replaced, which is no one's choice.
      isShowing = true;
      clearTimeout(timer);
      show();
      timer = setTimeout(() => (isShowing = false), settleMilliseconds);
    });
    picker.onDidChangeSelection((selected) => {
      if (isShowing) return;
      const ids = new Set(selected.flatMap(({ targetId }) => targetId ?? []));
      for (const { targetId = "" } of picker.items) if (!ids.has(targetId)) chosen.delete(targetId);
      for (const id of ids) chosen.add(id);
    });
    picker.onDidAccept(() => {
      resolve([...chosen]);
      picker.hide();
    });
    picker.onDidHide(() => {
      resolve(undefined);
      picker.dispose();
    });
    picker.show();
  });
}

/** Longer than the editor takes to answer, shorter than a hand to move from typing to choosing. */
const settleMilliseconds = 100;

/** The targets whose name, id, segment or method holds every word. */
export function matchingTargets(
  targets: readonly TargetInfo[],
  text: string,
): readonly TargetInfo[] {
  const words = text
    .toLowerCase()
    .split(/[\s·,]+/)
    .filter((word) => word !== "");
  return targets.filter(({ label, id, segment, method }) => {
    const subject = `${label} ${id} ${segment} ${method}`.toLowerCase();
    return words.every((word) => subject.includes(word));
  });
}

/** The chosen ones on top, in their order, then the others by segment. */
export function targetItems(
  targets: readonly TargetInfo[],
  chosenIds: ReadonlySet<string>,
): readonly TargetItem[] {
  const items: TargetItem[] = [];
  const addGroup = (label: string, group: readonly TargetInfo[]): void => {
    if (group.length === 0) return;
    items.push({ label, kind: vscode.QuickPickItemKind.Separator });
    for (const target of group)
      items.push({
        label: target.label,
        description: target.method,
        detail: target.id,
        picked: chosenIds.has(target.id),
        alwaysShow: true,
        targetId: target.id,
      });
  };
  const byId = new Map(targets.map((target) => [target.id, target]));
  addGroup(
    "chosen",
    [...chosenIds].flatMap((id) => byId.get(id) ?? []),
  );
  const others = targets.filter((target) => !chosenIds.has(target.id));
  for (const segment of new Set(others.map((target) => target.segment)))
    addGroup(
      segment,
      others.filter((target) => target.segment === segment),
    );
  return items;
}
