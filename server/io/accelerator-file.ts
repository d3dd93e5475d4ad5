import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import {
  findNodeAtLocation,
  type Node,
  type ParseError,
  parseTree,
  getNodeValue,
  printParseErrorCode,
} from "jsonc-parser";
import type { Accelerator } from "../core/accelerator/accelerator.js";
import { acceleratorPin } from "../core/accelerator/rtl-pin.js";
import { decodeAccelerator } from "../core/accelerator/decode-accelerator.js";
import type { Outcome, Problem } from "../core/base/problem.js";
import type { Place } from "../core/base/text-span.js";

export const acceleratorExtension = ".accelerator.json";

/** Reads an architecture file; what is wrong has its place in the text. */
export function readAcceleratorFile(file: string): Outcome<Accelerator | undefined> {
  let text: string;
  try {
    const { size } = statSync(file);
    if (size > largestBytes)
      return failure(
        `Accelerator (${file}): the file has ${size} bytes, more than the ${largestBytes} that an architecture file may take.`,
      );
    text = readFileSync(file, "utf8");
  } catch (error) {
    return failure(
      `Accelerator (${file}) cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  return parseAccelerator(text, file);
}

/** Files whose language is that of hardware: an accelerator is what a comment pin in them says. */
export function isRtlFile(file: string): boolean {
  return /\.(?:v|sv|vhd|vhdl)$/i.test(file);
}

/** JSON with comments and trailing commas, as the editor's own settings are; of RTL, its pin. */
export function parseAccelerator(text: string, file: string): Outcome<Accelerator | undefined> {
  if (isRtlFile(file)) return parseRtl(text, file);
  const bare = text.replace(/^\uFEFF/, " ");
  if (depthOf(bare) > deepest)
    return failure(`Accelerator (${file}): the text is nested more than ${deepest} levels deep.`);
  const errors: ParseError[] = [];
  const tree = parseTree(bare, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (tree === undefined || first !== undefined) {
    const offset = first?.offset ?? 0;
    return {
      value: undefined,
      problems: [
        {
          code: "RP2001",
          severity: "error",
          message: `Accelerator (${file}) is not JSON: ${first === undefined ? "the text is empty" : printParseErrorCode(first.error)}, line ${lineOf(bare, offset)}.`,
          place: {
            kind: "text",
            span: { start: offset, end: offset + Math.max(1, first?.length ?? 1) },
          },
        },
      ],
    };
  }
  const value: unknown = getNodeValue(tree);
  const { value: accelerator, problems } = decodeAccelerator(value, file);
  return { value: accelerator, problems: problems.map((problem) => located(problem, tree, bare)) };
}

/** What is wrong with a pin stands at the pin. */
function parseRtl(text: string, file: string): Outcome<Accelerator | undefined> {
  const pin = acceleratorPin(text, path.basename(file).replace(/\.\w+$/, ""));
  if (pin === undefined)
    return failure(
      `Accelerator (${file}): no comment says \`ridgepoint: accelerator rows=… columns=… dataflow=…\`.`,
    );
  const { value, problems } = decodeAccelerator(
    pin.value,
    `${file}, line ${lineOf(text, pin.span.start)}`,
  );
  const place = { kind: "text", span: pin.span } as const;
  const rtl = { file, top: pin.top, parameters: pin.parameters };
  return {
    value: value && { ...value, rtl },
    problems: problems.map((problem) => ({ ...problem, place })),
  };
}

/** Turns a JSON path into the span of its value, or of the nearest part around that is there. */
function located(problem: Problem, tree: Node, text: string): Problem {
  if (problem.place?.kind !== "path") return problem;
  const place = placeOf(problem.place.path, tree);
  const line = place.kind === "text" ? `, line ${lineOf(text, place.span.start)}` : "";
  return { ...problem, message: problem.message.replace(/\)(?=:)/, `${line})`), place };
}

function placeOf(path: string, tree: Node): Place {
  const segments = path
    .replace(/\[(\d+)\]/g, ".$1")
    .split(".")
    .filter((part) => part !== "" && part !== "$")
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  for (let count = segments.length; count >= 0; count--) {
    const node = findNodeAtLocation(tree, segments.slice(0, count));
    if (node === undefined) continue;
    // An unknown key is marked at the key, a value that is wrong at the value.
    const [key] = count > 0 && node.parent?.type === "property" ? (node.parent.children ?? []) : [];
    const isMissing = count < segments.length;
    const target = isMissing && count > 0 ? (key ?? node) : node;
    const end = isMissing && count === 0 ? target.offset + 1 : target.offset + target.length;
    return { kind: "text", span: { start: target.offset, end } };
  }
  return { kind: "path", path };
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** A bound on nesting before the parser, which recurses. */
function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  for (const character of text) {
    if (character === "{" || character === "[") most = Math.max(most, ++depth);
    else if (character === "}" || character === "]") depth--;
  }
  return most;
}

function failure(message: string): Outcome<undefined> {
  return { value: undefined, problems: [{ code: "RP2000", severity: "error", message }] };
}

const largestBytes = 1 << 20;
const deepest = 64;
