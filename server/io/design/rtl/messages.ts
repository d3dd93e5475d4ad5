import { fileNameOf } from "../../../core/base/file-name.js";
import type { DesignProblem } from "../../../core/design/design.js";
import type { Place } from "../../../core/base/text-span.js";
import { blanked } from "../../../core/design/blanked.js";
import { sourceFile, sourceLine } from "../../../core/design/places.js";
import type { ResizedPort } from "../../../core/design/rtl/rtl-design.js";
import type { FileNames } from "../../../core/design/rtl/source-names.js";
import { firstLoop } from "./recursion.js";

/** What Yosys complains of, in the words of a person who has to change the source. */
export function readMessages(
  messages: string,
  files: FileNames,
  main: string,
  texts: ReadonlyMap<string, string>,
): readonly DesignProblem[] {
  const problems: DesignProblem[] = [];
  const seen = new Set<string>();
  for (const line of messages.split("\n")) {
    const match =
      /^(?:(src\/\S+?):(\d+)(?:[.\d-]*)?: )?(ERROR|Warning): (.*)$/.exec(line.trim()) ?? undefined;
    if (match === undefined) continue;
    const text = match[4] ?? "";
    const isError = match[3] === "ERROR";
    const told = sentenceOf(text, isError);
    if (told === undefined) continue;
    const inText = /\b(?:at|from|in) (src\/\S+?):(\d+)|\((src\/\S+?):(\d+)/.exec(text);
    const file = files.get(match[1] ?? inText?.[1] ?? inText?.[3] ?? "");
    const number = Number(match[2] ?? inText?.[2] ?? inText?.[4] ?? "1") - 1;
    const word = isError ? /^(While|Repeat) loops/.exec(text)?.[1] : undefined;
    const loop = word === undefined ? undefined : loopOf(word.toLowerCase(), file ?? main, texts);
    const message = namesRestored(told.message, files);
    const key = `${told.code} ${file ?? ""} ${number} ${message}`;
    if (seen.has(key)) continue;
    seen.add(key);
    problems.push({
      code: told.code,
      severity: isError ? "error" : told.severity,
      message,
      place:
        loop ?? (file === undefined ? sourceFile(main) : sourceLine(file, Math.max(0, number))),
    });
    if (problems.length >= problemLimit) break;
  }
  return problems;
}

/** Yosys 0.55 tells of some loops without a line: the first one that stands in no function, where they may be. */
function loopOf(word: string, file: string, texts: ReadonlyMap<string, string>): Place | undefined {
  const functions = /\bfunction\b[\s\S]*?\bendfunction\b/g;
  const code = blanked(texts.get(file) ?? "");
  const outside = code.replace(functions, (body) => body.replace(/\w/g, " "));
  const line = [outside, code].map((text) => firstLoop(file, text, word)?.line);
  const found = line.find((one) => one !== undefined);
  return found === undefined ? undefined : sourceLine(file, found);
}

/** Connections that have another width than their port; a rule tells of them, which knows their places. */
export function readResizedPorts(messages: string): readonly ResizedPort[] {
  return [...messages.matchAll(/Resizing cell port (\S+) from (\d+) bits? to (\d+) bits?\./g)].map(
    ([, path = "", given, wanted]) => ({
      path,
      given: Number(given),
      wanted: Number(wanted),
    }),
  );
}

const problemLimit = 200;

interface Told {
  readonly code: string;
  readonly severity: DesignProblem["severity"];
  readonly message: string;
}

/** Undefined for what rules say better, or what concerns nobody. */
function sentenceOf(text: string, isError: boolean): Told | undefined {
  const tell = (code: string, message: string, severity: Told["severity"] = "warning"): Told => ({
    code,
    severity,
    message,
  });
  if (isError) {
    const unexpected = /^syntax error, unexpected ([^\s,]+|',')(?:, expecting (.*))?/.exec(text);
    if (unexpected !== null)
      return tell(
        "RP5020",
        `The synthesis cannot read this: unexpected ${tokenText(unexpected[1] ?? "")}${unexpected[2] === undefined ? "" : `, where ${unexpected[2].split(" or ").map(tokenText).join(" or ")} could stand`}.`,
        "error",
      );
    const missing = /^Module `\\?([^']+)' referenced in module `\\?([^']+)'/.exec(text);
    if (missing !== null)
      return tell(
        "RP5022",
        `Module \`${missing[1] ?? ""}\` is not found, which \`${missing[2] ?? ""}\` uses.`,
        "error",
      );
    if (/^(?:While|Repeat) loops|^2nd expression of procedural for-loop is not/.test(text))
      return tell(
        "RP5021",
        "How often this loop runs is not known when it is synthesised, and hardware has a fixed size: let a `for` count to the most that it can be, with the condition as an `if` inside.",
        "error",
      );
    return tell("RP5021", `The synthesis stops here: ${plainText(text)}`, "error");
  }
  if (
    /^Resizing cell port|^Feature '\w+' is experimental|^Replacing memory|^Yosys has only limited|^Critical-path|^Deprecated|^Shift register inference|unconnected|^Ignoring|^wire .* is assigned in a block|^reg .* is assigned in a continuous|^Identifier .* is implicitly declared|^Wire .* is used but has no driver|multiple conflicting drivers|logic loop|is used but has no driver|^Found \d+ problems|Literal has a width/.test(
      text,
    )
  )
    return undefined;
  return tell("RP5023", plainText(text), "information");
}

function tokenText(token: string): string {
  const known: Readonly<Record<string, string>> = {
    TOK_ID: "a name",
    TOK_CONSTVAL: "a number",
    TOK_STRING: "a text",
    end: "the end of the file",
    $end: "the end of the file",
  };
  if (known[token] !== undefined) return known[token];
  return `\`${token.replace(/^TOK_/, "").replace(/^'|'$/g, "").toLowerCase()}\``;
}

function plainText(text: string): string {
  const shown = text
    .replace(/`\\?([^']*)'/g, "`$1`")
    .replace(/\\(\w)/g, "$1")
    .trim();
  return shown.endsWith(".") || shown.endsWith("!") ? `${shown.slice(0, -1)}.` : `${shown}.`;
}

function namesRestored(message: string, files: FileNames): string {
  return message.replace(/src\/\d+\/[\w.-]+/g, (name) => {
    const file = files.get(name);
    return file === undefined ? name : fileNameOf(file);
  });
}
