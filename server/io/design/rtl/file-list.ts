import path from "node:path";
import type { DesignProblem } from "../../../core/design/design.js";
import { sourceFile } from "../../../core/design/places.js";

export interface FileList {
  readonly files: readonly string[];
  readonly includeFolders: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  readonly problems: readonly DesignProblem[];
}

/** Lists may name lists; one that names itself ends here. */
const depthLimit = 16;

/**
 * A file list as simulators read them: a path a line, `+incdir+DIR+DIR`, `+define+NAME=VALUE`, `-f LIST`, comments. Paths are
 * relative to the list's folder.
 */
export function readFileList(
  file: string,
  read: (file: string) => string | undefined,
  depth = 0,
): FileList {
  const text = depth < depthLimit ? read(file) : undefined;
  if (text === undefined) {
    const reason = depth < depthLimit ? "cannot be read" : "names itself";
    const message = `File list \`${path.basename(file)}\` ${reason}.`;
    return {
      files: [],
      includeFolders: [],
      defines: {},
      problems: [{ code: "RP5014", severity: "error", message, place: sourceFile(file) }],
    };
  }
  const files: string[] = [];
  const includeFolders: string[] = [];
  const defines: Record<string, string> = {};
  const problems: DesignProblem[] = [];
  const folder = path.dirname(file);
  const words = text
    .replace(/\/\*[\s\S]*?\*\/|(?:\/\/|#)[^\r\n]*/g, " ")
    .split(/\s+/)
    .filter((word) => word !== "");
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (word === "-f" || word === "-F") {
      index += 1;
      const inner = readFileList(path.resolve(folder, words[index] ?? ""), read, depth + 1);
      files.push(...inner.files);
      includeFolders.push(...inner.includeFolders);
      Object.assign(defines, inner.defines);
      problems.push(...inner.problems);
    } else if (word.startsWith("+incdir+"))
      includeFolders.push(
        ...word
          .slice(8)
          .split("+")
          .filter(Boolean)
          .map((one) => path.resolve(folder, one)),
      );
    else if (word.startsWith("-I")) includeFolders.push(path.resolve(folder, word.slice(2)));
    else if (word.startsWith("+define+"))
      for (const one of word.slice(8).split("+").filter(Boolean)) {
        const [name = "", ...value] = one.split("=");
        defines[name] = value.join("=");
      }
    else if (!word.startsWith("-") && !word.startsWith("+")) files.push(path.resolve(folder, word));
  }
  return { files, includeFolders, defines, problems };
}
