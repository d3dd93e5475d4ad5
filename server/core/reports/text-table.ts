/** Columns aligned by spaces; `alignment` has one letter a column, `l` or `r`. */
export function table(
  header: readonly string[],
  lines: readonly (readonly string[])[],
  alignment: string,
): string {
  const widths = header.map((title, column) =>
    Math.max(displayWidth(title), ...lines.map((line) => displayWidth(line[column] ?? ""))),
  );
  const write = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => padded(cell, widths[column] ?? 0, alignment[column] === "r"))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return `${[write(header), rule, ...lines.map(write)].join("\n")}\n`;
}

export function padded(text: string, width: number, isRight = false): string {
  const space = " ".repeat(Math.max(0, width - displayWidth(text)));
  return isRight ? space + text : text + space;
}

/** Code points, not UTF-16 units; wide scripts count two. */
function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const isWide =
      (0x1100 <= code && code <= 0x115f) ||
      (0x2e80 <= code && code <= 0xa4cf) ||
      (0xac00 <= code && code <= 0xd7a3) ||
      (0xf900 <= code && code <= 0xfaff) ||
      (0xff00 <= code && code <= 0xff60) ||
      0x1f300 <= code;
    width += isWide ? 2 : 1;
  }
  return width;
}
