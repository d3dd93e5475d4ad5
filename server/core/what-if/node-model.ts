import type { Analysis } from "../analysis.js";
import { productOf } from "../base/product.js";
import { bytesOfElements } from "../graph/element-type.js";
import { absent, type Model, type NodeId, type Value, type ValueId } from "../graph/graph.js";
import { knownShape } from "../graph/value-type.js";
import { resizedAttributes, resizedType, resizedWeight, type Sizes } from "./resize.js";

/**
 * One node of an analysed model as a model by itself, with other extents: what `--op` costs. Undefined for control
 * flow, whose bodies read values of the graph around them.
 */
export function modelOfNode(analysis: Analysis, nodeId: NodeId, sizes: Sizes): Model | undefined {
  const { model, inferred } = analysis;
  const node = model.graph.nodes[nodeId];
  if (node === undefined) return undefined;
  for (const { kind } of node.attributes.values())
    if (kind === "graph" || kind === "graphs") return undefined;
  const values: Value[] = [];
  const inputs: ValueId[] = [];
  const add = (id: ValueId, isMade: boolean): ValueId => {
    const value = model.graph.values[id];
    if (id === absent || value === undefined) return absent;
    const name = value.name === "" ? `value_${values.length}` : value.name;
    const declared = resizedType(inferred.types[id] ?? value.declared, sizes);
    const weight = isMade ? undefined : weightOf(analysis, id);
    const made = values.push({
      name,
      ...(declared !== undefined && { declared }),
      ...(weight !== undefined && { weight: resizedWeight(weight, sizes) }),
      ...(value.quantization !== undefined && { quantization: value.quantization }),
    });
    if (!isMade && weight === undefined) inputs.push(made - 1);
    return made - 1;
  };
  const nodeInputs = node.inputs.map((id) => add(id, false));
  // Only what happened when a program ran tells the types that its operators make.
  const isTraced = model.trace !== undefined;
  const outputs = node.outputs.map((id) =>
    isTraced ? add(id, true) : values.push({ name: `output_${values.length}` }) - 1,
  );
  return {
    format: "op",
    name: node.op,
    producer: "",
    irVersion: model.irVersion,
    opsets: model.opsets,
    metadata: new Map(),
    functions: [],
    ...(isTraced && { trace: { parameterCount: 0, sources: noSources } }),
    ...(model.ownsElementTypes === true && { ownsElementTypes: true }),
    graph: {
      name: node.op,
      inputs,
      outputs: outputs.filter((id) => id !== absent),
      nodes: [
        {
          ...node,
          inputs: nodeInputs,
          outputs,
          attributes: resizedAttributes(node.attributes, sizes),
        },
      ],
      values,
      captures: [],
    },
  };
}

const noSources = { mainFile: "", frames: [], callFrames: [], moduleOfNode: [], modules: [] };

/** What does not depend on inputs is a weight to the operator, whoever computes it. */
function weightOf({ model, inferred }: Analysis, id: ValueId): Value["weight"] {
  const { weight } = model.graph.values[id] ?? {};
  if (weight !== undefined) return weight;
  const type = inferred.types[id];
  const shape = type?.kind === "tensor" ? knownShape(type.shape) : undefined;
  const elementType = type?.kind === "tensor" ? type.elementType : undefined;
  if (inferred.isConstant[id] !== true || shape === undefined || elementType === undefined)
    return undefined;
  const count = productOf(shape);
  const data = inferred.constants.get(id)?.data.filter((item) => typeof item === "number");
  return {
    elementType,
    shape,
    byteLength: bytesOfElements(elementType, count),
    ...(data?.length === count && { data }),
  };
}
