import { char } from "../onnx-text/characters.js";
import { parseBareAttribute } from "./attribute-syntax.js";
import { nested, type ParserState } from "./parser-state.js";
import type { MlirItem, MlirOperand } from "./syntax.js";
import { isTypeWord, parseType } from "./type-syntax.js";

const percent = 0x25;
const exclamation = 0x21;
const caret = 0x5e;

/** `%0`, `%3#1` */
export function parseOperand({ scanner }: ParserState): MlirOperand | undefined {
  scanner.peek();
  const start = scanner.position;
  const name = scanner.suffixName(percent);
  if (name === "") return undefined;
  let index = "";
  if (scanner.text.charCodeAt(scanner.position) === char.hash) {
    const { position } = scanner;
    scanner.position += 1;
    const number = scanner.number();
    if (number === undefined) scanner.position = position;
    else index = `#${number}`;
  }
  return { name: `${name}${index}`, span: { start, end: scanner.position } };
}

/** One piece of custom assembly, whatever it is; moves on by a character where it is nothing. */
export function parseItem(state: ParserState, isInGroup: boolean): MlirItem {
  const { scanner } = state;
  const code = scanner.peek();
  switch (code) {
    case percent: {
      const operand = parseOperand(state);
      if (operand !== undefined) return { kind: "operand", operand };
      break;
    }
    case char.openParenthesis:
    case char.openBracket:
    case char.less:
      return parseGroup(state);
    case char.openBrace: {
      if (!isInGroup) return parseGroup(state);
      const value = parseBareAttribute(state);
      if (value !== undefined) return { kind: "attribute", value };
      break;
    }
    case char.quote:
    case char.at:
    case char.hash: {
      const value = parseBareAttribute(state);
      if (value !== undefined) return { kind: "attribute", value };
      break;
    }
    case exclamation: {
      const type = parseType(state);
      if (type !== undefined) return { kind: "type", type };
      break;
    }
    case caret: {
      const name = scanner.suffixName(caret);
      if (name !== "") return { kind: "mark", text: "^" };
      break;
    }
    case char.dash:
      if (scanner.takes("->")) return { kind: "mark", text: "->" };
  }
  const word = scanner.peekWord();
  if (word !== "") {
    if (isTypeWord(word)) {
      const type = parseType(state);
      if (type !== undefined) return { kind: "type", type };
    }
    if (attributeWords.has(word)) {
      const value = parseBareAttribute(state);
      if (value !== undefined) return { kind: "attribute", value };
    }
    if (isInGroup && word === "loc") {
      scanner.word();
      if (scanner.peek() === char.openParenthesis) scanner.skipBrackets();
      return { kind: "word", text: word };
    }
    scanner.word();
    return { kind: "word", text: word };
  }
  const value = scanner.number();
  if (value !== undefined)
    return {
      kind: "attribute",
      value: { kind: "number", value: Number(value), type: undefined },
    };
  if (scanner.takes("::")) return { kind: "mark", text: "::" };
  if (!Number.isNaN(code)) scanner.position += 1;
  scanner.isOnNewLine = false;
  return { kind: "mark", text: Number.isNaN(code) ? "" : String.fromCharCode(code) };
}

const attributeWords: ReadonlySet<string> = new Set([
  "dense",
  "dense_resource",
  "array",
  "affine_map",
  "affine_set",
  "sparse",
  "opaque",
]);

type Open = "(" | "[" | "<" | "{";
const groupOf: ReadonlyMap<number, Open> = new Map([
  [char.openParenthesis, "("],
  [char.openBracket, "["],
  [char.openBrace, "{"],
]);
const closeOf = { "(": ")", "[": "]", "<": ">", "{": "}" } as const;

/** What stands between brackets. One that is not closed ends where an outer one closes. */
export function parseGroup(state: ParserState): MlirItem {
  const { scanner } = state;
  const code = scanner.peek();
  const open = groupOf.get(code) ?? "<";
  const close = closeOf[open];
  const empty: MlirItem = { kind: "group", open, items: [] };
  return nested(
    state,
    () => {
      const items: MlirItem[] = [];
      scanner.takes(open);
      for (;;) {
        if (scanner.isAtEnd()) break;
        if (scanner.takes(close)) break;
        const next = scanner.peek();
        // A bracket of another kind closes: this one was left open.
        if (
          next === char.closeParenthesis ||
          next === char.closeBracket ||
          next === char.closeBrace
        )
          break;
        const start = scanner.position;
        items.push(parseItem(state, true));
        if (scanner.position === start) scanner.position += 1;
      }
      return { kind: "group", open, items } as const;
    },
    empty,
  );
}
