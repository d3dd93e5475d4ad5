/**
 * Which columns fit, and how wide each is, counted in digits of the page's font. Columns widen with what they have shown
 * and never shrink again while a list stays, so nothing jumps while scrolling.
 */
export function fitColumns<C extends FitColumn>(
  columns: readonly C[],
  longest: ReadonlyMap<string, number>,
  space: { readonly width: number; readonly digitWidth: number; readonly padding: number },
): Fit<C> {
  const widthOf = (column: C): number =>
    column.grows === true
      ? column.minWidth
      : Math.max(column.minWidth, Math.min(column.maxWidth, longest.get(column.id) ?? 0));
  const pixels = (shown: readonly C[]): number =>
    shown.reduce((sum, column) => sum + widthOf(column) * space.digitWidth + space.padding, 0);
  let shown = columns.filter((column) => column.isShown?.() !== false);
  for (const column of [...shown].sort((a, b) => b.priority - a.priority)) {
    if (space.width === 0 || pixels(shown) <= space.width || column.priority === 0) break;
    shown = shown.filter((kept) => kept !== column);
  }
  const template = shown.map((column) => {
    const width = `calc(${widthOf(column)}ch + ${space.padding}px)`;
    return column.grows ? `minmax(${width}, 1fr)` : width;
  });
  return { shown, template: template.join(" "), minWidth: Math.ceil(pixels(shown)) };
}

/** In digits: letters are narrower than digits on average, and right-aligned columns hold numbers. */
export function textWidth(column: { readonly align: "start" | "end" }, text: string): number {
  return Math.ceil(text.length * (column.align === "end" ? 1 : 0.9));
}

export interface FitColumn {
  readonly id: string;
  /** Digits. */
  readonly minWidth: number;
  readonly maxWidth: number;
  /** 0 stays always; the highest goes first when there is no room. */
  readonly priority: number;
  /** Takes the room that is left over. */
  readonly grows?: boolean;
  /** False while it would be empty in every row. */
  readonly isShown?: () => boolean;
}

export interface Fit<C> {
  readonly shown: readonly C[];
  readonly template: string;
  readonly minWidth: number;
}
