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
 * relative to the list's folder, and `$NAME`, `${NAME}` and `$(NAME)` stand for the environment's variables.
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
  const said = text
    .replace(/\/\*[\s\S]*?\*\/|(?:\/\/|#)[^\r\n]*/g, " ")
    .split(/\s+/)
    .filter((word) => word !== "");
  const variables = readVariables(file, said, read);
  problems.push(...variables.problems);
  const words = said.flatMap((word) => variables.replace(word) ?? []);
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

const variable = /\$(?:\{(\w+)\}|\((\w+)\)|(\w+))/g;

/** Names by which the folder of the sources often goes; a variable that is not set may mean it. */
const sourceFolders = ["", "rtl", "src", "hdl"];

interface Variables {
  readonly problems: readonly DesignProblem[];
  /** Undefined for a word with a variable of which nothing is known. */
  readonly replace: (word: string) => string | undefined;
}

/** Values of the environment; of what is not set there, the folder around the list in which the listed files are. */
function readVariables(
  file: string,
  words: readonly string[],
  read: (file: string) => string | undefined,
): Variables {
  const values = new Map<string, string | undefined>();
  const problems: DesignProblem[] = [];
  for (const match of words.join("\n").matchAll(variable)) {
    const name = match[1] ?? match[2] ?? match[3] ?? "";
    if (values.has(name)) continue;
    const set = process.env[name];
    const value = set ?? folderMeant(path.dirname(file), name, words, read);
    values.set(name, value);
    if (set === undefined)
      problems.push({
        code: "RP5014",
        severity: value === undefined ? "error" : "information",
        message:
          value === undefined
            ? `\`${name}\`, with which paths of \`${path.basename(file)}\` begin, is not set in the environment, and its files are not beside the list.`
            : `\`${name}\` is not set in the environment: \`${value}\` is taken, where the listed files are.`,
        place: sourceFile(file),
      });
  }
  const replace = (word: string): string | undefined => {
    let isKnown = true;
    const replaced = word.replace(variable, (_, ...names: (string | undefined)[]) => {
      const value = values.get(names[0] ?? names[1] ?? names[2] ?? "");
      if (value === undefined) isKnown = false;
      return value ?? "";
    });
    return isKnown ? replaced : undefined;
  };
  return { problems, replace };
}

function folderMeant(
  folder: string,
  name: string,
  words: readonly string[],
  read: (file: string) => string | undefined,
): string | undefined {
  const first = new RegExp(`^\\$(?:\\{${name}\\}|\\(${name}\\)|${name})[\\\\/](.+)$`);
  const [rest] = words.flatMap((word) => first.exec(word)?.[1] ?? []);
  if (rest === undefined || rest.includes("$")) return undefined;
  for (let at = folder; ; at = path.dirname(at)) {
    for (const inner of sourceFolders) {
      const meant = path.join(at, inner);
      if (read(path.resolve(meant, rest)) !== undefined) return meant;
    }
    if (at === path.dirname(at)) return undefined;
  }
}
