import type { TextSpan } from "../../base/text-span.js";
import { char } from "../onnx-text/characters.js";
import { parseAttribute, parseDictionary, parseLocation } from "./attribute-syntax.js";
import { argumentsOf, attributesOfItems, typesOf } from "./items.js";
import { parseItem, parseOperand } from "./item-syntax.js";
import { countOperation, nested, type ParserState } from "./parser-state.js";
import type {
  MlirArgument,
  MlirAttribute,
  MlirBlock,
  MlirItem,
  MlirOperand,
  MlirOperation,
  MlirRegion,
  MlirResult,
  MlirType,
} from "./syntax.js";
import { parseResultTypes, parseType, parseTypeList } from "./type-syntax.js";

const caret = 0x5e;
const percent = 0x25;
const exclamation = 0x21;

/** All operations of the text, those of its aliases and resources aside. */
export function parseTopLevel(state: ParserState): readonly MlirOperation[] {
  const { scanner } = state;
  const operations: MlirOperation[] = [];
  while (!scanner.isAtEnd()) {
    const start = scanner.position;
    if (parseAlias(state) || skipResources(state)) continue;
    const operation = parseOperation(state);
    if (operation !== undefined) operations.push(operation);
    else if (scanner.position === start) scanner.position += 1;
  }
  return operations;
}

/** `#map = affine_map<…>`, `!t = tensor<4xf32>` */
function parseAlias(state: ParserState): boolean {
  const { scanner } = state;
  const next = scanner.peek();
  if (next !== char.hash && next !== exclamation) return false;
  const { position } = scanner;
  const name = scanner.suffixName(next);
  if (name === "" || !scanner.takes("=")) {
    scanner.position = position;
    return false;
  }
  if (next === exclamation) {
    const type = parseType(state);
    if (type !== undefined) state.types.set(name, type);
  } else {
    const attribute = parseAttribute(state);
    if (attribute !== undefined) state.attributes.set(name, attribute);
  }
  return true;
}

/** `{-# dialect_resources: … #-}`: contents of weights. */
function skipResources({ scanner }: ParserState): boolean {
  if (!scanner.isAt("{-#")) return false;
  const end = scanner.text.indexOf("#-}", scanner.position);
  scanner.position = end === -1 ? scanner.text.length : end + 3;
  return true;
}

function parseOperation(state: ParserState): MlirOperation | undefined {
  const { scanner } = state;
  countOperation(state);
  scanner.peek();
  const start = scanner.position;
  const results = scanner.isValueNext() ? parseResults(state) : [];
  if (results === undefined) return undefined;
  scanner.peek();
  const nameStart = scanner.position;
  const quoted = scanner.string();
  const name = quoted ?? scanner.word();
  if (name === "") {
    scanner.report("RP1081", "error", "Expected the name of an operation here.", {
      start: nameStart,
      end: Math.min(nameStart + 1, scanner.text.length),
    });
    return undefined;
  }
  const nameSpan = { start: nameStart, end: scanner.position };
  const body = quoted === undefined ? parseCustom(state) : parseGeneric(state);
  return { name, nameSpan, results, ...body, span: { start, end: body.end } };
}

/** `%0, %1:2 =` */
function parseResults(state: ParserState): readonly MlirResult[] | undefined {
  const { scanner } = state;
  const results: MlirResult[] = [];
  scanner.peek();
  const start = scanner.position;
  do {
    const operand = parseOperand(state);
    if (operand === undefined) break;
    let count = 1;
    if (scanner.text.charCodeAt(scanner.position) === char.colon) {
      scanner.position += 1;
      // A text that asks for more is no program.
      count = Math.min(Number(scanner.number() ?? 1), 1024);
    }
    results.push({ name: operand.name, count, span: operand.span });
  } while (scanner.takes(","));
  if (results.length > 0 && scanner.takes("=")) return results;
  scanner.report("RP1081", "error", "Expected `=` and an operation behind the values here.", {
    start,
    end: Math.max(start + 1, scanner.position),
  });
  return undefined;
}

type Body = Omit<MlirOperation, "name" | "nameSpan" | "results" | "span"> & {
  readonly end: number;
};

/** `(%a, %b)[^bb1] <{properties}> ({regions}) {attributes} : (types) -> types loc(…)` */
function parseGeneric(state: ParserState): Body {
  const { scanner } = state;
  const operands: MlirOperand[] = [];
  const regions: MlirRegion[] = [];
  let attributes: Map<string, MlirAttribute> = new Map();
  let operandTypes: readonly MlirType[] = [];
  let resultTypes: readonly MlirType[] = [];
  if (scanner.takes("("))
    while (!scanner.takes(")")) {
      const operand = parseOperand(state);
      if (operand === undefined) break;
      operands.push(operand);
      scanner.takes(",");
    }
  if (scanner.peek() === char.openBracket) scanner.skipBrackets();
  if (scanner.isAt("<{")) {
    scanner.takes("<");
    attributes = nested(state, () => parseDictionary(state), attributes);
    scanner.takes(">");
  }
  if (scanner.isAt("(")) {
    scanner.takes("(");
    while (!scanner.takes(")")) {
      if (scanner.peek() !== char.openBrace) break;
      regions.push(parseRegion(state, []));
      scanner.takes(",");
    }
  }
  if (scanner.peek() === char.openBrace) {
    const more = nested(state, () => parseDictionary(state), attributes);
    attributes = new Map([...attributes, ...more]);
  }
  let end = scanner.position;
  if (scanner.takes(":")) {
    if (scanner.takes("(")) operandTypes = parseTypeList(state, ")") ?? [];
    if (scanner.takes("->")) resultTypes = parseResultTypes(state);
    end = scanner.position;
  }
  const location = parseTrailingLocation(state);
  return {
    operands,
    items: [],
    attributes,
    regions,
    operandTypes,
    resultTypes,
    location,
    end: Math.min(end, scanner.position),
  };
}

function parseTrailingLocation(state: ParserState): MlirAttribute | undefined {
  const { scanner } = state;
  if (scanner.peekWord() !== "loc") return undefined;
  scanner.word();
  return parseLocation(state);
}

/**
 * Custom assembly, dialect by dialect its own, has a common shape: pieces between blanks, dictionaries and regions in
 * braces, and the types last. It ends where a line begins with what can only be an operation.
 */
function parseCustom(state: ParserState): Body {
  const { scanner } = state;
  const items: MlirItem[] = [];
  const regions: MlirRegion[] = [];
  const attributes = new Map<string, MlirAttribute>();
  let location: MlirAttribute | undefined;
  let symbolSpan: TextSpan | undefined;
  let end = scanner.position;
  while (!isEndOfCustom(state, items)) {
    const next = scanner.peek();
    if (next === char.openBrace) {
      if (isValueListNext(state)) {
        items.push(parseItem(state, false));
        end = scanner.position;
        continue;
      }
      const isValue = isMark(items.at(-1), "=");
      if (!isValue && !isDictionaryNext(state)) {
        regions.push(parseRegion(state, argumentsOf(items)));
        end = scanner.position;
        continue;
      }
      const entries = nested(state, () => parseDictionary(state), new Map<string, MlirAttribute>());
      if (isValue) items.push({ kind: "attribute", value: { kind: "dictionary", entries } });
      else for (const [key, value] of entries) attributes.set(key, value);
    } else if (scanner.isAt("<{")) {
      scanner.takes("<");
      const entries = nested(state, () => parseDictionary(state), new Map<string, MlirAttribute>());
      for (const [key, value] of entries) attributes.set(key, value);
      scanner.takes(">");
    } else if (next === char.closeParenthesis || next === char.closeBracket) {
      scanner.report("RP1081", "error", "This bracket closes nothing.", {
        start: scanner.position,
        end: scanner.position + 1,
      });
      scanner.position += 1;
      scanner.isOnNewLine = false;
    } else if (scanner.peekWord() === "loc") {
      location = parseTrailingLocation(state) ?? location;
      continue;
    } else {
      const start = scanner.position;
      const item = parseItem(state, false);
      items.push(item);
      const isSymbol = item.kind === "attribute" && item.value.kind === "symbol";
      if (isSymbol) symbolSpan ??= { start, end: scanner.position };
      if (scanner.position === start) scanner.position += 1;
    }
    end = scanner.position;
  }
  for (const [key, value] of attributesOfItems(items)) attributes.set(key, value);
  const { operandTypes, resultTypes } = typesOf(items);
  return {
    operands: operandsOf(items),
    symbolSpan,
    items,
    attributes,
    regions,
    operandTypes,
    resultTypes,
    location,
    end,
  };
}

function operandsOf(items: readonly MlirItem[]): readonly MlirOperand[] {
  // `reducer(%a: t, %b: t) {…}` names arguments of the region, which are no operands.
  const end = items.findIndex((item) => item.kind === "word" && item.text === "reducer");
  return (end < 0 ? items : items.slice(0, end)).flatMap((item): readonly MlirOperand[] =>
    item.kind === "operand" ? [item.operand] : item.kind === "group" ? operandsOf(item.items) : [],
  );
}

function isMark(item: MlirItem | undefined, text: string): boolean {
  return item?.kind === "mark" && item.text === text;
}

/** Operations without a dialect in their names, as older printers write those of `builtin`, `func` and `arith`. */
const bareNames: ReadonlySet<string> = new Set([
  "module",
  "func",
  "return",
  "call",
  "constant",
  "br",
  "cond_br",
]);

function isEndOfCustom(state: ParserState, items: readonly MlirItem[]): boolean {
  const { scanner } = state;
  const next = scanner.peek();
  if (Number.isNaN(next) || next === char.closeBrace) return true;
  if (!scanner.isOnNewLine) return false;
  if (scanner.isAt("{-#")) return true;
  const last = items.at(-1);
  // A line that ends so goes on in the next.
  if (last?.kind === "mark" && last.text !== "" && ",:=".includes(last.text)) return false;
  if (isMark(last, "->")) return false;
  if (next === caret) return true;
  if (next === percent) return isResultNext(state);
  if (next === char.quote || next === char.hash || next === exclamation) {
    const { position } = scanner;
    const isQuoted = next === char.quote;
    const name = isQuoted ? (scanner.string() ?? "") : scanner.suffixName(next);
    const isStatement = isQuoted
      ? name.includes(".") && scanner.takes("(")
      : name !== "" && scanner.takes("=");
    scanner.position = position;
    scanner.isOnNewLine = true;
    return isStatement;
  }
  const word = scanner.peekWord();
  return word.includes(".") || bareNames.has(word);
}

/** `%0 =` and `%0:2, %1 =`; the values alone are operands on a line of their own. */
function isResultNext(state: ParserState): boolean {
  const { scanner } = state;
  const { position } = scanner;
  let found = false;
  do {
    if (parseOperand(state) === undefined) break;
    if (scanner.takes(":")) scanner.number();
    if (scanner.takes("=")) {
      found = true;
      break;
    }
  } while (scanner.takes(","));
  scanner.position = position;
  scanner.isOnNewLine = true;
  return found;
}

/** `tensor<?xf32>{%size}`, `ops{["func.func"]}`: neither attributes nor operations. */
function isValueListNext(state: ParserState): boolean {
  const { scanner } = state;
  const { position, isOnNewLine } = scanner;
  scanner.takes("{");
  const isList =
    scanner.isAt("[") ||
    (parseOperand(state) !== undefined &&
      (scanner.isAt(",") || scanner.isAt("}")) &&
      !isResultAfter(state));
  scanner.position = position;
  scanner.isOnNewLine = isOnNewLine;
  return isList;
}

/** Behind a value: `, %b =` makes it a result. */
function isResultAfter(state: ParserState): boolean {
  const { scanner } = state;
  while (scanner.takes(",")) if (parseOperand(state) === undefined) return false;
  return scanner.isAt("=");
}

/** At `{`: attributes, or operations? */
function isDictionaryNext(state: ParserState): boolean {
  const { scanner } = state;
  const { position, isOnNewLine } = scanner;
  scanner.takes("{");
  let isDictionary = scanner.isAt("}");
  if (!isDictionary) {
    const quoted = scanner.string();
    const key = quoted ?? scanner.word();
    const isTerminator = quoted === undefined && /(?:^|\.)(?:return|yield)$/.test(key);
    isDictionary =
      key !== "" &&
      (scanner.isAt("=") || scanner.isAt(",") || (scanner.isAt("}") && !isTerminator));
  }
  scanner.position = position;
  scanner.isOnNewLine = isOnNewLine;
  return isDictionary;
}

/** `{ operations ^bb0(%a: t): operations }` */
function parseRegion(state: ParserState, entry: readonly MlirArgument[]): MlirRegion {
  const { scanner } = state;
  scanner.peek();
  const start = scanner.position;
  const blocks = nested(state, () => parseBlocks(state, entry), []);
  return { blocks, span: { start, end: scanner.position } };
}

function parseBlocks(state: ParserState, entry: readonly MlirArgument[]): readonly MlirBlock[] {
  const { scanner } = state;
  const blocks: MlirBlock[] = [];
  let operations: MlirOperation[] = [];
  let block: MlirBlock = { arguments: entry, operations };
  scanner.takes("{");
  for (;;) {
    if (scanner.isAtEnd()) {
      scanner.report("RP1081", "error", "The text ends inside of a region; a `}` is missing.", {
        start: Math.max(0, scanner.text.length - 1),
        end: scanner.text.length,
      });
      break;
    }
    if (scanner.takes("}")) break;
    const start = scanner.position;
    if (scanner.peek() === caret) {
      scanner.suffixName(caret);
      if (operations.length > 0 || blocks.length > 0) blocks.push(block);
      operations = [];
      const given: MlirItem[] = [];
      if (scanner.peek() === char.openParenthesis) given.push(parseItem(state, false));
      scanner.takes(":");
      block = {
        arguments: given.length === 0 && blocks.length === 0 ? entry : argumentsOf(given),
        operations,
      };
    } else {
      const operation = parseOperation(state);
      if (operation !== undefined) operations.push(operation);
    }
    if (scanner.position === start) scanner.position += 1;
  }
  blocks.push(block);
  return blocks;
}
