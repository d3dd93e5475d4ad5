/** What a key asks of a table. Letters are for finding: they are passed on, not swallowed. */
export function keyCommand(event: KeyPress): KeyCommand | undefined {
  const isCommand = event.ctrlKey || event.metaKey;
  if (event.altKey) return undefined;
  if (isCommand) {
    switch (event.key.toLowerCase()) {
      case "c":
        return { kind: "copy" };
      case "a":
        return { kind: "all" };
      case "home":
      case "end":
        return { kind: "move", key: event.key as MoveKey, isExtending: event.shiftKey };
      default:
        return undefined;
    }
  }
  if (isMoveKey(event.key)) return { kind: "move", key: event.key, isExtending: event.shiftKey };
  if (event.key === "Enter") return { kind: "open" };
  if (event.key === "Escape") return { kind: "leave" };
  if (event.key.length === 1 && event.key !== " ") return { kind: "type" };
  return undefined;
}

/** Where the selection goes. Left and right walk through the cells of the active row, for reading them one by one. */
export function moved(
  selection: Selection,
  move: { readonly key: MoveKey; readonly isExtending: boolean },
  size: { readonly count: number; readonly columnCount: number; readonly rowsOnScreen: number },
): Selection {
  if (size.count === 0) return selection;
  const { active, column } = selection;
  if (move.key === "ArrowLeft" || move.key === "ArrowRight") {
    const step = move.key === "ArrowLeft" ? -1 : 1;
    const next = Math.max(-1, Math.min(size.columnCount - 1, column + step));
    return { ...selection, active: Math.max(0, active), column: next };
  }
  const target = {
    ArrowUp: active - 1,
    ArrowDown: active + 1,
    PageUp: active - size.rowsOnScreen,
    PageDown: active + size.rowsOnScreen,
    Home: 0,
    End: size.count - 1,
  }[move.key];
  const next = Math.max(0, Math.min(size.count - 1, target));
  const anchor = move.isExtending && 0 <= selection.anchor ? selection.anchor : next;
  return { active: next, anchor, column };
}

/** Rows between anchor and active are selected; `column` -1 means the row as a whole. */
export interface Selection {
  readonly active: number;
  readonly anchor: number;
  readonly column: number;
}

const moveKeys = [
  "ArrowUp",
  "ArrowDown",
  "ArrowLeft",
  "ArrowRight",
  "PageUp",
  "PageDown",
  "Home",
  "End",
] as const;
export type MoveKey = (typeof moveKeys)[number];

export type KeyCommand =
  | { readonly kind: "move"; readonly key: MoveKey; readonly isExtending: boolean }
  | { readonly kind: "open" | "copy" | "all" | "leave" | "type" };

export type KeyPress = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

function isMoveKey(key: string): key is MoveKey {
  return moveKeys.some((candidate) => candidate === key);
}
