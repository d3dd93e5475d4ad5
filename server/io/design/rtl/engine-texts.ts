import { withPackedArrays } from "./array-ports.js";
import { withoutImports } from "./imports.js";
import { withPackageCopies } from "./package-copies.js";
import { withoutReturns } from "./returns.js";

/** SystemVerilog in the words that the engine knows: what Yosys 0.55 has no grammar for is said otherwise, line by line. */
export function asTheEngineReads(texts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const verilog = new Map([...texts].filter(([name]) => /\.s?vh?$/i.test(name)));
  const left = new Map(
    [...verilog].map(([name, text]) => [name, withoutReturns(asCasex(asNets(text)))]),
  );
  const read = withPackedArrays(withoutImports(withPackageCopies(left), left));
  return new Map([...texts].map(([name, text]) => [name, read.get(name) ?? text]));
}

/** `input reg a`, which SystemVerilog allows and nothing can assign: a net does the same. */
function asNets(text: string): string {
  return text.replace(/\b(input\s+)reg\b/g, "$1   ");
}

/** `case (x) inside` without ranges: unknown bits of an item match whatever stands there, as in `casex`. */
function asCasex(text: string): string {
  return text.replace(/\bcase(\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\s*)inside\b/g, "casex$1");
}
