import { existsSync } from "node:fs";
import path from "node:path";
import { openCppParser, type CppParser } from "../engines/cpp/parser.js";

let opened: Promise<CppParser> | undefined;

/** One for the process: the grammar takes 50 ms to start. */
export function cppParser(): Promise<CppParser> {
  const folder = grammarFolder();
  return (opened ??= openCppParser({
    runtime: path.join(folder, "web-tree-sitter.wasm"),
    grammar: path.join(folder, "tree-sitter-cpp.wasm"),
  }));
}

/** Beside the bundle, or what the build has left in a checkout. */
function grammarFolder(): string {
  const here = typeof __dirname === "string" ? __dirname : process.cwd();
  const found = [
    path.join(here, "tree-sitter"),
    path.join(here, "..", "tree-sitter"),
    path.join("dist", "tree-sitter"),
  ].find((folder) => existsSync(path.join(folder, "tree-sitter-cpp.wasm")));
  return path.resolve(found ?? path.join(here, "tree-sitter"));
}
