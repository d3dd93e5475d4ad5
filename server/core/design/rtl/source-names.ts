import type { SourceRange } from "../../base/text-span.js";

/** Files by the short paths that the synthesis knows them by: `src/3/mac.sv`. */
export type FileNames = ReadonlyMap<string, string>;

/**
 * Yosys' `src` attribute: `src/0/mac.sv:4.3-6.6|src/0/mac.sv:9.1-9.4`, one-based, the end inclusive. Places in the
 * family's own files are left out.
 */
export function readSrc(src: string | undefined, files: FileNames): readonly SourceRange[] {
  if (src === undefined || src === "") return [];
  const ranges: SourceRange[] = [];
  for (const part of src.split("|")) {
    const match = /^(.*?):(\d+)(?:\.(\d+))?(?:-(\d+)(?:\.(\d+))?)?$/.exec(part);
    const file = match?.[1] === undefined ? undefined : files.get(match[1]);
    // Line 0: a cell that the synthesis made up.
    if (match === null || file === undefined || match[2] === "0") continue;
    const line = Number(match[2]) - 1;
    const endLine = match[4] === undefined ? line : Number(match[4]) - 1;
    ranges.push({
      file,
      line,
      character: Math.max(0, Number(match[3] ?? "1") - 1),
      endLine: match[4] === undefined ? line + 1 : endLine,
      endCharacter: match[5] === undefined ? 0 : Number(match[5]) - 1,
    });
  }
  return ranges;
}
