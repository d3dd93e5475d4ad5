import { type Dim, symbol } from "../../graph/dim.js";
import { type ElementType, isElementType } from "../../graph/element-type.js";
import type { Shape, ValueType } from "../../graph/value-type.js";
import { char } from "./characters.js";
import type { Cursor } from "./cursor.js";
import { nestingLimit } from "./text-reader.js";

/** ONNX's spelling where it is not ours. */
const elementTypeBySpelling: ReadonlyMap<string, ElementType> = new Map([
  ["float", "float32"],
  ["double", "float64"],
]);

/** What upstream prints for a data type that it does not know. */
const unknownElementType = "undefined";

const composites: ReadonlySet<string> = new Set([
  "seq",
  "map",
  "optional",
  "sparse_tensor",
  "opaque",
]);

export function isTypeWord(word: string): boolean {
  return elementTypeOf(word) !== undefined || composites.has(word);
}

export function elementTypeOf(word: string): ElementType | undefined {
  const known = elementTypeBySpelling.get(word);
  if (known !== undefined) return known;
  return word !== "float32" && word !== "float64" && isElementType(word) ? word : undefined;
}

/** ONNX's name of an element type. */
export function elementTypeWord(type: ElementType): string {
  if (type === "float32") return "float";
  return type === "float64" ? "double" : type;
}

/** True when a type stands here, so that `float[2] x` and a value that is named `x` alone can be told apart. */
export function isTypeNext(cursor: Cursor): boolean {
  const word = cursor.peekIdentifier();
  if (word === "") return false;
  if (isTypeWord(word)) return true;
  if (word !== unknownElementType) return false;
  // A value may be named `undefined`; as a type it has a shape or a name behind it.
  const start = cursor.position;
  cursor.identifier();
  const next = cursor.peek();
  const isType = next === char.openBracket || next === char.quote || cursor.peekIdentifier() !== "";
  cursor.position = start;
  return isType;
}

/** A type whose kind this reader has no word for (opaque ones) is `{ type: undefined }`; undefined after a complaint. */
export type ParsedType = { readonly type: ValueType | undefined };

export function parseType(cursor: Cursor): ParsedType | undefined {
  const start = cursor.peek();
  const word = cursor.identifier();
  if (Number.isNaN(start) || word === "") return cursor.fail("Expected a type");
  const elementType = elementTypeOf(word);
  if (elementType !== undefined || word === unknownElementType) {
    const shape = parseShape(cursor);
    return shape && { type: { kind: "tensor", elementType, shape: shape.shape } };
  }
  if (!composites.has(word)) {
    cursor.position = cursor.tokenStart;
    return cursor.fail("Expected a type");
  }
  if (nestingLimit <= cursor.depth) {
    const message = `Types nest deeper than ${nestingLimit} levels; this one is not read.`;
    return cursor.report("RP1059", "error", message, cursor.tokenSpan());
  }
  if (!cursor.expect(char.openParenthesis, `behind \`${word}\``)) return undefined;
  cursor.depth += 1;
  const parsed = parseComposite(cursor, word);
  cursor.depth -= 1;
  if (parsed === undefined) return undefined;
  return cursor.expect(char.closeParenthesis, `to close \`${word}(\``) && parsed;
}

function parseComposite(cursor: Cursor, word: string): ParsedType | undefined {
  switch (word) {
    case "seq":
    case "optional": {
      const element = parseType(cursor);
      const kind = word === "seq" ? "sequence" : "optional";
      return element && { type: { kind, element: element.type } };
    }
    case "map": {
      const key = parseElementType(cursor);
      if (key === undefined || !cursor.expect(char.comma, "behind the key of `map(`"))
        return undefined;
      const value = parseType(cursor);
      return value && { type: { kind: "map", key: key.elementType, value: value.type } };
    }
    case "sparse_tensor": {
      const element = parseElementType(cursor);
      const shape = element && parseShape(cursor);
      return (
        shape && {
          type: { kind: "sparse", elementType: element.elementType, shape: shape.shape },
        }
      );
    }
    default:
      return parseOpaque(cursor);
  }
}

/** `opaque()`, `opaque(name)`, `opaque(domain, name)`: there is nothing to say about its size. */
function parseOpaque(cursor: Cursor): ParsedType | undefined {
  if (cursor.peek() === char.closeParenthesis) return { type: undefined };
  do {
    // Upstream prints a domain whose name is missing as `opaque(domain,)`.
    if (cursor.peek() === char.closeParenthesis) break;
    if (cursor.looseName("the name of an opaque type", true) === undefined) return undefined;
  } while (cursor.takes(char.comma));
  return { type: undefined };
}

function parseElementType(
  cursor: Cursor,
): { readonly elementType: ElementType | undefined } | undefined {
  const word = cursor.identifier();
  const elementType = elementTypeOf(word);
  if (elementType !== undefined || word === unknownElementType) return { elementType };
  if (word !== "") cursor.position = cursor.tokenStart;
  return cursor.fail("Expected the type of an element");
}

/** Nothing: a scalar. `[]`: unknown rank. `[2,n,?]`: these extents. */
function parseShape(cursor: Cursor): { readonly shape: Shape | undefined } | undefined {
  if (!cursor.takes(char.openBracket)) return { shape: [] };
  if (cursor.takes(char.closeBracket)) return { shape: undefined };
  const shape: Dim[] = [];
  do {
    const dim = parseDim(cursor);
    if (dim === undefined) return undefined;
    shape.push(dim);
  } while (cursor.takes(char.comma));
  return cursor.expect(char.closeBracket, "to close the shape") && { shape };
}

function parseDim(cursor: Cursor): Dim | undefined {
  const next = cursor.peek();
  if (next === char.question) {
    cursor.position += 1;
    return anonymousDim;
  }
  if (next === char.quote) {
    const name = cursor.string();
    return name === undefined ? undefined : symbol(name);
  }
  const extent = cursor.shortInteger();
  if (extent !== undefined && 0 <= extent) return extent === 0 ? 0 : extent;
  if (extent !== undefined) cursor.position = cursor.tokenStart;
  const name = cursor.identifier();
  if (name !== "") return symbol(name);
  const number = cursor.number();
  if (number === undefined) return undefined;
  const value = Number(number.text);
  if (number.isInteger && 0 <= value && value <= Number.MAX_SAFE_INTEGER) return Math.abs(value);
  // Old exporters write -1 for an extent that they do not know.
  if (value === -1) return anonymousDim;
  cursor.report(
    "RP1067",
    "error",
    `An extent of ${number.text} is not possible; write a whole number from 0 to 2^53 - 1, a name, or \`?\`.`,
    cursor.tokenSpan(),
  );
  return anonymousDim;
}

/** Inference gives each extent of this name a symbol of its own. */
const anonymousDim = symbol("?");
