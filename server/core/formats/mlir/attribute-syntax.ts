import { char } from "../onnx-text/characters.js";
import { parseAffineMap } from "./affine-map.js";
import { parseGroup } from "./item-syntax.js";
import { nested, type ParserState } from "./parser-state.js";
import type { MlirAttribute, MlirItem } from "./syntax.js";
import { isTypeWord, parseType } from "./type-syntax.js";

const unit: MlirAttribute = { kind: "word", text: "unit" };

/** The attribute here, with its type where one follows; undefined, with nothing reported, where there is none. */
export function parseAttribute(state: ParserState): MlirAttribute | undefined {
  const attribute = parseBareAttribute(state);
  if (attribute === undefined) return undefined;
  const { kind } = attribute;
  if (kind !== "number" && kind !== "dense" && kind !== "string" && kind !== "dialect")
    return attribute;
  const { scanner } = state;
  if (!scanner.isAt(":") || scanner.isAt("::")) return attribute;
  const { position } = scanner;
  scanner.takes(":");
  const type = parseType(state);
  if (type === undefined) scanner.position = position;
  const keepsType = kind === "number" || kind === "dense";
  return keepsType && type !== undefined ? { ...attribute, type } : attribute;
}

/** Without the type that may follow: in custom assembly that is the operation's. */
export function parseBareAttribute(state: ParserState): MlirAttribute | undefined {
  const { scanner } = state;
  switch (scanner.peek()) {
    case char.quote:
      return { kind: "string", value: scanner.string() ?? "" };
    case char.openBracket:
      return nested(state, () => parseList(state), undefined);
    case char.openBrace:
      return nested(
        state,
        () => ({ kind: "dictionary", entries: parseDictionary(state) }) as const,
        undefined,
      );
    case char.at:
      return parseSymbol(state);
    case char.hash:
      return parseHash(state);
    case char.openParenthesis:
    case exclamation: {
      const type = parseType(state);
      return type && { kind: "type", type };
    }
    default:
      return parseNumberOrWord(state);
  }
}

const exclamation = 0x21;

function parseNumberOrWord(state: ParserState): MlirAttribute | undefined {
  const { scanner } = state;
  const number = scanner.number();
  if (number !== undefined) return { kind: "number", value: Number(number), type: undefined };
  const word = scanner.peekWord();
  switch (word) {
    case "":
      return undefined;
    case "dense":
      scanner.word();
      return parseDense(state);
    case "dense_resource":
      scanner.word();
      return {
        kind: "dense",
        type: undefined,
        isSplat: false,
        values: undefined,
        key: inAngles(state),
      };
    case "array":
      scanner.word();
      return parseArray(state);
    case "affine_map": {
      scanner.word();
      const { position } = scanner;
      if (scanner.takes("<")) {
        const map = parseAffineMap(state);
        if (map !== undefined && scanner.takes(">")) return { kind: "map", map };
      }
      scanner.position = position;
      scanner.skipBrackets();
      return { kind: "word", text: word };
    }
    case "sparse":
    case "opaque":
    case "affine_set":
    case "strided":
    case "distinct":
      scanner.word();
      while (scanner.isAt("<") || scanner.isAt("[")) scanner.skipBrackets();
      return { kind: "word", text: word };
    case "loc":
      scanner.word();
      return parseLocation(state);
    default: {
      if (isTypeWord(word)) {
        const type = parseType(state);
        return type && { kind: "type", type };
      }
      scanner.word();
      return { kind: "word", text: word };
    }
  }
}

/** `("name"("file":1:2))`, `(#loc3)`, `(fused[…])`: behind the word `loc`. The first string or alias is what counts. */
export function parseLocation(state: ParserState): MlirAttribute | undefined {
  const { scanner } = state;
  if (scanner.peek() !== char.openParenthesis) return undefined;
  const group = parseGroup(state);
  const first = firstName(group);
  return first ?? unit;
}

function firstName(item: MlirItem): MlirAttribute | undefined {
  if (item.kind === "attribute")
    return item.value.kind === "string" || item.value.kind === "alias" ? item.value : undefined;
  if (item.kind !== "group") return undefined;
  for (const inner of item.items) {
    const found = firstName(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

function parseList(state: ParserState): MlirAttribute | undefined {
  const { scanner } = state;
  const items: MlirAttribute[] = [];
  scanner.takes("[");
  while (!scanner.takes("]")) {
    const item = parseAttribute(state);
    if (item === undefined) return undefined;
    items.push(item);
    if (!scanner.takes(",") && !scanner.isAt("]")) return undefined;
  }
  return { kind: "list", items };
}

/** `{key = value, "key" = value, flag}`; what cannot be read of an entry is passed over. */
export function parseDictionary(state: ParserState): Map<string, MlirAttribute> {
  const { scanner } = state;
  const entries = new Map<string, MlirAttribute>();
  scanner.takes("{");
  while (!scanner.takes("}")) {
    if (scanner.isAtEnd()) break;
    const start = scanner.position;
    const key = scanner.string() ?? scanner.word();
    if (key !== "") {
      const value = scanner.takes("=") ? parseAttribute(state) : unit;
      if (value !== undefined) entries.set(key, value);
    }
    if (scanner.takes(",") || scanner.isAt("}")) continue;
    skipEntry(state);
    if (scanner.position === start) break;
  }
  return entries;
}

function skipEntry({ scanner }: ParserState): void {
  for (;;) {
    const code = scanner.peek();
    if (Number.isNaN(code) || code === char.closeBrace) return;
    if (code === char.comma) {
      scanner.position += 1;
      return;
    }
    if (code === char.quote) scanner.string();
    else scanner.skipBrackets();
  }
}

function parseSymbol({ scanner }: ParserState): MlirAttribute {
  let name = scanner.suffixName(char.at);
  while (scanner.takes("::")) name = `${name}::${scanner.suffixName(char.at)}`;
  return { kind: "symbol", name };
}

function parseHash(state: ParserState): MlirAttribute | undefined {
  const { scanner } = state;
  const name = scanner.suffixName(char.hash);
  if (name === "") return undefined;
  if (scanner.text.charCodeAt(scanner.position) === char.less) {
    const group = parseGroup(state);
    return { kind: "dialect", name, items: group.kind === "group" ? group.items : [] };
  }
  const dot = name.includes(".");
  return (
    state.attributes.get(name) ??
    (dot ? { kind: "dialect", name, items: [] } : { kind: "alias", name })
  );
}

/** Larger lists are weights; nobody asks for their values. */
const valueLimit = 1024;

/** `<0.0>`, `<[[1, 2], [3, 4]]>`, `<"0x…">`, `<>`: behind the word `dense`. */
function parseDense(state: ParserState): MlirAttribute {
  const { scanner } = state;
  const dense = { kind: "dense", type: undefined, isSplat: false, values: undefined } as const;
  if (!scanner.takes("<")) return dense;
  if (scanner.takes(">")) return { ...dense, values: [] };
  if (scanner.peek() === char.quote) {
    const text = scanner.string() ?? "";
    scanner.takes(">");
    return text.startsWith("0x") ? dense : { ...dense, isSplat: true };
  }
  const values: number[] = [];
  const isSplat = scanner.peek() !== char.openBracket;
  let isKnown = true;
  for (;;) {
    const code = scanner.peek();
    if (Number.isNaN(code) || code === char.greater) break;
    if (code === char.openBracket || code === char.closeBracket || code === char.comma) {
      scanner.position += 1;
      continue;
    }
    const number = scanner.number();
    const value = number === undefined ? booleanOf(scanner.word()) : Number(number);
    if (value === undefined) {
      // A complex number or a string: an element all the same, whose value is not known.
      isKnown = false;
      if (code === char.quote) scanner.string();
      else scanner.skipBrackets();
    } else if (values.length <= valueLimit) values.push(value);
  }
  scanner.takes(">");
  return {
    ...dense,
    isSplat,
    values: isKnown && values.length <= valueLimit ? values : undefined,
  };
}

function booleanOf(word: string): number | undefined {
  return word === "true" ? 1 : word === "false" ? 0 : undefined;
}

/** `<i64: 1, 2>`: behind the word `array`. */
function parseArray(state: ParserState): MlirAttribute {
  const { scanner } = state;
  const items: MlirAttribute[] = [];
  if (!scanner.takes("<")) return { kind: "list", items };
  scanner.word();
  if (scanner.takes(":"))
    do {
      const number = scanner.number();
      const value = number === undefined ? booleanOf(scanner.word()) : Number(number);
      if (value === undefined) break;
      items.push({ kind: "number", value, type: undefined });
    } while (scanner.takes(","));
  while (!scanner.takes(">")) {
    if (scanner.isAtEnd()) break;
    scanner.position += 1;
  }
  return { kind: "list", items };
}

function inAngles({ scanner }: ParserState): string {
  scanner.peek();
  const start = scanner.position;
  if (scanner.text.charCodeAt(start) !== char.less) return "";
  scanner.skipBrackets();
  return scanner.text.slice(start + 1, scanner.position - 1);
}
