import { throwIfCancelled, type Cancel } from "../../base/cancel.js";
import {
  absent,
  type Graph,
  type Node,
  type NodeId,
  type ValueId,
  type Weight,
} from "../../graph/graph.js";
import type { Scheme } from "../formats/scheme.js";
import { type ElementSource, loadChunk, paddedLength } from "../measure/chunks.js";
import type { Kernels } from "../measure/kernels.js";
import { quantizeRows } from "../measure/quantize-rows.js";
import { errorOfChunk } from "../measure/scheme-chunk.js";
import { measureRanges, Workspace } from "../measure/workspace.js";
import { dequantized, resolveDequantization } from "../measure/dequantize.js";
import { producersOf, storedWeight } from "../stored-weight.js";
import type { LayerWeight } from "../weights.js";
import { elementwiseOperators } from "./elementwise.js";
import { type LinearPlan, linearPlan } from "./linear.js";
import { movementOperators } from "./movement.js";
import { normalizationOperators } from "./normalization.js";
import { NotPropagated, type Operator, type Step } from "./operator.js";
import { Products, productRoom } from "./products.js";
import { dequantizeStep, quantizeStep } from "./quantized-tensors.js";
import { reductionOperators } from "./reduction.js";
import { type Tensor, tensor } from "./tensor.js";

/** What the propagation asks of the model's files. */
export interface Weights {
  elements(weight: Weight): ElementSource | undefined;
}

export interface PropagationRequest {
  readonly graph: Graph;
  readonly kernels: Kernels;
  readonly weights: Weights;
  readonly layers: readonly LayerWeight[];
  readonly schemes: readonly Scheme[];
  /** Of the layers' inputs. */
  readonly activationSchemes: readonly Scheme[];
  /** By input of the graph. */
  readonly inputs: ReadonlyMap<ValueId, Tensor>;
  readonly batch: number;
  readonly cancel: Cancel;
}

const operators: Readonly<Record<string, Operator>> = {
  ...elementwiseOperators,
  ...movementOperators,
  ...reductionOperators,
  ...normalizationOperators,
};

interface LinearStep {
  readonly layer: LayerWeight;
  readonly plan: LinearPlan;
  readonly x: Float32Array;
  readonly xId: ValueId;
  readonly biasId: ValueId;
}

/** Elements of one weight, and of all of them, that are held and multiplied here. */
const weightLimit = 3.2e7;
/** Elements of errors that are held at once. */
const errorLimit = 4e6;

/**
 * Runs the model once on a few inputs, and then backwards: the gradients of the outputs at each layer tell how far its
 * own error, W·x − Q(W)·x on the same inputs, moves them. First order in the error, exact in everything between.
 */
export class Propagation {
  readonly #request: PropagationRequest;
  readonly #values = new Map<ValueId, Tensor>();
  readonly #steps = new Map<NodeId, Step | LinearStep>();
  readonly #layerOf: ReadonlyMap<NodeId, LayerWeight>;
  readonly #producers: ReadonlyMap<ValueId, Node>;

  constructor(request: PropagationRequest) {
    this.#request = request;
    this.#layerOf = new Map(request.layers.map((layer) => [layer.nodeId, layer]));
    this.#producers = producersOf(request.graph);
  }

  /** Values of the graph's outputs that are numbers. Throws `NotPropagated`. */
  forward(): readonly { readonly id: ValueId; readonly value: Tensor }[] {
    const { graph, inputs, cancel } = this.#request;
    for (const [id, value] of inputs) this.#values.set(id, value);
    for (const [nodeId, node] of graph.nodes.entries()) {
      throwIfCancelled(cancel);
      const layer = this.#layerOf.get(nodeId);
      const isLinear = layer !== undefined && isProduct(node.op);
      const made = isLinear ? this.#linear(nodeId, layer) : this.#plain(nodeId);
      for (const [index, id] of node.outputs.entries()) {
        const value = made[index];
        if (id !== absent && value !== undefined) this.#values.set(id, value);
      }
    }
    return graph.outputs.flatMap((id) => {
      const value = this.#values.get(id);
      return value === undefined ? [] : [{ id, value }];
    });
  }

  /**
   * Projections of each layer's error on each gradient: [scheme][gradient × sample] by node, of the weights' schemes
   * and then of the activations'. `seeds` holds, for each
   * gradient, what it is at the outputs.
   */
  backward(
    seeds: readonly ReadonlyMap<ValueId, Float32Array>[],
  ): ReadonlyMap<NodeId, readonly Float64Array[]> {
    const { graph, cancel } = this.#request;
    const gradients = new Map<ValueId, Float32Array[]>();
    for (const [index, seed] of seeds.entries())
      for (const [id, value] of seed) {
        const list = gradients.get(id) ?? seeds.map(() => new Float32Array(value.length));
        list[index] = value;
        gradients.set(id, list);
      }
    const found = new Map<NodeId, readonly Float64Array[]>();
    for (let nodeId = graph.nodes.length - 1; nodeId >= 0; nodeId--) {
      throwIfCancelled(cancel);
      const step = this.#steps.get(nodeId);
      const node = graph.nodes[nodeId];
      if (step === undefined || node === undefined) continue;
      for (const [index, id] of node.outputs.entries()) {
        const own = gradients.get(id);
        if (own === undefined) continue;
        gradients.delete(id);
        if ("plan" in step) {
          const result = this.#linearBackward(step, own);
          found.set(nodeId, result.projections);
          addGradients(gradients, step.xId, result.gradients);
        } else
          for (const [at, gradient] of own.entries())
            // What no output depends on, or not by its slope, has no gradient.
            for (const [input, part] of step.backward(gradient, index).entries())
              this.#add(gradients, node.inputs[input] ?? absent, seeds.length, at, part);
      }
    }
    return found;
  }

  #add(
    gradients: Map<ValueId, Float32Array[]>,
    id: ValueId,
    count: number,
    at: number,
    part: Float32Array | undefined,
  ): void {
    if (part === undefined || id === absent || !this.#isVarying(id)) return;
    const list =
      gradients.get(id) ?? Array.from({ length: count }, () => new Float32Array(part.length));
    gradients.set(id, list);
    const into = list[at];
    if (into === undefined) return;
    for (let index = 0; index < part.length; index++)
      into[index] = (into[index] ?? 0) + (part[index] ?? 0);
  }

  /** Made by some node, and so by some layer before it, possibly. */
  #isVarying(id: ValueId): boolean {
    return this.#values.has(id) && this.#request.graph.values[id]?.weight === undefined;
  }

  #plain(nodeId: NodeId): readonly Tensor[] {
    const node = this.#request.graph.nodes[nodeId];
    if (node === undefined) return [];
    if (node.op === "Constant") {
      const attribute = node.attributes.get("value");
      if (attribute?.kind === "tensor") return [this.#constant(attribute.value)];
      const [only] = node.attributes.values();
      if (only?.kind === "float" || only?.kind === "int")
        return [tensor([], Float32Array.of(only.value))];
      if (only?.kind === "floats" || only?.kind === "ints")
        return [tensor([only.value.length], Float32Array.from(only.value))];
      throw new NotPropagated("Constant");
    }
    const isOnnx = node.domain === "" || node.domain === "ai.onnx";
    const operator = isOnnx ? operators[node.op] : undefined;
    const inputs = node.inputs.map((id) => (id === absent ? undefined : this.#value(id)));
    const step = this.#isOwn(node) ? this.#ownStep(node, inputs) : operator?.(node, inputs);
    if (step === undefined) throw new NotPropagated(node.op);
    this.#steps.set(nodeId, step);
    return step.outputs;
  }

  #isOwn({ op, domain }: Node): boolean {
    return (
      op === "QuantizeLinear" || op === "DequantizeLinear" || (op === "MatMul" && domain === "")
    );
  }

  /** Operators that take more than their operands' values. */
  #ownStep(node: Node, inputs: readonly (Tensor | undefined)[]): Step | undefined {
    switch (node.op) {
      case "QuantizeLinear": {
        const { graph } = this.#request;
        const id = node.inputs[2] ?? absent;
        const zero = id === absent ? undefined : storedWeight(graph, this.#producers, id);
        return quantizeStep(node, inputs, zero?.weight.elementType ?? "uint8");
      }
      case "DequantizeLinear":
        return dequantizeStep(node, inputs);
      default:
        return productOfValues(inputs);
    }
  }

  #value(id: ValueId): Tensor {
    const known = this.#values.get(id);
    if (known !== undefined) return known;
    const weight = this.#request.graph.values[id]?.weight;
    if (weight === undefined) throw new NotPropagated("a value that nothing makes");
    const made = this.#constant(weight);
    this.#values.set(id, made);
    return made;
  }

  #constant(weight: Weight): Tensor {
    const { data, shape } = weight;
    if (data !== undefined) return tensor(shape, Float32Array.from(data, Number));
    const count = shape.reduce((product, extent) => product * extent, 1);
    const elements = count <= weightLimit ? this.#request.weights.elements(weight) : undefined;
    if (elements === undefined) throw new NotPropagated("a constant that cannot be read");
    const made = tensor(shape);
    elements.load(0, count, made.data);
    return made;
  }

  #linear(nodeId: NodeId, layer: LayerWeight): readonly Tensor[] {
    const { graph } = this.#request;
    const node = graph.nodes[nodeId];
    if (node === undefined) return [];
    const xId = node.inputs[layer.inputIndex === 1 ? 0 : 1] ?? absent;
    const x = this.#value(xId);
    const plan = linearPlan(node, layer.inputIndex, layer.shape, layer.weight.shape, x.shape);
    const biasId = node.op === "MatMul" ? absent : (node.inputs[2] ?? absent);
    const bias = biasId === absent ? undefined : this.#value(biasId).data;
    const out = tensor(plan.outputShape);
    const { workspace, products } = this.#load(layer, plan, []);
    const rowCount = plan.groups * plan.rows;
    products.forward(workspace.x, x.data, out.data);
    if (bias !== undefined)
      for (let index = 0; index < out.data.length; index++) {
        const row = Math.floor(index / plan.biasStride) % rowCount;
        out.data[index] = (out.data[index] ?? 0) + (bias[bias.length === 1 ? 0 : row] ?? 0);
      }
    this.#steps.set(nodeId, { layer, plan, x: x.data, xId, biasId });
    return [out];
  }

  #load(
    layer: LayerWeight,
    plan: LinearPlan,
    schemes: readonly Scheme[],
  ): {
    readonly workspace: Workspace;
    readonly products: Products;
    /** Where errors of a scheme can be put, and of how many at a time. */
    readonly errors: number;
    readonly room: number;
  } {
    const { kernels, weights } = this.#request;
    const { shape } = layer;
    const chunk = { firstRow: 0, firstColumn: 0, rows: shape.rows, columns: shape.columns };
    const length = shape.rows * paddedLength(shape.columns);
    const elements = length <= weightLimit ? layerElements(layer, weights) : undefined;
    if (elements === undefined) throw new NotPropagated("a weight that is too large");
    const room = Math.min(schemes.length, Math.max(1, Math.floor(errorLimit / length)));
    const errorFloats = room * length;
    const workspace = new Workspace(kernels, [chunk], schemes, errorFloats + productRoom(plan));
    loadChunk(elements, shape, chunk, workspace.elements(length));
    workspace.clean(length);
    return {
      workspace,
      products: new Products(kernels, plan, workspace.extra + 4 * errorFloats),
      errors: workspace.extra,
      room,
    };
  }

  #linearBackward(
    { layer, plan, x }: LinearStep,
    gradients: readonly Float32Array[],
  ): {
    readonly gradients: readonly Float32Array[];
    readonly projections: readonly Float64Array[];
  } {
    const { schemes, batch } = this.#request;
    const { workspace, products, errors, room } = this.#load(layer, plan, schemes);
    const inputGradients = products.backward(workspace.x, gradients, x.length);
    const chunk = {
      firstRow: 0,
      firstColumn: 0,
      rows: layer.shape.rows,
      columns: layer.shape.columns,
    };
    const ranges = measureRanges(workspace, chunk, schemes);
    // As many schemes at a time as there is room for their errors.
    const length = layer.shape.rows * paddedLength(layer.shape.columns);
    const projections: Float64Array[] = [];
    for (let first = 0; first < schemes.length; first += room) {
      const part = schemes.slice(first, first + room);
      const matrices = part.map((scheme, index) => {
        workspace.forgetBlocks();
        errorOfChunk(workspace, scheme, chunk, ranges, errors + 4 * index * length);
        return errors + 4 * index * length;
      });
      projections.push(...products.project(matrices, x, gradients, batch));
    }
    for (const scheme of this.#request.activationSchemes) {
      const quantized = quantizeRows(scheme, x, x.length);
      const error = x.map((value, index) => value - (quantized[index] ?? 0));
      projections.push(...products.project([workspace.x], error, gradients, batch));
    }
    return { gradients: inputGradients, projections };
  }
}

/** The layer's weight in real numbers. */
export function layerElements(
  { weight, dequantization }: LayerWeight,
  weights: Weights,
): ElementSource | undefined {
  const source = weights.elements(weight);
  if (source === undefined || dequantization === undefined) return source;
  const resolved = resolveDequantization(dequantization, (one) => weights.elements(one));
  return resolved && dequantized(source, weight.shape, resolved);
}

function isProduct(op: string): boolean {
  return op === "Conv" || op === "ConvTranspose" || op === "Gemm" || op === "MatMul";
}

function addGradients(
  gradients: Map<ValueId, Float32Array[]>,
  id: ValueId,
  parts: readonly Float32Array[],
): void {
  const known = gradients.get(id);
  if (known === undefined) {
    gradients.set(id, [...parts]);
    return;
  }
  for (const [index, part] of parts.entries()) {
    const into = known[index];
    if (into === undefined) continue;
    for (let at = 0; at < part.length; at++) into[at] = (into[at] ?? 0) + (part[at] ?? 0);
  }
}

/** A product of two activations, as in attention: [..., m, k] by [..., k, n], the stacks of one size or one alone. */
function productOfValues(inputs: readonly (Tensor | undefined)[]): Step | undefined {
  const [left, right] = inputs;
  if (left === undefined || right === undefined) return undefined;
  if (left.shape.length < 2 || right.shape.length < 2) return undefined;
  const m = left.shape[left.shape.length - 2] ?? 1;
  const k = left.shape[left.shape.length - 1] ?? 1;
  const n = right.shape[right.shape.length - 1] ?? 1;
  const leftStack = left.data.length / (m * k);
  const rightStack = right.data.length / (k * n);
  const stack = Math.max(leftStack, rightStack);
  if (
    right.shape[right.shape.length - 2] !== k ||
    stack % leftStack !== 0 ||
    stack % rightStack !== 0
  )
    return undefined;
  const longer = leftStack >= rightStack ? left : right;
  const shape = [...longer.shape.slice(0, -2), m, n];
  const out = tensor(shape);
  const walk = (visit: (a: number, b: number, c: number) => void): void => {
    for (let index = 0; index < stack; index++) {
      const a = (index % leftStack) * m * k;
      const b = (index % rightStack) * k * n;
      for (let row = 0; row < m; row++)
        for (let depth = 0; depth < k; depth++)
          for (let column = 0; column < n; column++)
            visit(a + row * k + depth, b + depth * n + column, (index * m + row) * n + column);
    }
  };
  walk((a, b, c) => {
    out.data[c] = (out.data[c] ?? 0) + (left.data[a] ?? 0) * (right.data[b] ?? 0);
  });
  return {
    outputs: [out],
    backward: (gradient) => {
      const byLeft = new Float32Array(left.data.length);
      const byRight = new Float32Array(right.data.length);
      walk((a, b, c) => {
        byLeft[a] = (byLeft[a] ?? 0) + (gradient[c] ?? 0) * (right.data[b] ?? 0);
        byRight[b] = (byRight[b] ?? 0) + (gradient[c] ?? 0) * (left.data[a] ?? 0);
      });
      return [byLeft, byRight];
    },
  };
}
