import type { Design } from "./design.js";

/** Extensions of each kind's files; apart from the analysts, so that whoever only routes files need not load them. */
export const designExtensions = {
  hls: [".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".hh"],
  rtl: [".sv", ".v", ".svh", ".vh", ".vhd", ".vhdl", ".f", ".flist"],
} as const satisfies Readonly<Record<Design["kind"], readonly string[]>>;

/** What a file is by its name; undefined for files that are no hardware description. */
export function designKindOfFile(file: string): Design["kind"] | undefined {
  const extension = /\.[^./\\]*$/.exec(file.toLowerCase())?.[0] ?? "";
  const kinds = Object.entries(designExtensions) as [Design["kind"], readonly string[]][];
  return kinds.find(([, extensions]) => extensions.includes(extension))?.[0];
}

/** A list of a design's sources, as simulators read them. */
export function isFileList(file: string): boolean {
  return /\.f(?:list)?$/i.test(file);
}

export function isVhdl(file: string): boolean {
  return /\.vhdl?$/i.test(file);
}
