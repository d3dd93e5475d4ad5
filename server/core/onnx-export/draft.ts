import { absent, type Attribute, type Graph, type Node, type ValueId } from "../graph/graph.js";
import type { InferredGraph } from "../graph/inferred.js";
import type { OnnxAttribute, OnnxConstant, OnnxNode } from "./encode.js";

/** Where the weight and the input of a layer are read in the exported graph: the first outputs of those nodes. */
export interface LayerReaders {
  readonly weight: string;
  readonly activation: string;
}

/** Writes one operator of the graph as ONNX's; answers why it cannot, where it cannot. */
export type ExportRule = (call: ExportCall) => string | undefined;

export class ExportDraft {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxConstant[] = [];
  readonly readers = new Map<number, LayerReaders>();
  readonly inferred: InferredGraph;
  readonly #names = new Map<ValueId, string>();
  #fresh = 0;

  /** Quantized inputs are given as they are, and read as real numbers. */
  constructor(inferred: InferredGraph) {
    this.inferred = inferred;
    const { values, inputs } = inferred.graph;
    for (const id of inputs) {
      const value = values[id];
      if (value === undefined || value.weight !== undefined) continue;
      const { scales = [], zeroPoints = [] } = value.quantization ?? {};
      const [scale] = scales;
      if (scale === undefined || scales.length > 1) {
        this.#names.set(id, value.name);
        continue;
      }
      const type = inferred.types[id];
      const isSigned = type?.kind === "tensor" && type.elementType === "int8";
      const zero = this.fresh();
      const data = [zeroPoints[0] ?? 0];
      this.initializers.push({
        name: zero,
        shape: [],
        data: isSigned ? Int8Array.from(data) : Uint8Array.from(data),
      });
      this.emit("DequantizeLinear", [value.name, this.floats([scale]), zero], {}, [ownName(id)]);
    }
  }

  get graph(): Graph {
    return this.inferred.graph;
  }

  fresh(): string {
    return `ridgepoint.made${(this.#fresh += 1)}`;
  }

  nameOf(id: ValueId): string {
    return id === absent ? "" : (this.#names.get(id) ?? ownName(id));
  }

  /** Answers the first output's name. */
  emit(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute | undefined>> = {},
    outputs: readonly string[] = [this.fresh()],
  ): string {
    const given = Object.entries(attributes).filter(
      (entry): entry is [string, OnnxAttribute] => entry[1] !== undefined,
    );
    this.nodes.push({ op, inputs, outputs, attributes: Object.fromEntries(given) });
    return outputs[0] ?? "";
  }

  floats(values: readonly number[], shape: readonly number[] = []): string {
    const name = this.fresh();
    this.initializers.push({ name, shape, data: Float32Array.from(values) });
    return name;
  }

  ints(values: readonly number[], shape: readonly number[] = [values.length]): string {
    const name = this.fresh();
    this.initializers.push({ name, shape, data: BigInt64Array.from(values, BigInt) });
    return name;
  }

  shapeOf(id: ValueId): readonly number[] | undefined {
    const type = this.inferred.types[id];
    if (type?.kind !== "tensor") return undefined;
    const shape = type.shape ?? [];
    return type.shape !== undefined && shape.every((dim) => typeof dim === "number")
      ? shape
      : undefined;
  }
}

function ownName(id: ValueId): string {
  return `ridgepoint.value${id}`;
}

/** One operator of the graph, as a rule sees it. */
export class ExportCall {
  readonly draft: ExportDraft;
  readonly node: Node;
  readonly #nodeId: number;

  constructor(draft: ExportDraft, nodeId: number, node: Node) {
    this.draft = draft;
    this.#nodeId = nodeId;
    this.node = node;
  }

  has(index: number): boolean {
    return (this.node.inputs[index] ?? absent) !== absent;
  }

  input(index: number): string {
    return this.draft.nameOf(this.node.inputs[index] ?? absent);
  }

  inputs(): readonly string[] {
    return this.node.inputs.map((id) => this.draft.nameOf(id));
  }

  shape(index: number): readonly number[] | undefined {
    return this.draft.shapeOf(this.node.inputs[index] ?? absent);
  }

  outputShape(index = 0): readonly number[] | undefined {
    return this.draft.shapeOf(this.node.outputs[index] ?? absent);
  }

  /** Numbers of a small constant. */
  constant(index: number): readonly number[] | undefined {
    const id = this.node.inputs[index] ?? absent;
    const data = this.draft.graph.values[id]?.weight?.data;
    const found = data ?? this.draft.inferred.constants.get(id)?.data;
    return found?.every((item) => typeof item === "number") === true ? found : undefined;
  }

  number(name: string): number | undefined {
    const value = this.#attribute(name);
    return value?.kind === "int" || value?.kind === "float" ? value.value : undefined;
  }

  text(name: string): string | undefined {
    const value = this.#attribute(name);
    return value?.kind === "string" ? value.value : undefined;
  }

  numbers(name: string): readonly number[] | undefined {
    const value = this.#attribute(name);
    return value?.kind === "ints" || value?.kind === "floats" ? value.value : undefined;
  }

  /** Attributes as they are, in ONNX's names. */
  attributes(...names: readonly string[]): Readonly<Record<string, OnnxAttribute | undefined>> {
    return Object.fromEntries(
      names.map((name): [string, OnnxAttribute | undefined] => {
        const value = this.#attribute(name);
        switch (value?.kind) {
          case "int":
          case "string":
          case "ints":
            return [name, value.value];
          case "float":
            return [name, { float: value.value }];
          default:
            return [name, undefined];
        }
      }),
    );
  }

  emit(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute | undefined>> = {},
  ): string {
    return this.draft.emit(op, inputs, attributes);
  }

  /** The operator that makes what the node makes. */
  finish(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute | undefined>> = {},
  ): string | undefined {
    const outputs = this.node.outputs.map((id) => this.draft.nameOf(id));
    this.draft.emit(op, inputs, attributes, outputs);
    return undefined;
  }

  /** What reads the layer's weight, and what reads its input; the node itself unless named. */
  reads(readers: Partial<LayerReaders> = {}): void {
    const own = this.draft.nameOf(this.node.outputs[0] ?? absent);
    this.draft.readers.set(this.#nodeId, {
      weight: readers.weight ?? own,
      activation: readers.activation ?? own,
    });
  }

  #attribute(name: string): Attribute | undefined {
    return this.node.attributes.get(name);
  }
}
