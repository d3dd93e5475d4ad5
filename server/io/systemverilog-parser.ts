import { existsSync } from "node:fs";
import path from "node:path";
import {
  openSystemVerilogParser,
  type SystemVerilogParser,
} from "../engines/systemverilog/parser.js";

let opened: Promise<SystemVerilogParser> | undefined;

/** Started when the synthesis cannot read a source. */
export function systemVerilogParser(): Promise<SystemVerilogParser> {
  return (opened ??= openSystemVerilogParser({
    runtime: find("web-tree-sitter", "web-tree-sitter.wasm"),
    grammar: find("tree-sitter-systemverilog", "tree-sitter-systemverilog.wasm"),
  }));
}

/** Beside the bundle, else where npm has put it. */
function find(packageName: string, file: string): string {
  const here = typeof __dirname === "string" ? __dirname : process.cwd();
  const candidates = [
    path.join(here, "tree-sitter", file),
    path.join(here, "..", "tree-sitter", file),
    path.join("node_modules", packageName, file),
  ];
  return path.resolve(candidates.find((one) => existsSync(one)) ?? path.join(here, file));
}
