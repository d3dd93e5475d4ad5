import { absent, type Graph, type NodeId } from "../../graph/graph.js";
import type { Exported } from "../../onnx-export/export-model.js";
import { inputOf, type LayerWeight } from "../weights.js";
import type { OnnxEdit, OnnxFacts } from "./onnx-edit.js";

/** Where a layer can be moved from outside, once its model is edited for it. */
export interface Site {
  readonly layer: LayerWeight;
  /** Input that takes the place of the weight. */
  readonly weightInput: string;
  readonly isHalf: boolean;
  /** What reaches the layer, and an input that is added to it; undefined where that is no float32 tensor. */
  readonly activation: { readonly value: string; readonly offset: string } | undefined;
  readonly edit: OnnxEdit;
}

export interface Sites {
  readonly sites: readonly Site[];
  readonly unreachable: readonly NodeId[];
}

const weightInput = "ridgepoint.weight";
const offset = "ridgepoint.offset";
const moved = "ridgepoint.moved";

/** How each layer's weight becomes an input of the model, and an offset is added to what reaches the layer. */
export function layerSites(
  graph: Graph,
  layers: readonly LayerWeight[],
  facts: OnnxFacts,
  isFloat32: (valueName: string) => boolean,
): Sites {
  const found = layers.map((layer) => siteOf(graph, layer, facts, isFloat32));
  return {
    sites: found.filter((site): site is Site => site !== undefined),
    unreachable: layers.flatMap(({ nodeId }, at) => (found[at] === undefined ? [nodeId] : [])),
  };
}

function siteOf(
  graph: Graph,
  layer: LayerWeight,
  facts: OnnxFacts,
  isFloat32: (valueName: string) => boolean,
): Site | undefined {
  const nameOf = (id: number): string => (id === absent ? "" : (graph.values[id]?.name ?? ""));
  const node = graph.nodes[layer.nodeId];
  const key = nameOf(node?.outputs[0] ?? absent);
  // Nodes of inlined functions are none of the file's.
  if (node === undefined || !facts.nodes.has(key)) return undefined;
  const { elementType } = layer.weight;
  const isHalf = elementType === "float16";
  const weightId = node.inputs[layer.inputIndex] ?? absent;
  const weightName = nameOf(weightId);
  // The layer itself reads real numbers: the initializer, or what a DequantizeLinear makes of it.
  const isDirect = layer.dequantization === undefined && weightName === layer.name;
  const isReal = isDirect ? elementType === "float32" || isHalf : isDequantized(graph, weightId);
  if (!isReal) return undefined;
  const renames = new Map([[weightName, weightInput]]);
  const xId = inputOf(graph, layer);
  const value = nameOf(xId);
  const hasActivation = value !== "" && value !== weightName && isFloat32(value);
  if (hasActivation) renames.set(value, moved);
  const isOutput = graph.inputs.includes(xId) || graph.outputs.includes(xId);
  return {
    layer,
    weightInput,
    isHalf: isDirect && isHalf,
    activation: hasActivation ? { value, offset } : undefined,
    edit: {
      renames: new Map([[key, renames]]),
      nodes: hasActivation
        ? [{ before: key, op: "Add", inputs: [value, offset], output: moved }]
        : [],
      initializers: [],
      inputs: [
        { name: weightInput, isHalf: isDirect && isHalf },
        ...(hasActivation ? [{ name: offset, isHalf: false }] : []),
      ],
      outputs: hasActivation && !isOutput ? [value] : [],
    },
  };
}

/** The same of a model that was exported: its weights and inputs are read where the export says. */
export function exportedSites(
  graph: Graph,
  layers: readonly LayerWeight[],
  { readers, nameOf }: Pick<Exported, "readers" | "nameOf">,
): Sites {
  const sites: Site[] = [];
  const unreachable: NodeId[] = [];
  for (const layer of layers) {
    const { nodeId, inputIndex } = layer;
    const node = graph.nodes[nodeId];
    const at = readers.get(nodeId);
    const xId = inputOf(graph, layer);
    if (node === undefined || at === undefined || inputIndex > 1) {
      unreachable.push(nodeId);
      continue;
    }
    const value = nameOf(xId);
    // A table is read by indices, which have no error.
    const isReal =
      xId !== absent && node.op !== "Gather" && graph.values[xId]?.weight === undefined;
    const weight = [nameOf(node.inputs[inputIndex] ?? absent), weightInput] as const;
    const renames = new Map<string, Map<string, string>>([[at.weight, new Map([weight])]]);
    if (isReal)
      renames.set(
        at.activation,
        new Map([...(at.activation === at.weight ? [weight] : []), [value, moved]]),
      );
    // A quantized input is read as real numbers, under another name.
    const isGiven = graph.inputs.includes(xId) && value === graph.values[xId]?.name;
    const isNamed = isGiven || graph.outputs.includes(xId);
    sites.push({
      layer,
      weightInput,
      isHalf: false,
      activation: isReal ? { value, offset } : undefined,
      edit: {
        renames,
        nodes: isReal
          ? [{ before: at.activation, op: "Add", inputs: [value, offset], output: moved }]
          : [],
        initializers: [],
        inputs: [
          { name: weightInput, isHalf: false },
          ...(isReal ? [{ name: offset, isHalf: false }] : []),
        ],
        outputs: isReal && !isNamed ? [value] : [],
      },
    });
  }
  return { sites, unreachable };
}

function isDequantized(graph: Graph, id: number): boolean {
  return graph.nodes.some(({ op, outputs }) => op === "DequantizeLinear" && outputs[0] === id);
}
