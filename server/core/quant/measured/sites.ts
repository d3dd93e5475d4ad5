import type { ElementType } from "../../graph/element-type.js";
import { absent, type Graph, type NodeId } from "../../graph/graph.js";
import type { Exported } from "../../onnx-export/export-model.js";
import { inputOf, type LayerWeight } from "../weights.js";
import type { OnnxFacts } from "./onnx-edit.js";

/** A node, by the name of its first output, and one of the values that it reads. */
export interface Reading {
  readonly node: string;
  readonly value: string;
}

/** Where a layer of a serialized model reads what can be given otherwise. */
export interface Site {
  readonly layer: LayerWeight;
  readonly weight: Reading;
  readonly isHalf: boolean;
  /** What reaches the layer; undefined where that is no float32 tensor. */
  readonly activation: (Reading & { readonly isOutput: boolean }) | undefined;
}

export interface Sites {
  readonly sites: readonly Site[];
  readonly unreachable: readonly NodeId[];
}

/** Of an ONNX file as it is. */
export function layerSites(
  graph: Graph,
  layers: readonly LayerWeight[],
  facts: OnnxFacts,
  typeOf: (valueName: string) => ElementType | undefined,
): Sites {
  const found = layers.map((layer) => siteOf(graph, layer, facts, typeOf));
  return {
    sites: found.filter((site): site is Site => site !== undefined),
    unreachable: layers.flatMap(({ nodeId }, at) => (found[at] === undefined ? [nodeId] : [])),
  };
}

function siteOf(
  graph: Graph,
  layer: LayerWeight,
  facts: OnnxFacts,
  typeOf: (valueName: string) => ElementType | undefined,
): Site | undefined {
  const nameOf = (id: number): string => (id === absent ? "" : (graph.values[id]?.name ?? ""));
  const node = graph.nodes[layer.nodeId];
  const key = nameOf(node?.outputs[0] ?? absent);
  // Nodes of inlined functions are none of the file's.
  if (node === undefined || !facts.nodes.has(key)) return undefined;
  const weightName = nameOf(node.inputs[layer.inputIndex] ?? absent);
  // What the layer itself reads are real numbers: the initializer, what moves it, or what a DequantizeLinear makes of it.
  const type = typeOf(weightName);
  if (type !== "float32" && type !== "float16") return undefined;
  const xId = inputOf(graph, layer);
  const value = nameOf(xId);
  const hasActivation = value !== "" && value !== weightName && typeOf(value) === "float32";
  const isOutput = graph.inputs.includes(xId) || graph.outputs.includes(xId);
  return {
    layer,
    weight: { node: key, value: weightName },
    isHalf: type === "float16",
    activation: hasActivation ? { node: key, value, isOutput } : undefined,
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
    // A quantized input is read as real numbers, under another name.
    const isGiven = graph.inputs.includes(xId) && value === graph.values[xId]?.name;
    const isOutput = isGiven || graph.outputs.includes(xId);
    sites.push({
      layer,
      weight: { node: at.weight, value: nameOf(node.inputs[inputIndex] ?? absent) },
      isHalf: false,
      activation: isReal ? { node: at.activation, value, isOutput } : undefined,
    });
  }
  return { sites, unreachable };
}
