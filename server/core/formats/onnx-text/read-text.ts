import type { Problem, Report } from "../../base/problem.js";
import { type Assembly, assembleGraph } from "../../graph/assemble.js";
import type { Attribute, FunctionDefinition, Graph, Model } from "../../graph/graph.js";
import type { RawAttribute, RawGraph } from "../../graph/raw-graph.js";
import type { ReadContext } from "../format.js";
import { normalDomain } from "../onnx/entry.js";
import { Cursor } from "./cursor.js";
import { parseModel, type TextFunction, type TextModel } from "./model-syntax.js";
import type { SyntaxContext, TextGraph } from "./syntax-context.js";
import { makeTextMap, type TextMap } from "./text-map.js";

export interface TextReading {
  /** Undefined when the text has no graph. */
  readonly model: Model | undefined;
  readonly problems: readonly Problem[];
  readonly map: TextMap;
}

/** Reads a model in ONNX's textual syntax. Errors cost the statement they stand in; the rest is read. */
export function readText(text: string, read: ReadContext): TextReading {
  const cursor = new Cursor(text);
  const context: SyntaxContext = {
    cursor,
    read,
    weightFiles: new Map(),
    attributeLists: new Map(),
  };
  const parsed = parseModel(context);
  const problems = cursor.problems;
  const report: Report = (problem) => problems.push(problem);
  if (parsed.graph === undefined) {
    report({
      code: "RP1053",
      severity: "error",
      message: `\`${read.fileName}\` holds no graph; write one as \`name (float[n] x) => (y) { y = Relu (x) }\`.`,
      place: { kind: "text", span: { start: 0, end: 0 } },
    });
    return { model: undefined, problems, map: { header: parsed.headerSpan, graphs: [] } };
  }
  const opsets = opsetsOf(parsed, report);
  const assembly = new Map(assembleGraph(parsed.graph, report));
  const { functions, bodies } = readFunctions(parsed.functions, assembly, report);
  const graph = graphOf(assembly, parsed.graph);
  const { texts, metadata, irVersion } = parsed.header;
  const producer = `${texts.get("producer_name") ?? ""} ${texts.get("producer_version") ?? ""}`;
  for (const key of ["domain", "doc_string"]) {
    const value = texts.get(key) ?? "";
    if (value !== "") metadata.set(key, value);
  }
  return {
    model: {
      format: "onnx-text",
      name: graph.name === "" ? read.fileName.replace(/\.[^.]*$/, "") : graph.name,
      producer: producer.trim(),
      irVersion,
      opsets,
      metadata,
      graph,
      functions,
    },
    problems,
    map: makeTextMap(parsed, assembly, (body) => bodies.get(body)),
  };
}

/** Whoever writes a graph without a header means today's operators. */
const assumedOpset = 26;

function opsetsOf({ header, graph }: TextModel, report: Report): ReadonlyMap<string, number> {
  if (header.opsets.size > 0) return header.opsets;
  const message = `The text does not name the operator sets it uses; version ${assumedOpset} of ONNX's own is taken. Write \`<ir_version: 10, opset_import: ["" : ${assumedOpset}]>\` before the graph.`;
  const span = graph?.spans.name ?? { start: 0, end: 0 };
  report({ code: "RP1058", severity: "warning", message, place: { kind: "text", span } });
  return new Map([["", assumedOpset]]);
}

function readFunctions(
  written: readonly TextFunction[],
  assembly: Map<RawGraph, NonNullable<ReturnType<Assembly["get"]>>>,
  report: Report,
): {
  readonly functions: readonly FunctionDefinition[];
  readonly bodies: ReadonlyMap<TextGraph, number>;
} {
  const functions: FunctionDefinition[] = [];
  const bodies = new Map<TextGraph, number>();
  const known = new Set<string>();
  for (const { header, attributes, defaults, body } of written) {
    const domain = normalDomain(header.texts.get("domain") ?? "");
    const overload = header.texts.get("overload") ?? "";
    const key = JSON.stringify([domain, body.name, overload]);
    if (known.has(key)) {
      const message = `Function \`${body.name}\` is defined twice; the first one counts.`;
      const place = { kind: "text", span: body.spans.name } as const;
      report({ code: "RP1070", severity: "warning", message, place });
      continue;
    }
    known.add(key);
    for (const [raw, assembled] of assembleGraph(body, report)) assembly.set(raw, assembled);
    bodies.set(body, functions.length);
    functions.push({
      name: body.name,
      domain,
      overload,
      attributes,
      defaults: defaultsOf(defaults, report),
      opsets: header.opsets,
      body: graphOf(assembly, body),
    });
  }
  return { functions, bodies };
}

/** Graphs among the defaults stand on their own: there is nothing around them to capture from. */
function defaultsOf(
  defaults: ReadonlyMap<string, RawAttribute>,
  report: Report,
): ReadonlyMap<string, Attribute> {
  const resolved = new Map<string, Attribute>();
  const graph = (raw: RawGraph): Graph => graphOf(assembleGraph(raw, report), raw);
  for (const [name, attribute] of defaults)
    if (attribute.kind === "raw-graph")
      resolved.set(name, { kind: "graph", value: graph(attribute.value) });
    else if (attribute.kind === "raw-graphs")
      resolved.set(name, { kind: "graphs", value: attribute.value.map(graph) });
    else resolved.set(name, attribute);
  return resolved;
}

function graphOf(assembly: Assembly, raw: RawGraph): Graph {
  const assembled = assembly.get(raw);
  if (assembled === undefined) throw new Error("a graph was read and not assembled");
  return assembled.graph;
}
