import { char, isDigit } from "../onnx-text/characters.js";
import { nested, type ParserState } from "./parser-state.js";
import { isClosing } from "./scanner.js";
import type { MlirType } from "./syntax.js";

const shaped: ReadonlySet<string> = new Set(["tensor", "memref", "vector"]);
const scalarName = /^(?:[su]?i\d+|index|none|bf16|tf32|f\d+\w*|f8E\w+|f4E\w+|f6E\w+)$/;

/** True for a word that begins a type: `tensor`, `f32`, `si8`. */
export function isTypeWord(word: string): boolean {
  return shaped.has(word) || word === "tuple" || word === "complex" || scalarName.test(word);
}

const exclamation = 0x21;

/** The type here; undefined, with the position as it was, where there is none. */
export function parseType(state: ParserState): MlirType | undefined {
  const { scanner } = state;
  const next = scanner.peek();
  if (next === exclamation) return parseDialectType(state);
  if (next === char.openParenthesis) return parseFunctionType(state);
  const word = scanner.peekWord();
  if (!isTypeWord(word)) return undefined;
  const start = scanner.position;
  scanner.word();
  if (shaped.has(word)) return parseShaped(state, word);
  if (word === "tuple") return { kind: "tuple", members: parseMembers(state) };
  if (word === "complex") {
    skipAngles(state);
    return { kind: "scalar", name: scanner.text.slice(start, scanner.position) };
  }
  return { kind: "scalar", name: word };
}

/** `(a, b) -> c`, or the types between parentheses alone. */
function parseFunctionType(state: ParserState): MlirType | undefined {
  const { scanner } = state;
  const { position } = scanner;
  scanner.takes("(");
  const inputs = nested(state, () => parseTypeList(state, ")"), undefined);
  if (inputs === undefined || !scanner.takes("->")) {
    scanner.position = position;
    return undefined;
  }
  return { kind: "function", inputs, results: parseResultTypes(state) };
}

/** What stands behind `->`: a type, or several between parentheses. */
export function parseResultTypes(state: ParserState): readonly MlirType[] {
  return nested(state, () => parseResults(state), []);
}

function parseResults(state: ParserState): readonly MlirType[] {
  const { scanner } = state;
  if (!scanner.takes("(")) {
    const only = parseType(state);
    return only === undefined ? [] : [only];
  }
  const members = parseTypeList(state, ")");
  if (members === undefined) return [];
  return scanner.takes("->")
    ? [{ kind: "function", inputs: members, results: parseResultTypes(state) }]
    : members;
}

/** Types between commas up to the closing bracket, each perhaps with a dictionary behind it. */
export function parseTypeList(state: ParserState, close: string): MlirType[] | undefined {
  const { scanner } = state;
  const types: MlirType[] = [];
  if (scanner.takes(close)) return types;
  do {
    const type = parseType(state);
    if (type === undefined) return undefined;
    types.push(type);
    if (scanner.peek() === char.openBrace) scanner.skipBrackets();
    if (scanner.peekWord() === "loc") {
      scanner.word();
      scanner.skipBrackets();
    }
  } while (scanner.takes(","));
  return scanner.takes(close) ? types : undefined;
}

function parseMembers(state: ParserState): readonly MlirType[] {
  if (!state.scanner.takes("<")) return [];
  return nested(state, () => parseTypeList(state, ">"), undefined) ?? [];
}

/** `<1x?x3xf32, #encoding>` */
function parseShaped(state: ParserState, container: string): MlirType {
  const { scanner } = state;
  const { text } = scanner;
  if (!scanner.takes("<")) return { kind: "other", text: container };
  const shape: (number | undefined)[] = [];
  let isRanked = true;
  let at = scanner.position;
  for (;;) {
    while (text.charCodeAt(at) === char.space) at += 1;
    const code = text.charCodeAt(at);
    // Scalable vectors have `[4]`.
    const isScalable = code === char.openBracket;
    let end = isScalable ? at + 1 : at;
    if (code === char.question || code === asterisk) end += 1;
    else while (isDigit(text.charCodeAt(end))) end += 1;
    if (end === at) break;
    const written = text.slice(isScalable ? at + 1 : at, end);
    if (isScalable && text.charCodeAt(end) === char.closeBracket) end += 1;
    if (text.charCodeAt(end) !== letterX) break;
    if (code === asterisk) isRanked = false;
    else shape.push(code === char.question ? undefined : Number(written));
    at = end + 1;
  }
  scanner.position = at;
  const elementType = balancedText(state);
  while (scanner.takes(",")) balancedText(state);
  scanner.takes(">");
  return { kind: "tensor", container, shape: isRanked ? shape : undefined, elementType };
}

const asterisk = 0x2a;
const letterX = 0x78;

/** What stands here up to a comma or a closing bracket of the level. */
function balancedText({ scanner }: ParserState): string {
  scanner.peek();
  const start = scanner.position;
  for (;;) {
    const code = scanner.peek();
    if (Number.isNaN(code) || code === char.comma || isClosing(code)) break;
    if (code === char.quote) scanner.string();
    else if (isBracket(code)) scanner.skipBrackets();
    else scanner.position += 1;
  }
  return scanner.text.slice(start, scanner.position).trim();
}

function isBracket(code: number): boolean {
  return (
    code === char.less ||
    code === char.openBracket ||
    code === char.openParenthesis ||
    code === char.openBrace
  );
}

/** `!torch.vtensor<[1,?],f32>`, `!t`, `!util.ptr<…>` */
function parseDialectType(state: ParserState): MlirType | undefined {
  const { scanner } = state;
  const start = scanner.position;
  const name = scanner.suffixName(exclamation);
  if (name === "") return undefined;
  const alias = state.types.get(name);
  const hasBody = scanner.text.charCodeAt(scanner.position) === char.less;
  if (alias !== undefined && !hasBody) return alias;
  if (!hasBody) return { kind: "other", text: name };
  if (name === "torch.vtensor" || name === "torch.tensor") return parseTorchTensor(state);
  skipAngles(state);
  return { kind: "other", text: scanner.text.slice(start + 1, scanner.position) };
}

function parseTorchTensor(state: ParserState): MlirType {
  const { scanner } = state;
  scanner.takes("<");
  let shape: (number | undefined)[] | undefined;
  if (scanner.takes("[")) {
    shape = [];
    while (!scanner.takes("]")) {
      if (scanner.takes("?")) shape.push(undefined);
      else {
        const number = scanner.number();
        if (number === undefined) break;
        shape.push(Number(number));
      }
      scanner.takes(",");
    }
  } else scanner.takes("*");
  let elementType = "";
  while (scanner.takes(",")) {
    const part = balancedText(state);
    if (elementType === "") elementType = part;
  }
  scanner.takes(">");
  return { kind: "tensor", container: "vtensor", shape, elementType };
}

function skipAngles({ scanner }: ParserState): void {
  if (scanner.peek() === char.less) scanner.skipBrackets();
}
