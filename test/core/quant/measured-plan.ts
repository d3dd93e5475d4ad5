import { InferenceSession, type Tensor } from "onnxruntime-node";
import type { Graph, NodeId } from "../../../server/core/graph/graph.js";
import { absent } from "../../../server/core/graph/graph.js";
import { activationSchemeId } from "../../../server/core/quant/formats/activation-scheme.js";
import type { Scheme } from "../../../server/core/quant/formats/scheme.js";
import {
  editOnnx,
  type NewInitializer,
  type NewNode,
} from "../../../server/core/quant/measured/onnx-edit.js";
import { quantizedWeight } from "../../../server/core/quant/measured/quantized-weight.js";
import { inputOf, type LayerWeight } from "../../../server/core/quant/weights.js";

/** A scheme as a plan applies it; `isComputed` where the layer's input is quantized too. */
export interface Planned {
  readonly layer: LayerWeight;
  /** In the order of the file, in real numbers. */
  readonly weight: Float32Array;
  readonly scheme: Scheme | undefined;
  readonly isComputed: boolean;
  /** Held as the file has them. */
  readonly keepsWeight: boolean;
  readonly keepsInput: boolean;
}

export type Range = readonly [low: number, high: number];

/** Least and largest element of what reaches each layer, over all samples. */
export async function inputRanges(
  bytes: Uint8Array,
  graph: Graph,
  layers: readonly LayerWeight[],
  samples: readonly Readonly<Record<string, Tensor>>[],
): Promise<ReadonlyMap<NodeId, Range>> {
  const names = new Map(
    layers.flatMap((layer): [NodeId, string][] => {
      const id = inputOf(graph, layer);
      return id === absent ? [] : [[layer.nodeId, graph.values[id]?.name ?? ""]];
    }),
  );
  const made = [...new Set(names.values())].filter(
    (name) => !graph.inputs.some((id) => graph.values[id]?.name === name),
  );
  const session = await InferenceSession.create(
    editOnnx(bytes, { renames: new Map(), nodes: [], initializers: [], inputs: [], outputs: made }),
    { logSeverityLevel: 3 },
  );
  const ranges = new Map<string, [number, number]>();
  for (const sample of samples) {
    const found: Readonly<Record<string, Tensor>> = { ...sample, ...(await session.run(sample)) };
    for (const name of names.values()) {
      const range = ranges.get(name) ?? [0, 0];
      for (const value of (found[name]?.data ?? []) as Float32Array) {
        if (value < range[0]) range[0] = value;
        if (value > range[1]) range[1] = value;
      }
      ranges.set(name, range);
    }
  }
  await session.release();
  return new Map([...names].map(([nodeId, name]) => [nodeId, ranges.get(name) ?? [0, 0]]));
}

/** The file with every layer as a plan has it: weights rounded, inputs of computed layers quantized and dequantized. */
export function withPlan(
  bytes: Uint8Array,
  graph: Graph,
  plan: readonly Planned[],
  ranges: ReadonlyMap<NodeId, Range>,
): Uint8Array {
  const renames = new Map<string, Map<string, string>>();
  const nodes: NewNode[] = [];
  const initializers: NewInitializer[] = [];
  const nameOf = (id: number): string => graph.values[id]?.name ?? "";
  for (const { layer, weight, scheme, isComputed, keepsWeight, keepsInput } of plan) {
    if (scheme === undefined) continue;
    const { nodeId } = layer;
    const node = graph.nodes[nodeId];
    const key = nameOf(node?.outputs[0] ?? absent);
    const own = renames.get(key) ?? new Map<string, string>();
    renames.set(key, own);
    if (!keepsWeight) {
      own.set(nameOf(node?.inputs[layer.inputIndex] ?? absent), `w${nodeId}`);
      initializers.push({
        name: `w${nodeId}`,
        shape: layer.weight.shape,
        values: quantizedWeight(scheme, weight, layer.shape),
      });
    }
    if (!isComputed || keepsInput) continue;
    if (activationSchemeId(scheme) !== "uint8@tensor")
      throw new Error(`activations of ${scheme.id} are not measured`);
    const [low, high] = ranges.get(nodeId) ?? [0, 0];
    const scale = (high - low) / 255 || 1;
    const x = nameOf(inputOf(graph, layer));
    initializers.push(
      { name: `s${nodeId}`, shape: [], values: Float32Array.of(scale) },
      { name: `z${nodeId}`, shape: [], values: Uint8Array.of(Math.round(-low / scale)) },
    );
    const affine = [`s${nodeId}`, `z${nodeId}`];
    nodes.push(
      { before: key, op: "QuantizeLinear", inputs: [x, ...affine], output: `q${nodeId}` },
      {
        before: key,
        op: "DequantizeLinear",
        inputs: [`q${nodeId}`, ...affine],
        output: `x${nodeId}`,
      },
    );
    own.set(x, `x${nodeId}`);
  }
  return editOnnx(bytes, { renames, nodes, initializers, inputs: [], outputs: [] });
}
