import type { RawAttribute } from "../../graph/raw-graph.js";
import { type ElementKind, listOf, type Single } from "./attribute-list.js";
import { char, isLetter } from "./characters.js";
import { type Cursor, isSpecialFloat } from "./cursor.js";
import { float64Of, parseFloat32, parseInteger } from "./numbers.js";
import type { ParsedAttributes, SyntaxContext, TextGraph } from "./syntax-context.js";
import { parseTensorLiteral } from "./tensor-literal.js";
import { isTypeNext, parseType } from "./type-syntax.js";

/** Reads the graph whose name has just been read. Passed in: graphs have nodes, nodes attributes, attributes graphs. */
export type ParseNamedGraph = (
  context: SyntaxContext,
  name: { readonly text: string; readonly start: number; readonly end: number },
) => TextGraph | undefined;

/** `<name: type = value, …>`; the caller has seen the `<`. */
export function parseAttributes(
  context: SyntaxContext,
  parseNamedGraph: ParseNamedGraph,
): ParsedAttributes | undefined {
  const { cursor } = context;
  cursor.peek();
  const start = cursor.position;
  const end = endOfPlainList(cursor.text, start);
  const written = cursor.text.slice(start, end);
  const known = context.attributeLists.get(written);
  if (known !== undefined) {
    cursor.position = end;
    return known;
  }
  const problemCount = cursor.problems.length;
  const attributes = new Map<string, RawAttribute>();
  const bodies: { attribute: string; graph: TextGraph }[] = [];
  let name: string | undefined = "";
  const parseBody: ParseNamedGraph = (where, graphName) => {
    const attribute = name ?? "";
    const graph = parseNamedGraph(where, graphName);
    if (graph !== undefined) bodies.push({ attribute, graph });
    return graph;
  };
  if (!cursor.expect(char.less, "before attributes")) return undefined;
  do {
    name = cursor.looseName("the name of an attribute", true);
    if (name === undefined) return undefined;
    const attribute = parseAttribute(context, name, parseBody);
    if (attribute === undefined) return undefined;
    addAttribute(cursor, attributes, name, attribute.value);
  } while (cursor.takes(char.comma));
  if (!cursor.expect(char.greater, "behind attributes")) return undefined;
  const parsed = { attributes, bodies };
  const isPlain = end === cursor.position && problemCount === cursor.problems.length;
  if (isPlain && context.attributeLists.size < keptListCount)
    context.attributeLists.set(written, parsed);
  return parsed;
}

const keptListCount = 10_000;
const longestKeptList = 400;

/**
 * Models repeat themselves: a block's convolutions have the same attributes in every block. Lists that are written alike
 * are read once and shared. Answers the end of the list, or its start when it is long or has a graph in it.
 */
function endOfPlainList(text: string, start: number): number {
  const limit = Math.min(text.length, start + longestKeptList);
  let isInText = false;
  for (let position = start; position < limit; position += 1) {
    const code = text.charCodeAt(position);
    if (code === char.quote) isInText = !isInText;
    else if (code === char.openParenthesis || code === char.backslash || code === char.hash)
      return start;
    else if (code === char.greater && !isInText) return position + 1;
  }
  return start;
}

/** What an attribute is: `value` is undefined when the text leaves it out or contradicts itself. */
export interface ParsedAttribute {
  readonly value: RawAttribute | undefined;
}

/** `: type = value` of the attribute whose name has just been read. */
export function parseAttribute(
  context: SyntaxContext,
  name: string,
  parseNamedGraph: ParseNamedGraph,
): ParsedAttribute | undefined {
  const { cursor } = context;
  const nameSpan = cursor.tokenSpan();
  let expected: AttributeType | undefined;
  if (cursor.takes(char.colon)) {
    const word = cursor.identifier();
    expected = attributeTypes.get(word);
    if (expected === undefined) {
      if (word !== "") cursor.position = cursor.tokenStart;
      return cursor.fail("Expected the type of an attribute (`int`, `floats`, `tensor` …)");
    }
  }
  if (!cursor.expect(char.equals, `behind the attribute \`${name}\``)) return undefined;
  const next = cursor.peek();
  if (next === char.comma || next === char.greater) {
    const message = `The value of \`${name}\` is not written; the attribute is left out.`;
    return cursor.report("RP1069", "information", message, nameSpan) ?? { value: undefined };
  }
  const element: ElementKind | undefined = expected?.element;
  if (next !== char.openBracket) {
    const value = parseSingle(context, element, parseNamedGraph);
    if (value === undefined) return undefined;
    const isReference = value.kind === "reference";
    if (expected?.isList === true && !isReference)
      complainOfType(cursor, nameSpan, name, "a list between `[` and `]`");
    else if (element !== undefined && element !== value.kind && !isReference)
      complainOfType(cursor, nameSpan, name, `of type ${expected?.word ?? ""}`);
    return { value };
  }
  cursor.position += 1;
  const integers = expected === undefined ? parseIntegers(cursor) : undefined;
  if (integers !== undefined) return { value: { kind: "ints", value: integers } };
  const values: Single[] = [];
  if (cursor.peek() !== char.closeBracket)
    do {
      const value = parseSingle(context, element, parseNamedGraph);
      if (value === undefined) return undefined;
      values.push(value);
    } while (cursor.takes(char.comma));
  if (!cursor.expect(char.closeBracket, "to close the list")) return undefined;
  if (expected?.isList === false)
    complainOfType(cursor, nameSpan, name, `one ${expected.word}, not a list`);
  else if (expected === undefined && values.length === 0) {
    complainOfType(cursor, nameSpan, name, "given a type (such as `: ints`), as its list is empty");
    return { value: undefined };
  }
  const list = listOf(values, element);
  if (list === undefined) complainOfType(cursor, nameSpan, name, "a list of values of one type");
  return { value: list };
}

export function addAttribute(
  cursor: Cursor,
  attributes: Map<string, RawAttribute>,
  name: string,
  value: RawAttribute | undefined,
): void {
  if (attributes.has(name)) {
    const message = `The attribute \`${name}\` is given twice; the first one counts.`;
    cursor.report("RP1068", "warning", message, cursor.tokenSpan());
  } else if (value !== undefined) attributes.set(name, value);
}

interface AttributeType {
  readonly word: string;
  readonly element: ElementKind | undefined;
  /** Undefined when the word says nothing. */
  readonly isList: boolean | undefined;
}

const attributeTypes: ReadonlyMap<string, AttributeType> = new Map(
  (
    [
      ["int", "int"],
      ["float", "float"],
      ["string", "string"],
      ["tensor", "tensor"],
      ["sparse_tensor", "tensor"],
      ["graph", "raw-graph"],
      ["type_proto", "type"],
    ] as const
  )
    .flatMap(([word, element]): AttributeType[] => [
      { word, element, isList: false },
      { word: `${word}s`, element, isList: true },
    ])
    // Upstream prints this for a reference whose type is not known.
    .concat({ word: "undefined", element: undefined, isList: undefined })
    .map((type) => [type.word, type]),
);

function parseSingle(
  context: SyntaxContext,
  expected: ElementKind | undefined,
  parseNamedGraph: ParseNamedGraph,
): Single | undefined {
  const { cursor } = context;
  const next = cursor.peek();
  const start = cursor.position;
  if (next === char.at) {
    cursor.position += 1;
    const name = cursor.looseName("the name of an attribute behind `@`", true);
    return name === undefined ? undefined : { kind: "reference", value: name };
  }
  if (next === char.quote) {
    const text = cursor.string();
    if (text === undefined) return undefined;
    if (expected === "string" || cursor.peek() !== char.openParenthesis)
      return { kind: "string", value: text };
    const graph = parseNamedGraph(context, { text, start, end: cursor.tokenEnd });
    return graph && { kind: "raw-graph", value: graph };
  }
  if (!isLetter(next) && next !== char.underscore) return parseNumber(cursor, expected);
  if (isTypeNext(cursor)) return parseTypeOrTensor(context);
  const word = cursor.identifier();
  if (isSpecialFloat(word)) return { kind: "float", value: float64Of(word) };
  const graph = parseNamedGraph(context, { text: word, start, end: cursor.tokenEnd });
  return graph && { kind: "raw-graph", value: graph };
}

/** The rest of a list of nothing but whole numbers, the commonest one; otherwise nothing was read. */
function parseIntegers(cursor: Cursor): readonly number[] | undefined {
  const start = cursor.position;
  const integers: number[] = [];
  do {
    const integer = cursor.shortInteger();
    if (integer === undefined) break;
    integers.push(integer === 0 ? 0 : integer);
  } while (cursor.takes(char.comma));
  if (integers.length > 0 && cursor.takes(char.closeBracket)) return integers;
  cursor.position = start;
  return undefined;
}

function parseNumber(cursor: Cursor, expected: ElementKind | undefined): Single | undefined {
  if (expected !== "float") {
    const short = cursor.shortInteger();
    // There is no minus zero among the integers.
    if (short !== undefined) return { kind: "int", value: short === 0 ? 0 : short };
  }
  const token = cursor.number();
  if (token === undefined) return undefined;
  if (token.isInteger && expected !== "float")
    return { kind: "int", value: parseInteger(cursor, token.text) };
  return { kind: "float", value: parseFloat32(cursor, token) };
}

/** `float[2]` alone is a type; with a name, `=`, or elements behind it a tensor. */
function parseTypeOrTensor(context: SyntaxContext): Single | undefined {
  const { cursor } = context;
  cursor.peek();
  const start = cursor.position;
  const parsed = parseType(cursor);
  if (parsed === undefined) return undefined;
  const typeSpan = cursor.spanFrom(start);
  const next = cursor.peek();
  const hasName = next === char.quote || isLetter(next) || next === char.underscore;
  const startsElements =
    next === char.openBrace || next === char.equals || next === char.openBracket;
  if (!hasName && !startsElements && next !== char.dot) return { kind: "type", value: parsed.type };
  if (hasName && cursor.name("the name of the tensor") === undefined) return undefined;
  cursor.takes(char.equals);
  if (parsed.type?.kind !== "tensor")
    return cursor.report("RP1061", "error", "A constant needs a tensor type.", typeSpan);
  const weight = parseTensorLiteral(context, parsed.type, typeSpan);
  return weight && { kind: "tensor", value: weight };
}

function complainOfType(
  cursor: Cursor,
  span: { readonly start: number; readonly end: number },
  name: string,
  should: string,
): void {
  cursor.report("RP1062", "error", `The attribute \`${name}\` should be ${should}.`, span);
}
