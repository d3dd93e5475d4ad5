import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { bytesOf, emptyNeighbourhood } from "../../server/core/base/byte-source.js";
import { neverCancelled } from "../../server/core/base/cancel.js";
import type { Graph, Model, Value, Weight } from "../../server/core/graph/graph.js";
import { format } from "../../server/core/formats/onnx.js";
import { bytesField, concat } from "./onnx-builder.js";

/** The node models of the ONNX project, as Debian's libonnx-testdata installs them. */
export const nodeTestFolder = "/usr/share/libonnx-testdata/data/node";

export function nodeTestNames(): readonly string[] {
  if (!existsSync(nodeTestFolder))
    throw new Error(`${nodeTestFolder} is missing; install Debian's libonnx-testdata`);
  return readdirSync(nodeTestFolder).sort();
}

export function readNodeTest(name: string): Model {
  return readOnnx(readFileSync(path.join(nodeTestFolder, name, "model.onnx")), name);
}

/** The reference tensors that go with a model: inputs or outputs by index; undefined where there is no plain tensor. */
export function referenceTensor(
  name: string,
  kind: "input" | "output",
  index: number,
): Weight | undefined {
  const file = path.join(nodeTestFolder, name, "test_data_set_0", `${kind}_${index}.pb`);
  if (!existsSync(file)) return undefined;
  // A lone tensor is read as the initializer (field 5) of the graph (field 7) of a model.
  const tensor = bytesField(5, readFileSync(file));
  try {
    const { graph } = readOnnx(concat(bytesField(7, tensor)), file);
    return graph.values.find((value) => value.weight !== undefined)?.weight;
  } catch {
    return undefined; // A sequence, an optional or a map.
  }
}

/** The graph with nothing declared but its inputs, and with those inputs of which `weightOf` knows the contents bound. */
export function undeclared(
  graph: Graph,
  weightOf: (inputIndex: number) => Weight | undefined,
): Graph {
  const inputs = new Map(graph.inputs.map((id, index) => [id, index]));
  const values = graph.values.map((value, id): Value => {
    const index = inputs.get(id);
    if (index === undefined)
      return value.weight === undefined
        ? { name: value.name }
        : { name: value.name, weight: value.weight };
    const weight = value.weight ?? weightOf(index);
    // The reference keeps bfloat16 as uint16; contents of another type are none.
    return weight === undefined || !isOfType(weight, value) ? value : { ...value, weight };
  });
  return { ...graph, values };
}

export function isOfType(weight: Weight, { declared }: Value): boolean {
  return declared?.kind === "tensor" && declared.elementType === weight.elementType;
}

function readOnnx(bytes: Uint8Array, fileName: string): Model {
  const { value, problems } = format.read(bytesOf(bytes), {
    fileName,
    neighbourhood: emptyNeighbourhood,
    cancel: neverCancelled,
  });
  if (value === undefined)
    throw new Error(`${fileName}: ${problems.map((problem) => problem.message).join(" ")}`);
  return value;
}
