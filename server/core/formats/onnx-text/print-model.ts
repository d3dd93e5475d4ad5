import {
  absent,
  type Attribute,
  type FunctionDefinition,
  type Graph,
  type Model,
  type Node,
} from "../../graph/graph.js";
import {
  domainText,
  floatAttributeText,
  innerTypeWords,
  integerText,
  nameText,
  quoted,
  typeWords,
  untypedNameText,
  weightText,
} from "./print-literals.js";
import { isIdentifier } from "./characters.js";
import { isTypeWord } from "./type-syntax.js";

export interface PrintOptions {
  /** The model's own file, in which weights without another file lie. */
  readonly fileName: string;
}

export interface PrintedModel {
  readonly text: string;
  /** Line, from 0, on which each node of the main graph begins; by node id. */
  readonly lineOfNode: readonly number[];
}

/** The model in ONNX's textual syntax: one node per line, the bodies of If, Loop and Scan indented. */
export function printModel(model: Model, options?: PrintOptions): string {
  return printModelWithLines(model, options).text;
}

export function printModelWithLines(
  model: Model,
  options: PrintOptions = { fileName: "" },
): PrintedModel {
  const printer: Printer = { lines: [], lineCount: 0, fileName: options.fileName, names: [] };
  printHeader(printer, model);
  const lineOfNode: number[] = [];
  printGraph(printer, model.graph, "", {
    title: nameText(model.graph.name === "" ? model.name : model.graph.name),
    end: "",
    lineOfNode,
  });
  for (const definition of model.functions) printFunction(printer, definition);
  return { text: `${printer.lines.join("\n")}\n`, lineOfNode };
}

interface Printer {
  readonly lines: string[];
  /** Lines of text so far; more than `lines` has when a quoted text holds line breaks. */
  lineCount: number;
  readonly fileName: string;
  /** Printed names of the values of the graph being printed, by value id. */
  names: readonly string[];
}

const indentStep = "    ";

function push(printer: Printer, line: string): void {
  printer.lines.push(line);
  printer.lineCount += 1;
  if (!line.includes("\n")) return;
  for (const character of line) if (character === "\n") printer.lineCount += 1;
}

function printHeader(printer: Printer, model: Model): void {
  const entries: string[] = [];
  if (model.irVersion !== undefined) entries.push(`ir_version: ${integerText(model.irVersion)}`);
  if (model.opsets.size > 0) entries.push(`opset_import: ${opsetsText(model.opsets)}`);
  if (model.producer !== "") entries.push(`producer_name: ${quoted(model.producer)}`);
  const metadata = new Map(model.metadata);
  for (const key of ["domain", "doc_string"]) {
    const value = metadata.get(key);
    metadata.delete(key);
    if (value !== undefined) entries.push(`${key}: ${quoted(value)}`);
  }
  if (metadata.size > 0) {
    const pairs = Array.from(metadata, ([key, value]) => `${quoted(key)}: ${quoted(value)}`);
    entries.push(`metadata_props: [${pairs.join(", ")}]`);
  }
  if (entries.length === 0) return;
  if (model.producer === "" && model.metadata.size === 0) {
    push(printer, `<${entries.join(", ")}>`);
    return;
  }
  push(printer, "<");
  printList(printer, entries, indentStep);
  push(printer, ">");
}

function opsetsText(opsets: ReadonlyMap<string, number>): string {
  const entries = Array.from(
    opsets,
    ([domain, version]) => `${quoted(domain)} : ${integerText(version)}`,
  );
  return `[${entries.join(", ")}]`;
}

function printList(printer: Printer, entries: readonly string[], indent: string): void {
  entries.forEach((entry, index) => {
    push(printer, `${indent}${entry}${index < entries.length - 1 ? "," : ""}`);
  });
}

function printFunction(printer: Printer, definition: FunctionDefinition): void {
  const { attributes, defaults, body } = definition;
  const entries = [`domain: ${quoted(definition.domain)}`];
  if (definition.overload !== "") entries.push(`overload: ${quoted(definition.overload)}`);
  entries.push(`opset_import: ${opsetsText(definition.opsets)}`);
  push(printer, "");
  push(printer, `<${entries.join(", ")}>`);
  const plain = [...attributes.filter((name) => !defaults.has(name)).map(nameText)];
  for (const [name, attribute] of defaults) {
    const text = attributeText(printer, attribute);
    plain.push(text === undefined ? nameText(name) : `${nameText(name)}${text}`);
  }
  const list = plain.length === 0 ? "" : ` <${plain.join(", ")}>`;
  printGraph(printer, body, "", {
    title: `${nameText(definition.name)}${list}`,
    end: "",
    lineOfNode: undefined,
  });
}

/** From the title, which the caller may have begun with an attribute's name, to the closing brace and `end`. */
function printGraph(
  printer: Printer,
  graph: Graph,
  indent: string,
  part: {
    readonly title: string;
    readonly end: string;
    readonly lineOfNode: number[] | undefined;
  },
): void {
  const around = printer.names;
  printer.names = graph.values.map((value, id) =>
    nameText(value.name === "" ? `_${id}` : value.name),
  );
  const described = new Set<number>([...graph.inputs, ...graph.outputs]);
  const weightInputs = new Set(graph.inputs);
  const inputs = graph.inputs.map((id) => {
    const value = graph.values[id];
    if (value?.weight === undefined) return declarationText(printer, graph, id);
    return weightText(value.weight, printer.names[id] ?? "", printer.fileName);
  });
  const outputs = graph.outputs.map((id) => declarationText(printer, graph, id));
  const entries: string[] = [];
  graph.values.forEach(({ weight }, id) => {
    if (weight !== undefined && !weightInputs.has(id))
      entries.push(weightText(weight, printer.names[id] ?? "", printer.fileName));
  });
  graph.values.forEach(({ declared, weight }, id) => {
    if (weight !== undefined || described.has(id)) return;
    const type = typeWords(declared);
    if (type !== undefined) entries.push(`${type} ${printer.names[id] ?? ""}`);
  });
  const header = `${part.title} (${inputs.join(", ")}) => (${outputs.join(", ")})`;
  if (entries.length === 0) push(printer, `${indent}${header} {`);
  else {
    push(printer, `${indent}${header}`);
    push(printer, `${indent}<`);
    printList(printer, entries, indent + indentStep);
    push(printer, `${indent}>`);
    push(printer, `${indent}{`);
  }
  for (const node of graph.nodes) {
    part.lineOfNode?.push(printer.lineCount);
    printNode(printer, node, indent + indentStep);
  }
  push(printer, `${indent}}${part.end}`);
  printer.names = around;
}

function declarationText(printer: Printer, graph: Graph, id: number): string {
  const value = graph.values[id];
  const type = typeWords(value?.declared);
  const name = printer.names[id] ?? '""';
  return type === undefined ? untypedNameText(value?.name ?? "") : `${type} ${name}`;
}

function printNode(printer: Printer, node: Node, indent: string): void {
  const label = node.name === "" ? "" : `[${nameText(node.name)}] `;
  const outputs = namesText(printer, node.outputs);
  const domain = node.domain === "" ? "" : `${domainText(node.domain)}.`;
  const overload =
    node.overload === undefined || node.overload === "" ? "" : `:${nameText(node.overload)}`;
  const head = `${indent}${label}${outputs} = ${domain}${nameText(node.op)}${overload}`;
  const inputs = `(${namesText(printer, node.inputs)})`;
  const simple: string[] = [];
  const bodies: { readonly name: string; readonly attribute: BodyAttribute }[] = [];
  for (const [name, attribute] of node.attributes) {
    if (attribute.kind === "graph" || attribute.kind === "graphs") bodies.push({ name, attribute });
    else {
      const text = attributeText(printer, attribute);
      if (text !== undefined) simple.push(`${nameText(name)}${text}`);
    }
  }
  const list = simple.join(", ");
  if (bodies.length === 0) {
    push(printer, list === "" ? `${head} ${inputs}` : `${head} <${list}> ${inputs}`);
    return;
  }
  push(printer, `${head} ${inputs} <`);
  if (list !== "") push(printer, `${indent}${indentStep}${list},`);
  bodies.forEach(({ name, attribute }, index) => {
    const end = index < bodies.length - 1 ? "," : "";
    printBodies(printer, nameText(name), attribute, { indent: indent + indentStep, end });
  });
  push(printer, `${indent}>`);
}

type BodyAttribute = Extract<Attribute, { readonly kind: "graph" | "graphs" }>;

function printBodies(
  printer: Printer,
  name: string,
  attribute: BodyAttribute,
  { indent, end }: { readonly indent: string; readonly end: string },
): void {
  if (attribute.kind === "graph") {
    const title = `${name} = ${bodyName(attribute.value.name)}`;
    printGraph(printer, attribute.value, indent, { title, end, lineOfNode: undefined });
    return;
  }
  if (attribute.value.length === 0) {
    push(printer, `${indent}${name}: graphs = []${end}`);
    return;
  }
  push(printer, `${indent}${name}: graphs = [`);
  attribute.value.forEach((graph, index) => {
    printGraph(printer, graph, indent + indentStep, {
      title: bodyName(graph.name),
      end: index < attribute.value.length - 1 ? "," : "",
      lineOfNode: undefined,
    });
  });
  push(printer, `${indent}]${end}`);
}

/**
 * Upstream's parser takes no quoted name for a graph in an attribute, and takes `inf` and type words at its beginning
 * for numbers and types; the name means nothing, so it is bent.
 */
function bodyName(name: string): string {
  const plain = name === "" ? "body" : name.replace(/[^A-Za-z0-9_]/g, "_");
  const isTaken = isTypeWord(plain) || /^(?:inf|infinity|nan)(?![a-z0-9])/i.test(plain);
  return isIdentifier(plain) && !isTaken ? plain : `_${plain}`;
}

function namesText(printer: Printer, ids: readonly number[]): string {
  let text = "";
  for (const [index, id] of ids.entries()) {
    const name = id === absent ? '""' : (printer.names[id] ?? '""');
    text += index === 0 ? name : `, ${name}`;
  }
  return text;
}

/** `= value` or `: type = value`; undefined for graphs, and for a type that cannot be said. */
function attributeText(printer: Printer, attribute: Attribute): string | undefined {
  switch (attribute.kind) {
    case "int":
      return ` = ${integerText(attribute.value)}`;
    case "float":
      return ` = ${floatAttributeText(attribute.value)}`;
    case "string":
      return ` = ${quoted(attribute.value)}`;
    case "ints":
      return listText("ints", attribute.value, (value) => integerText(value));
    case "floats":
      return listText("floats", attribute.value, floatAttributeText);
    case "strings":
      return listText("strings", attribute.value, quoted);
    case "tensor":
      return ` = ${weightText(attribute.value, "", printer.fileName)}`;
    case "tensors": {
      const items = attribute.value.map((weight) => weightText(weight, "", printer.fileName));
      return `: tensors = [${items.join(", ")}]`;
    }
    case "type":
      return ` = ${innerTypeWords(attribute.value)}`;
    case "types":
      return `: type_protos = [${attribute.value.map(innerTypeWords).join(", ")}]`;
    case "reference":
      return ` = @${nameText(attribute.value)}`;
    case "graph":
    case "graphs":
      return undefined;
  }
}

function listText<T>(type: string, values: readonly T[], textOf: (value: T) => string): string {
  return values.length === 0 ? `: ${type} = []` : ` = [${values.map(textOf).join(", ")}]`;
}
