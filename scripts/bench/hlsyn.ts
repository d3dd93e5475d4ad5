import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { HlsProfile } from "../../server/core/hls/estimate/profile.js";
import { findProfile } from "../../server/core/hls/tool-names.js";
import { openCppParser } from "../../server/engines/cpp/parser.js";
import { loadHlsProfiles } from "../../server/io/hls-files.js";
import { parseCsv } from "../calibrate/csv.js";

/** Published designs (UCLA-DM/HLSyn) and what it takes to estimate them. HLSYN names the folder of their `*_kernel.c`. */
export const parser = await openCppParser({
  runtime: path.resolve("node_modules/web-tree-sitter/web-tree-sitter.wasm"),
  grammar: path.resolve("node_modules/tree-sitter-cpp/tree-sitter-cpp.wasm"),
});
export const { value: profiles } = loadHlsProfiles(path.resolve("server/data"));

/** Of the part that the designs were made for (xcvu9p). */
export const capacity = { lut: 1_182_240, ff: 2_364_480, dsp: 6840, bram: 4320 };

export interface HlsynDesign {
  readonly tool: string;
  readonly kernel: string;
  readonly profile: HlsProfile;
  /** `PARAL0-4.PIPEL0-NA`: the values of the placeholders in the source. */
  readonly design: string;
  readonly source: string;
  readonly isValid: boolean;
  readonly cycles: number;
  readonly dsp: number;
  readonly lut: number;
  readonly ff: number;
  readonly bram: number;
}

/** Empty, with a word to the reader, where sources or figures are not there. */
export function hlsynDesigns(): readonly HlsynDesign[] {
  const file = path.resolve("../shared/data/hlsyn.calib.csv");
  const folder = process.env["HLSYN"];
  if (!existsSync(file) || folder === undefined || !existsSync(folder)) {
    console.log(
      "HLSyn: set HLSYN to the folder of its kernels (`sources`), beside ../shared/data/hlsyn.calib.csv; left out.",
    );
    return [];
  }
  return parseCsv(readFileSync(file, "utf8")).flatMap((row) => {
    const profile = findProfile(profiles, row["tool"]);
    if (profile === undefined) return [];
    const kernel = row["kernel"] ?? "";
    return {
      tool: row["tool"] ?? "",
      kernel,
      profile,
      design: row["design"] ?? "",
      source: readFileSync(path.join(folder, `${kernel}_kernel.c`), "utf8"),
      isValid: row["valid"] === "1",
      cycles: Number(row["cycles"]),
      dsp: Number(row["dsp"]),
      lut: Number(row["lut"]),
      ff: Number(row["ff"]),
      bram: Number(row["bram"]),
    };
  });
}

/** By placeholder (`__PARA__L0`). */
export function valuesOf(design: string): ReadonlyMap<string, string> {
  return new Map(
    design.split(".").map((part) => {
      const found = /^(PARA|PIPE|TILE)L([\d_]+)-(.*)$/.exec(part);
      const value = found?.[3] === "NA" ? "" : (found?.[3] ?? "");
      return [`__${found?.[1] ?? ""}__L${found?.[2] ?? ""}`, value];
    }),
  );
}

/** The source with the placeholders' values. */
export function filled({ source, design }: Pick<HlsynDesign, "source" | "design">): string {
  const values = valuesOf(design);
  return source.replace(/auto\{(\w+)\}/g, (_, name: string) => values.get(name) ?? "1");
}

/** Kernels of one family differ in size alone (`gemm-p`, `gemm-p-large`). */
export function familyOf(kernel: string): string {
  return kernel.split("-")[0] ?? kernel;
}

/** Designs of one kernel by one tool, in the order of the table. */
export function byKernel<T extends Pick<HlsynDesign, "tool" | "kernel">>(
  rows: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = `${row.tool}|${row.kernel}`;
    const own = groups.get(key);
    if (own === undefined) groups.set(key, [row]);
    else own.push(row);
  }
  return groups;
}
