import { readFileSync } from "node:fs";
import path from "node:path";
import type { Flow } from "./flow.js";

/**
 * The cells of AMD's parts that mapping speaks of, out of Yosys' library of all there are: the whole takes Yosys a second
 * to read, this a few milliseconds. A primitive that the user's sources name is added.
 */
export function amdCells(shareFolder: string, sources: readonly string[]): string {
  const library = readLibrary(shareFolder);
  const wanted = new Set(mapped.filter((name) => library.has(name)));
  for (const source of sources)
    for (const [word] of source.matchAll(/\b[A-Z][A-Z0-9_]{2,}\b/g))
      if (library.has(word)) wanted.add(word);
  return [...wanted].map((name) => library.get(name) ?? "").join("\n");
}

/** Names of a family's own cells, by the commands that read its libraries: instances of them are no missing modules. */
export function primitivesOf(
  shareFolder: string,
  { libraries: commands, needsAmdCells }: Pick<Flow, "libraries" | "needsAmdCells">,
): ReadonlySet<string> {
  const folders = new Set(needsAmdCells ? ["xilinx"] : []);
  for (const [, folder = ""] of commands.join(" ").matchAll(/\+\/(\w+)\//g)) folders.add(folder);
  const cells = readCells(shareFolder);
  return new Set([...folders].flatMap((folder) => cells[folder] ?? []));
}

type CellNames = Readonly<Record<string, readonly string[]>>;

const cellNames = new Map<string, CellNames>();

/** Made by `scripts/yosys-engine.mjs`. */
function readCells(shareFolder: string): CellNames {
  let cells = cellNames.get(shareFolder);
  if (cells === undefined) {
    const file = path.join(path.dirname(shareFolder), "cells.json");
    cells = JSON.parse(readFileSync(file, "utf8")) as CellNames;
    cellNames.set(shareFolder, cells);
  }
  return cells;
}

const libraries = new Map<string, ReadonlyMap<string, string>>();

function readLibrary(shareFolder: string): ReadonlyMap<string, string> {
  const known = libraries.get(shareFolder);
  if (known !== undefined) return known;
  const cells = new Map<string, string>();
  for (const file of ["cells_sim.v", "cells_xtra.v"]) {
    const text = readFileSync(path.join(shareFolder, "xilinx", file), "utf8");
    for (const match of text.matchAll(/^module (\w+)[\s\S]*?^endmodule/gm)) {
      const name = match[1] ?? "";
      if (!cells.has(name)) cells.set(name, match[0]);
    }
  }
  libraries.set(shareFolder, cells);
  return cells;
}

const mapped: readonly string[] = [
  "LUT1 LUT2 LUT3 LUT4 LUT5 LUT6 LUT6_2 MUXF7 MUXF8 MUXF9 CARRY4 CARRY8 INV BUF BUFG IBUF OBUF",
  "OBUFT IOBUF GND VCC FDRE FDSE FDCE FDPE FDRE_1 FDSE_1 FDCE_1 FDPE_1 LDCE LDPE SRL16E SRLC16E",
  "SRLC32E RAM16X1S RAM16X1D RAM32X1S RAM32X1D RAM64X1S RAM64X1D RAM128X1S RAM128X1D RAM256X1S",
  "RAM256X1D RAM512X1S RAM32M RAM32M16 RAM64M RAM64M8 RAM64X8SW RAM32X16DR8 DSP48E1 DSP48E2",
  "RAMB18E1 RAMB36E1 RAMB18E2 RAMB36E2 URAM288 URAM288_BASE",
].flatMap((names) => names.split(" "));

/** Commands that read the part's cells, for an engine that has no libraries of its own: `+/…` comes as a file. */
export function sharedLibraries(
  shareFolder: string,
  commands: readonly string[],
  files: Readonly<Record<string, string>>,
): { readonly files: Readonly<Record<string, string>>; readonly commands: readonly string[] } {
  const shared: Record<string, string> = { ...files };
  const replaced = commands.map((command) =>
    command.replace(/\+\/(\S+)/g, (_, name: string) => {
      const local = `cells/${name}`;
      shared[local] = readFileSync(path.join(shareFolder, name), "utf8");
      return local;
    }),
  );
  return { files: shared, commands: replaced };
}
