import type { RawAttribute } from "../../graph/raw-graph.js";
import type { TextSpan } from "../../base/text-span.js";
import { normalDomain } from "../onnx/entry.js";
import { addAttribute, parseAttribute } from "./attribute-syntax.js";
import { char } from "./characters.js";
import type { Cursor } from "./cursor.js";
import { parseStringPairs } from "./external-data.js";
import { parseNamedGraph } from "./graph-syntax.js";
import { skipHeaderEntry, skipToFunction } from "./recovery.js";
import type { SyntaxContext, TextGraph } from "./syntax-context.js";

/** A whole text before names are resolved. */
export interface TextModel {
  readonly header: Header;
  readonly headerSpan: TextSpan | undefined;
  /** Undefined when the text has none that could be read. */
  readonly graph: TextGraph | undefined;
  readonly functions: readonly TextFunction[];
}

export interface TextFunction {
  readonly header: Header;
  /** From its header on. */
  readonly span: TextSpan;
  readonly attributes: readonly string[];
  readonly defaults: ReadonlyMap<string, RawAttribute>;
  readonly body: TextGraph;
}

export interface Header {
  irVersion: number | undefined;
  readonly opsets: Map<string, number>;
  /** Values of `producer_name`, `domain`, `overload` and so on. */
  readonly texts: Map<string, string>;
  readonly metadata: Map<string, string>;
}

/** `<header> graph functions…` */
export function parseModel(context: SyntaxContext): TextModel {
  const { cursor } = context;
  const header = newHeader();
  let headerSpan: TextSpan | undefined;
  if (cursor.peek() === char.less) {
    const start = cursor.position;
    parseHeader(context, header);
    headerSpan = cursor.spanFrom(start);
  }
  const name = cursor.isAtEnd() ? undefined : cursor.name("the name of the graph");
  const graph =
    name === undefined
      ? undefined
      : parseNamedGraph(context, { text: name, ...cursor.tokenSpan() });
  const functions: TextFunction[] = [];
  while (!cursor.isAtEnd()) {
    const start = cursor.position;
    const definition = parseFunction(context);
    if (definition === undefined) skipToFunction(cursor, start);
    else functions.push(definition);
  }
  return { header, headerSpan, graph, functions };
}

function newHeader(): Header {
  return { irVersion: undefined, opsets: new Map(), texts: new Map(), metadata: new Map() };
}

/** `<key: value, …>`; an entry that cannot be read costs only itself. */
function parseHeader(context: SyntaxContext, header: Header): void {
  const { cursor } = context;
  cursor.takes(char.less);
  do {
    if (!parseHeaderEntry(context, header)) skipHeaderEntry(cursor);
  } while (cursor.takes(char.comma));
  cursor.expect(char.greater, "behind the header");
}

const textKeys: ReadonlySet<string> = new Set([
  "producer_name",
  "producer_version",
  "domain",
  "doc_string",
  "overload",
]);

function parseHeaderEntry(context: SyntaxContext, header: Header): true | undefined {
  const { cursor } = context;
  const key = cursor.identifier();
  if (key === "")
    return cursor.fail("Expected a key (`ir_version`, `opset_import`, `producer_name` …)");
  const keySpan = cursor.tokenSpan();
  if (!cursor.expect(char.colon, `behind \`${key}\``)) return undefined;
  if (key === "ir_version" || key === "model_version") {
    const version = parseVersion(cursor);
    if (key === "ir_version") header.irVersion = version;
    return version === undefined ? undefined : true;
  }
  if (key === "opset_import") return parseOpsets(cursor, header.opsets);
  if (key === "metadata_props") {
    const pairs = parseStringPairs(context, "metadata");
    for (const [name, value] of pairs ?? []) header.metadata.set(name, value);
    return pairs && true;
  }
  if (textKeys.has(key)) {
    const text = cursor.string();
    if (text !== undefined) header.texts.set(key, text);
    return text === undefined ? undefined : true;
  }
  const message = `\`${key}\` is no key of a header; it is passed over. Keys are ir_version, opset_import, producer_name, producer_version, domain, model_version, doc_string, metadata_props and, for functions, overload.`;
  return cursor.report("RP1056", "warning", message, keySpan);
}

/** `["" : 21, "com.microsoft" : 1]`; of two versions of one domain the newer counts. */
function parseOpsets(cursor: Cursor, opsets: Map<string, number>): true | undefined {
  if (!cursor.expect(char.openBracket, "before the operator sets")) return undefined;
  if (cursor.takes(char.closeBracket)) return true;
  do {
    const domain = cursor.string();
    if (domain === undefined || !cursor.expect(char.colon, "behind the domain")) return undefined;
    const version = parseVersion(cursor);
    if (version === undefined) return undefined;
    const known = normalDomain(domain);
    opsets.set(known, Math.max(version, opsets.get(known) ?? version));
  } while (cursor.takes(char.comma));
  return cursor.expect(char.closeBracket, "behind the operator sets");
}

function parseVersion(cursor: Cursor): number | undefined {
  const start = cursor.peek();
  const token = cursor.number();
  if (token === undefined || Number.isNaN(start)) return undefined;
  const version = Number(token.text);
  if (token.isInteger && 0 <= version && version <= Number.MAX_SAFE_INTEGER) return version;
  const message = `A version is a whole number; it is ${token.text}.`;
  return cursor.report("RP1057", "error", message, cursor.tokenSpan());
}

/** `<header> name <attributes> (inputs) => (outputs) <types> { nodes }` */
function parseFunction(context: SyntaxContext): TextFunction | undefined {
  const { cursor } = context;
  const header = newHeader();
  const start = cursor.position;
  if (cursor.peek() === char.less) parseHeader(context, header);
  const name = cursor.name("the name of a function");
  if (name === undefined) return undefined;
  const nameSpan = cursor.tokenSpan();
  const attributes: string[] = [];
  const defaults = new Map<string, RawAttribute>();
  if (cursor.takes(char.less)) {
    do {
      const attribute = cursor.looseName("the name of an attribute", true);
      if (attribute === undefined) return undefined;
      const next = cursor.peek();
      if (next === char.colon || next === char.equals) {
        const parsed = parseAttribute(context, attribute, parseNamedGraph);
        if (parsed === undefined) return undefined;
        addAttribute(cursor, defaults, attribute, parsed.value);
      } else attributes.push(attribute);
    } while (cursor.takes(char.comma));
    if (!cursor.expect(char.greater, "behind the attributes of the function")) return undefined;
  }
  const body = parseNamedGraph(context, { text: name, ...nameSpan });
  return body && { header, span: cursor.spanFrom(start), attributes, defaults, body };
}
