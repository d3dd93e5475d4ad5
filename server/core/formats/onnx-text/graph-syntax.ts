import { throwIfCancelled } from "../../base/cancel.js";
import type { Place, TextSpan } from "../../base/text-span.js";
import type { RawAttribute, RawInitializer, RawValue } from "../../graph/raw-graph.js";
import type { ValueType } from "../../graph/value-type.js";
import { normalDomain } from "../onnx/entry.js";
import { scopeOf } from "../onnx/scope.js";
import { parseAttributes } from "./attribute-syntax.js";
import { char } from "./characters.js";
import { nestingLimit } from "./text-reader.js";
import { skipToBody, skipToEntry, skipToStatement } from "./recovery.js";
import type { ParsedAttributes, SyntaxContext, TextGraph, TextNode } from "./syntax-context.js";
import { parseTensorLiteral } from "./tensor-literal.js";
import { isTypeNext, parseType } from "./type-syntax.js";

export interface GraphName {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** `name (inputs) => (outputs) <weights and types> { nodes }`, behind the name. */
export function parseNamedGraph(context: SyntaxContext, name: GraphName): TextGraph | undefined {
  const { cursor } = context;
  if (nestingLimit <= cursor.depth) {
    const message = `Graphs nest deeper than ${nestingLimit} levels; this one is not read.`;
    return cursor.report("RP1059", "error", message, name);
  }
  cursor.depth += 1;
  const graph = parseGraphParts(context, name);
  cursor.depth -= 1;
  return graph;
}

function parseGraphParts(context: SyntaxContext, name: GraphName): TextGraph | undefined {
  const { cursor } = context;
  const lists = {
    inputs: newList(),
    outputs: newList(),
    inner: newList(),
  };
  let headerEnd = name.end;
  let valueInfos: TextSpan | undefined;
  const parseHeader = (): true | undefined => {
    if (cursor.takes(char.openParenthesis))
      if (!parseEntries(context, char.closeParenthesis, lists.inputs)) return undefined;
    if (!cursor.takesArrow()) return cursor.fail("Expected `=>` before the outputs of the graph");
    if (!cursor.expect(char.openParenthesis, "before the outputs of the graph")) return undefined;
    if (!parseEntries(context, char.closeParenthesis, lists.outputs)) return undefined;
    headerEnd = cursor.position;
    if (cursor.peek() !== char.less) return true;
    const start = cursor.position;
    cursor.position += 1;
    const isRead = parseEntries(context, char.greater, lists.inner);
    valueInfos = cursor.spanFrom(start);
    return isRead;
  };
  if (!parseHeader()) skipToBody(cursor);
  cursor.peek();
  const bodyStart = cursor.position;
  const body = parseNodes(context);
  const whole = { start: name.start, end: cursor.position };
  return {
    name: name.text,
    inputs: lists.inputs.values,
    outputs: lists.outputs.values,
    initializers: [...lists.inputs.initializers, ...lists.inner.initializers],
    valueInfos: lists.inner.values,
    nodes: body?.nodes ?? [],
    unreadable: body?.unreadable ?? [],
    place: { kind: "text", span: { start: name.start, end: headerEnd } },
    spans: {
      whole,
      header: { start: name.start, end: headerEnd },
      name: { start: name.start, end: name.end },
      body: body && cursor.spanFrom(bodyStart),
      valueInfos,
    },
  };
}

interface EntryList {
  readonly values: RawValue[];
  readonly initializers: RawInitializer[];
}

function newList(): EntryList {
  return { values: [], initializers: [] };
}

/** Entries of inputs, outputs, or weights and types, up to the bracket that closes them. */
function parseEntries(context: SyntaxContext, close: number, list: EntryList): true | undefined {
  const { cursor } = context;
  if (cursor.takes(close)) return true;
  do {
    cursor.peek();
    const start = cursor.position;
    if (!parseEntry(context, close, list)) skipToEntry(cursor, start, close);
  } while (cursor.takes(char.comma));
  return cursor.expect(close, "to close the list");
}

/** `type? name (= constant)?` */
function parseEntry(context: SyntaxContext, close: number, list: EntryList): true | undefined {
  const { cursor } = context;
  cursor.peek();
  const start = cursor.position;
  let declared: ValueType | undefined;
  let typeSpan: TextSpan | undefined;
  if (isTypeNext(cursor)) {
    const parsed = parseType(cursor);
    if (parsed === undefined) return undefined;
    declared = parsed.type;
    typeSpan = cursor.spanFrom(start);
  }
  const name = cursor.name("a type and a name");
  if (name === undefined) return undefined;
  const span = cursor.tokenSpan();
  const place: Place = { kind: "text", span };
  const isInput = close === char.closeParenthesis;
  // Between parentheses `=>` is the arrow behind a list whose bracket is missing.
  const isArrow = isInput && cursor.isArrow();
  const hasConstant = !isArrow && cursor.takes(char.equals);
  if (isInput || !hasConstant) list.values.push({ name, declared, place });
  if (!hasConstant) return true;
  if (declared?.kind !== "tensor") {
    const message = `The constant \`${name}\` needs a tensor type, such as \`float[2,3]\`.`;
    cursor.report("RP1061", "error", message, span);
  }
  const type = declared?.kind === "tensor" ? declared : unknownTensor;
  const weight = parseTensorLiteral(context, type, typeSpan ?? span);
  if (weight === undefined) return undefined;
  list.initializers.push({ name, weight, place });
  return true;
}

const unknownTensor = { kind: "tensor", elementType: "float32", shape: [] } as const;

interface NodeList {
  readonly nodes: readonly TextNode[];
  readonly unreadable: readonly RawValue[];
}

/** How many nodes are read between two looks at whether anyone still waits. */
const nodesPerCancelCheck = 1024;

function parseNodes(context: SyntaxContext): NodeList | undefined {
  const { cursor } = context;
  if (!cursor.expect(char.openBrace, "before the nodes of the graph")) return undefined;
  const nodes: TextNode[] = [];
  const unreadable: RawValue[] = [];
  while (!cursor.takes(char.closeBrace)) {
    if (cursor.isAtEnd()) {
      cursor.fail("Expected `}` behind the nodes of the graph");
      break;
    }
    if (nodes.length % nodesPerCancelCheck === 0) throwIfCancelled(context.read.cancel);
    const start = cursor.position;
    const outputs: NameList = { names: [], spans: [] };
    const node = parseNode(context, outputs);
    if (node !== undefined) {
      nodes.push(node);
      continue;
    }
    outputs.names.forEach((name, index) => {
      const span = outputs.spans[index];
      if (name !== "" && span !== undefined)
        unreadable.push({ name, place: { kind: "text", span } });
    });
    skipToStatement(cursor, start);
  }
  return { nodes, unreadable };
}

/** `[label] outputs = domain.Op:overload <attributes> (inputs)`, or the attributes last. */
function parseNode(context: SyntaxContext, outputs: NameList): TextNode | undefined {
  const { cursor } = context;
  cursor.peek();
  const start = cursor.position;
  let name = "";
  let label: TextSpan | undefined;
  if (cursor.takes(char.openBracket)) {
    if (cursor.peek() !== char.closeBracket) {
      const found = cursor.looseName("the label of the node", true);
      if (found === undefined) return undefined;
      name = found;
      label = cursor.tokenSpan();
    }
    if (!cursor.expect(char.closeBracket, "behind the label of the node")) return undefined;
  }
  parseNames(context, outputs);
  if (cursor.peek() === char.closeBrace && outputs.names.length === 0)
    return cursor.fail("Expected a node behind its label");
  if (!cursor.expect(char.equals, "behind the outputs of the node")) return undefined;
  const operator = parseOperator(context);
  if (operator === undefined) return undefined;
  let parsed: ParsedAttributes | undefined = withoutAttributes;
  if (cursor.peek() === char.less) parsed = parseAttributes(context, parseNamedGraph);
  if (parsed === undefined) return undefined;
  const inputs: NameList = { names: [], spans: [] };
  if (!cursor.expect(char.openParenthesis, "before the inputs of the node")) return undefined;
  parseNames(context, inputs);
  if (!cursor.expect(char.closeParenthesis, "behind the inputs of the node")) return undefined;
  let end = cursor.position;
  if (parsed === withoutAttributes && cursor.peek() === char.less) {
    parsed = parseAttributes(context, parseNamedGraph);
    if (parsed === undefined) return undefined;
    end = cursor.position;
  }
  const statement = { start, end };
  return {
    name,
    op: operator.op,
    domain: operator.domain,
    ...(operator.overload !== "" && { overload: operator.overload }),
    inputs: inputs.names,
    outputs: outputs.names,
    attributes: parsed.attributes,
    scope: scopeOf(name, undefined),
    place: { kind: "text", span: statement },
    inputSpans: inputs.spans,
    outputSpans: outputs.spans,
    bodies: parsed.bodies,
    spans: {
      statement,
      label,
      operator: operator.span,
    },
  };
}

const withoutAttributes: ParsedAttributes = {
  attributes: new Map<string, RawAttribute>(),
  bodies: [],
};

interface NameList {
  readonly names: string[];
  readonly spans: TextSpan[];
}

/**
 * Names between commas. A name that is left out counts when a comma follows it: `(, x)` are two names, `(x,)` is one.
 */
function parseNames({ cursor }: SyntaxContext, list: NameList): void {
  do {
    const next = cursor.peek();
    if (next === char.quote) {
      const name = cursor.string();
      if (name === undefined) return;
      list.names.push(name);
      list.spans.push(cursor.tokenSpan());
      continue;
    }
    const name = cursor.identifier();
    if (name !== "") {
      list.names.push(name);
      list.spans.push(cursor.tokenSpan());
    } else if (next === char.comma) {
      list.names.push("");
      list.spans.push({ start: cursor.position, end: cursor.position });
    } else return;
  } while (cursor.takes(char.comma));
}

interface Operator {
  readonly domain: string;
  readonly op: string;
  readonly overload: string;
  readonly span: TextSpan;
}

function parseOperator({ cursor }: SyntaxContext): Operator | undefined {
  let op = cursor.name("the operator of the node");
  if (op === undefined) return undefined;
  const start = cursor.tokenStart;
  let domain = "";
  while (cursor.takes(char.dot)) {
    domain = domain === "" ? op : `${domain}.${op}`;
    op = cursor.looseName("the operator behind its domain");
    if (op === undefined) return undefined;
  }
  let overload = "";
  if (cursor.takes(char.colon)) {
    const found = cursor.looseName("the overload behind `:`", true);
    if (found === undefined) return undefined;
    overload = found;
  }
  return {
    domain: normalDomain(domain),
    op,
    overload,
    span: { start, end: cursor.tokenEnd },
  };
}
