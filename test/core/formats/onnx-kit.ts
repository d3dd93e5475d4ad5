import {
  bytesOf,
  type ByteSource,
  emptyNeighbourhood,
} from "../../../server/core/base/byte-source.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import type { Problem } from "../../../server/core/base/problem.js";
import { format } from "../../../server/core/formats/onnx.js";
import type { ReadContext } from "../../../server/core/formats/format.js";
import {
  absent,
  type Attribute,
  type Graph,
  type Model,
  type Node,
} from "../../../server/core/graph/graph.js";
import { typeText } from "../../../server/core/graph/value-type.js";

export function read(
  bytes: Uint8Array | ByteSource,
  context: Partial<ReadContext> = {},
): { readonly model: Model | undefined; readonly problems: readonly Problem[] } {
  const source = bytes instanceof Uint8Array ? bytesOf(bytes) : bytes;
  const { value, problems } = format.read(source, {
    fileName: "model.onnx",
    neighbourhood: emptyNeighbourhood,
    cancel: neverCancelled,
    ...context,
  });
  return { model: value, problems };
}

/** The model as lines: inputs, constants, nodes, outputs; then problems. */
export function show(bytes: Uint8Array | ByteSource, context: Partial<ReadContext> = {}): string {
  const { model, problems } = read(bytes, context);
  return [
    ...(model === undefined ? ["no model"] : graphLines(model.graph)),
    ...(model?.functions ?? []).flatMap((definition) => [
      `function ${definition.domain}:${definition.name}(${definition.attributes.join()})`,
      ...graphLines(definition.body).map((line) => `  ${line}`),
    ]),
    ...problems.map(problemLine),
  ].join("\n");
}

export function problemLine({ code, severity, place, nodeId }: Problem): string {
  const where =
    place === undefined ? "" : place.kind === "path" ? ` ${place.path}` : ` @${place.kind}`;
  return `${severity} ${code}${where}${nodeId === undefined ? "" : ` #${nodeId}`}`;
}

function graphLines(graph: Graph): string[] {
  const name = (id: number): string =>
    id === absent ? "_" : (graph.values[id]?.name ?? `missing value ${id}`);
  const lines = graph.inputs.map((id) => `in ${name(id)}: ${typeText(graph.values[id]?.declared)}`);
  for (const { name: weightName, weight } of graph.values)
    if (weight !== undefined)
      lines.push(
        `const ${weightName}: ${weight.elementType}[${weight.shape.join()}] ${weight.byteLength} B${
          weight.data === undefined ? "" : ` = ${weight.data.join(" ")}`
        }`,
      );
  for (const node of graph.nodes) lines.push(...nodeLines(node, name));
  for (const { inner, outer } of graph.captures)
    lines.push(`captures ${name(inner)} from ${outer}`);
  return [
    ...lines,
    ...graph.outputs.map((id) => `out ${name(id)}: ${typeText(graph.values[id]?.declared)}`),
  ];
}

function nodeLines(node: Node, name: (id: number) => string): string[] {
  const attributes = [...node.attributes].map(([key, value]) => `${key}=${attributeText(value)}`);
  const bodies = [...node.attributes.values()].flatMap((attribute) =>
    attribute.kind === "graph"
      ? [attribute.value]
      : attribute.kind === "graphs"
        ? attribute.value
        : [],
  );
  const call = `${node.outputs.map(name).join()} = ${node.domain === "" ? "" : `${node.domain}:`}${node.op}(${node.inputs.map(name).join()})`;
  return [
    [call, ...attributes].join(" "),
    ...bodies.flatMap((body) => graphLines(body).map((line) => `  ${line}`)),
  ];
}

export function attributeText(attribute: Attribute): string {
  switch (attribute.kind) {
    case "tensor":
      return `tensor ${attribute.value.elementType}[${attribute.value.shape.join()}]`;
    case "tensors":
      return `${attribute.value.length} tensors`;
    case "graph":
      return "graph";
    case "graphs":
      return `${attribute.value.length} graphs`;
    case "type":
      return typeText(attribute.value);
    case "types":
      return attribute.value.map(typeText).join();
    case "reference":
      return `@${attribute.value}`;
    case "int":
    case "float":
    case "string":
      return String(attribute.value);
    case "ints":
    case "floats":
    case "strings":
      return `[${attribute.value.join()}]`;
  }
}
