import { throwIfCancelled, type Cancel } from "../../base/cancel.js";
import { productOf } from "../../base/product.js";
import {
  absent,
  type Graph,
  type Node,
  type NodeId,
  operatorKey,
  type Quantization,
  type ValueId,
  type Weight,
} from "../../graph/graph.js";
import type { Scheme } from "../formats/scheme.js";
import { type ElementSource, loadChunk, paddedLength } from "../measure/chunks.js";
import type { Kernels } from "../measure/kernels.js";
import { quantizeRows } from "../measure/quantize-rows.js";
import { storeErrors } from "../measure/scheme-chunk.js";
import { measureRanges, Workspace } from "../measure/workspace.js";
import { dequantized, resolveDequantization } from "../measure/dequantize.js";
import { gridOfValue, gridOfWeight, keepsStored, storedType } from "../stored-grid.js";
import { producersOf } from "../stored-weight.js";
import { inputOf, type LayerWeight } from "../weights.js";
import { attentionOperators } from "./attention.js";
import { addGradients, type Gradients } from "./gradients.js";
import { type LinearPlan, linearPlan } from "./linear.js";
import { NotPropagated, type Operator, type Step } from "./operator.js";
import { Products, productRoom } from "./products.js";
import { dequantizeStep, quantizeStep } from "./quantized-tensors.js";
import { recurrentOperators } from "./recurrent.js";
import { powerOfStep } from "./rounding-noise.js";
import { plainOperators } from "./tape.js";
import { countOf, type Tensor, tensor } from "./tensor.js";
import { fusedActivation, tfliteOperators, withActivation } from "./tflite.js";
import {
  addProjections,
  dotOfSamples,
  type RoundedWeight,
  usedRows,
  type WeightedStep,
} from "./weighted-step.js";

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

/** By domain and name, as `operatorKey` writes them. */
const operators: Readonly<Record<string, Operator>> = {
  ...plainOperators,
  ...recurrentOperators,
  ...attentionOperators,
  ...tfliteOperators,
};

/** What the backward pass finds. */
export interface Projections {
  /**
   * Of each layer's error on each gradient: [scheme][gradient × sample], of the weights' schemes and then of the
   * activations'.
   */
  readonly byNode: ReadonlyMap<NodeId, readonly Float64Array[]>;
  /** Of the model's own rounding of what layers make: `powerOfStep`. */
  readonly quantizers: ReadonlyMap<NodeId, Float64Array>;
}

interface LinearStep {
  readonly layer: LayerWeight;
  readonly plan: LinearPlan;
  readonly x: Float32Array;
  readonly xId: ValueId;
  /** What the layer does to its result at once. */
  readonly activation: Step | undefined;
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
  readonly #steps = new Map<NodeId, Step | LinearStep | WeightedStep>();
  readonly #layersOf: ReadonlyMap<NodeId, readonly LayerWeight[]>;
  readonly #producers: ReadonlyMap<ValueId, Node>;

  constructor(request: PropagationRequest) {
    this.#request = request;
    const layersOf = new Map<NodeId, LayerWeight[]>();
    for (const layer of request.layers)
      layersOf.set(layer.nodeId, [...(layersOf.get(layer.nodeId) ?? []), layer]);
    this.#layersOf = layersOf;
    this.#producers = producersOf(request.graph);
  }

  /** Values of the graph's outputs that are numbers. Throws `NotPropagated`. */
  forward(): readonly { readonly id: ValueId; readonly value: Tensor }[] {
    const { graph, inputs, cancel } = this.#request;
    for (const [id, value] of inputs) this.#values.set(id, value);
    for (const [nodeId, node] of graph.nodes.entries()) {
      throwIfCancelled(cancel);
      const [layer] = this.#layersOf.get(nodeId) ?? [];
      const made =
        layer !== undefined && isProduct(node) ? this.#linear(nodeId, layer) : this.#plain(nodeId);
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

  /** `seeds` holds, for each gradient, what it is at the outputs. */
  backward(seeds: readonly ReadonlyMap<ValueId, Float32Array>[]): Projections {
    const { graph, batch, cancel } = this.#request;
    const gradients: Gradients = new Map();
    for (const id of graph.outputs) {
      const own = seeds.map((seed) => seed.get(id));
      if (own.some((seed) => seed !== undefined)) gradients.set(id, own);
    }
    const found = new Map<NodeId, readonly Float64Array[]>();
    const quantizers = new Map<NodeId, Float64Array>();
    for (let nodeId = graph.nodes.length - 1; nodeId >= 0; nodeId--) {
      throwIfCancelled(cancel);
      const step = this.#steps.get(nodeId);
      const node = graph.nodes[nodeId];
      if (step === undefined || node === undefined) continue;
      for (const [index, id] of node.outputs.entries()) {
        const given = gradients.get(id);
        if (given === undefined) continue;
        gradients.delete(id);
        const length = this.#values.get(id)?.data.length ?? 0;
        const own = given.map((one) => one ?? new Float32Array(length));
        if ("plan" in step) {
          const result = this.#linearBackward(step, own);
          found.set(nodeId, result.projections);
          if (this.#isVarying(step.xId)) addGradients(gradients, step.xId, result.gradients);
          continue;
        }
        const plain = "again" in step ? step.step : step;
        if ("again" in step)
          addProjections(found, nodeId, this.#weightedProjections(step, node, own, index));
        const parts = own.map((gradient) => plain.backward(gradient, index));
        if (node.op === "QuantizeLinear" && this.#isVarying(node.inputs[0] ?? absent)) {
          const inner = parts.map(([part]) => part);
          quantizers.set(nodeId, powerOfStep(plain.outputs[0] ?? tensor([]), own, inner, batch));
        }
        for (const [input, from] of node.inputs.entries())
          if (from !== absent && this.#isVarying(from))
            addGradients(
              gradients,
              from,
              parts.map((part) => part[input]),
            );
      }
    }
    return { byNode: found, quantizers };
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
    const operator = this.#operatorOf(node);
    const inputs = node.inputs.map((id) => (id === absent ? undefined : this.#value(id)));
    const again = (other: readonly (Tensor | undefined)[]): Step =>
      withActivation(node, operator(node, other));
    const step = again(inputs);
    const layers = this.#layersOf.get(nodeId) ?? [];
    const table = node.op === "Gather" ? usedRows(inputs) : undefined;
    const weights = layers.map((layer) => this.#roundedWeight(layer, inputs[layer.inputIndex]));
    this.#steps.set(
      nodeId,
      layers.length === 0 ? step : { ...(table ?? { weights, inputs }), step, again },
    );
    return step.outputs;
  }

  #operatorOf(node: Node): Operator {
    switch (operatorKey(node.domain, node.op)) {
      case "QuantizeLinear": {
        const elementType = storedType(this.#request.graph, this.#producers, node);
        return (_, inputs) => quantizeStep(node, inputs, elementType);
      }
      case "DequantizeLinear":
        return dequantizeStep;
      default: {
        const found = operators[operatorKey(node.domain, node.op)];
        if (found === undefined) throw new NotPropagated(node.op);
        return found;
      }
    }
  }

  #value(id: ValueId): Tensor {
    const known = this.#values.get(id);
    if (known !== undefined) return known;
    const { weight, quantization } = this.#request.graph.values[id] ?? {};
    if (weight === undefined) throw new NotPropagated("a value that nothing makes");
    const stored = this.#constant(weight);
    const made = quantization === undefined ? stored : inReal(stored, quantization);
    this.#values.set(id, made);
    return made;
  }

  #constant(weight: Weight): Tensor {
    const { data, shape } = weight;
    if (data !== undefined) return tensor(shape, Float32Array.from(data, Number));
    const count = productOf(shape);
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
    const isTurned = node.op === "TRANSPOSE_CONV";
    const xId = inputOf(graph, layer);
    const x = this.#value(xId);
    const told = isTurned ? [...this.#value(node.inputs[0] ?? absent).data] : [];
    const plan = linearPlan(node, layer.inputIndex, layer.shape, layer.weight.shape, x.shape, told);
    const biasId = node.op === "MatMul" ? absent : (node.inputs[isTurned ? 3 : 2] ?? absent);
    const bias = biasId === absent ? undefined : this.#value(biasId).data;
    const out = tensor(plan.outputShape);
    const { workspace, products } = this.#load(layer, plan, []);
    const rowCount = plan.biasCount ?? plan.groups * plan.rows;
    products.forward(workspace.x, x.data, out.data);
    if (bias !== undefined)
      for (let index = 0; index < out.data.length; index++) {
        const row = Math.floor(index / plan.biasStride) % rowCount;
        out.data[index] = (out.data[index] ?? 0) + (bias[bias.length === 1 ? 0 : row] ?? 0);
      }
    const activation = fusedActivation(node)?.(node, [out]);
    this.#steps.set(nodeId, { layer, plan, x: x.data, xId, activation });
    return activation?.outputs ?? [out];
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
    { layer, plan, x, xId, activation }: LinearStep,
    outer: readonly Float32Array[],
  ): {
    readonly gradients: readonly Float32Array[];
    readonly projections: readonly Float64Array[];
  } {
    const { schemes, batch } = this.#request;
    const gradients = outer.map((one) => activation?.backward(one, 0)[0] ?? one);
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
    const none = (): Float64Array => new Float64Array(gradients.length * batch);
    const moving = schemes.filter((scheme) => !this.#keepsWeight(layer, scheme));
    const moved: Float64Array[] = [];
    for (let first = 0; first < moving.length; first += room) {
      const part = moving.slice(first, first + room);
      const matrices = part.map((scheme, index) => {
        workspace.forgetBlocks();
        storeErrors(workspace, scheme, chunk, ranges, errors + 4 * index * length);
        return errors + 4 * index * length;
      });
      moved.push(...products.project(matrices, x, gradients, batch));
    }
    const projections = schemes.map((scheme) => moved[moving.indexOf(scheme)] ?? none());
    for (const scheme of this.#request.activationSchemes) {
      if (this.#keepsValue(xId, scheme)) {
        projections.push(none());
        continue;
      }
      const quantized = quantizeRows(scheme, x, x.length);
      const error = x.map((value, index) => value - (quantized[index] ?? 0));
      projections.push(...products.project([workspace.x], error, gradients, batch));
    }
    return { gradients: inputGradients, projections };
  }

  #keepsWeight(layer: LayerWeight, scheme: Scheme): boolean {
    const grid = gridOfWeight(layer, (one) => this.#request.weights.elements(one));
    return grid !== undefined && keepsStored(scheme, grid);
  }

  #keepsValue(id: ValueId, scheme: Scheme): boolean {
    const { graph, weights } = this.#request;
    const grid = gridOfValue(graph, this.#producers, id, (one) => weights.elements(one));
    return grid !== undefined && keepsStored(scheme, grid);
  }

  /** What a node makes of rounded weights, and of a rounded first input, against what it makes: exact, one node at a time. */
  #weightedProjections(
    { weights, inputs, step, again }: WeightedStep,
    node: Node,
    gradients: readonly Float32Array[],
    output: number,
  ): readonly Float64Array[] {
    const { schemes, activationSchemes, batch } = this.#request;
    const made = step.outputs[output] ?? tensor([]);
    const project = (other: readonly (Tensor | undefined)[]): Float64Array => {
      const moved = again(other).outputs[output] ?? made;
      return dotOfSamples(made, moved.data, gradients, batch);
    };
    const byWeights = schemes.map((scheme) =>
      project(
        inputs.map((input, index) => {
          const weight = weights.find(({ inputIndex }) => inputIndex === index);
          return weight === undefined ? input : weight.rounded(scheme);
        }),
      ),
    );
    const [x] = inputs;
    const byInput = activationSchemes.map((scheme) =>
      x === undefined ||
      weights.some(({ inputIndex }) => inputIndex === 0) ||
      this.#keepsValue(node.inputs[0] ?? absent, scheme)
        ? new Float64Array(gradients.length * batch)
        : project([
            { shape: x.shape, data: quantizeRows(scheme, x.data, x.data.length) },
            ...inputs.slice(1),
          ]),
    );
    return [...byWeights, ...byInput];
  }

  #roundedWeight(layer: LayerWeight, own: Tensor | undefined): RoundedWeight {
    const { kernels, weights } = this.#request;
    const { shape, inputIndex } = layer;
    const stride = paddedLength(shape.columns);
    const length = shape.rows * stride;
    const elements = length <= weightLimit ? layerElements(layer, weights) : undefined;
    if (elements === undefined || own === undefined)
      throw new NotPropagated("a weight that is too large");
    const chunk = { firstRow: 0, firstColumn: 0, rows: shape.rows, columns: shape.columns };
    const rounded = (scheme: Scheme): Tensor => {
      if (this.#keepsWeight(layer, scheme)) return own;
      const workspace = new Workspace(kernels, [chunk], [scheme], length);
      loadChunk(elements, shape, chunk, workspace.elements(length));
      workspace.clean(length);
      const ranges = measureRanges(workspace, chunk, [scheme]);
      storeErrors(workspace, scheme, chunk, ranges, workspace.extra);
      const errors = kernels.floats.subarray(workspace.extra / 4, workspace.extra / 4 + length);
      const data = Float32Array.from(own.data);
      for (let row = 0; row < shape.rows; row++)
        for (let column = 0; column < shape.columns; column++) {
          const block = Math.floor(column / shape.inner);
          const at = (block * shape.rows + row) * shape.inner + (column % shape.inner);
          data[at] = (data[at] ?? 0) - (errors[row * stride + column] ?? 0);
        }
      return { shape: own.shape, data };
    };
    return { inputIndex, rounded };
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

function isProduct({ domain, op }: Node): boolean {
  return products.has(operatorKey(domain, op));
}

const products: ReadonlySet<string> = new Set([
  ...["Conv", "ConvTranspose", "Gemm", "MatMul"],
  ...["tflite:CONV_2D", "tflite:DEPTHWISE_CONV_2D", "tflite:TRANSPOSE_CONV"],
  "tflite:FULLY_CONNECTED",
]);

/** Integers as what they stand for. */
function inReal({ shape, data }: Tensor, { scales, zeroPoints, axis }: Quantization): Tensor {
  const inner = countOf(shape.slice(axis + 1));
  return {
    shape,
    data: data.map((one, index) => {
      const slice = scales.length === 1 ? 0 : Math.floor(index / inner) % scales.length;
      const zero = zeroPoints[zeroPoints.length === 1 ? 0 : slice] ?? 0;
      return (one - zero) * (scales[slice] ?? 1);
    }),
  };
}
