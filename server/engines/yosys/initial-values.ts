/** Yosys' own files, as `resources-yosys.js` holds them. */
export interface YosysFolder {
  [name: string]: YosysFolder | string | Uint8Array;
}

/**
 * Takes what memories hold at first out of AMD's mapping files, which slice it bit by bit, whether a design has a memory or
 * not: most of a small module's synthesis. No count or path depends on it.
 */
export function dropInitialValues(filesystem: YosysFolder): void {
  const folder = folderOf(folderOf(filesystem, "share"), "xilinx");
  for (const name of ["brams_defs.vh", "lutrams_xc5v_map.v"]) {
    const text = folder[name];
    if (typeof text === "string") folder[name] = withoutInitialValues(text);
  }
}

/**
 * The loops of the slicing functions end after their first bit. They stay as they are otherwise: Yosys numbers its names by what it
 * has read, and ABC's result hangs on the order of names.
 */
export function withoutInitialValues(text: string): string {
  return text.replace(
    /for \(i = 0; i < [^;]+; i = i \+ 1\)(\s+\w*slice\w*\[)/g,
    "for (i = 0; i < 1; i = i + 1)$1",
  );
}

function folderOf(folder: YosysFolder, name: string): YosysFolder {
  const inner = folder[name];
  return typeof inner === "object" && !(inner instanceof Uint8Array) ? inner : {};
}
