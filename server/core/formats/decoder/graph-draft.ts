import { productOf } from "../../base/product.js";
import { bytesOfElements, type ElementType } from "../../graph/element-type.js";
import type { Attribute, Graph, Node, Value, ValueId, Weight } from "../../graph/graph.js";
import type { Place } from "../../base/text-span.js";
import { tensor, type Shape } from "../../graph/value-type.js";

/** What a file says of a weight that the model is known to have: its storage. */
export type WeightFinder = (name: string) => Pick<Weight, "byteLength" | "location"> | undefined;

/** A graph as it grows, node by node in the order of execution. */
export class GraphDraft {
  readonly #values: Value[] = [];
  readonly #nodes: Node[] = [];
  readonly #inputs: ValueId[] = [];
  readonly #weights = new Map<string, ValueId>();
  readonly #elementType: ElementType;
  readonly #findWeight: WeightFinder;
  readonly #place: Place | undefined;
  /** Path of the module that new nodes belong to: `model/layers/0/mlp`. */
  scope = "";

  constructor(options: {
    readonly elementType: ElementType;
    readonly findWeight: WeightFinder;
    readonly place?: Place;
  }) {
    this.#elementType = options.elementType;
    this.#findWeight = options.findWeight;
    this.#place = options.place;
  }

  input(name: string, elementType: ElementType, shape: Shape, isCache = false): ValueId {
    const id = this.#value({
      name,
      declared: tensor(elementType, shape),
      ...(isCache && { isCache: true }),
    });
    this.#inputs.push(id);
    return id;
  }

  /** The same name is the same weight: a tied output layer is not stored twice. */
  weight(
    name: string,
    shape: readonly number[],
    {
      isTransposed = false,
      staysWide = false,
    }: { readonly isTransposed?: boolean; readonly staysWide?: boolean } = {},
  ): ValueId {
    const kept = this.#weights.get(name);
    if (kept !== undefined) return kept;
    const elements = productOf(shape);
    const found = this.#findWeight(name);
    const id = this.#value({
      name,
      weight: {
        elementType: this.#elementType,
        shape,
        byteLength: found?.byteLength ?? bytesOfElements(this.#elementType, elements),
        ...(found?.location !== undefined && { location: found.location }),
        ...(isTransposed && { isTransposed }),
        ...(staysWide && { staysWide }),
      },
    });
    this.#weights.set(name, id);
    return id;
  }

  /** What outlives a call and does not grow with the text. */
  state(name: string, shape: Shape): ValueId {
    const id = this.#value({
      name,
      declared: tensor(this.#elementType, shape),
      isState: true,
    });
    this.#inputs.push(id);
    return id;
  }

  whole(...data: readonly number[]): ValueId {
    return this.#integers([data.length], data);
  }

  scalar(value: number): ValueId {
    return this.#integers([], [value]);
  }

  node(
    op: string,
    inputs: readonly ValueId[],
    options: {
      readonly name?: string;
      readonly attributes?: Readonly<Record<string, number | string>>;
      readonly lists?: Readonly<Record<string, readonly number[]>>;
      /** The first is answered; others are states that are written in place. */
      readonly outputCount?: number;
    } = {},
  ): ValueId {
    const [domain, short] = op.includes(":") ? op.split(":") : ["", op];
    const name = [this.scope, options.name ?? short?.toLowerCase() ?? ""]
      .filter((part) => part !== "")
      .join("/");
    const output = this.#value({ name });
    const outputs = [output];
    while (outputs.length < (options.outputCount ?? 1))
      outputs.push(this.#value({ name: `${name}.state` }));
    this.#nodes.push({
      name,
      op: short ?? op,
      domain: domain ?? "",
      inputs,
      outputs,
      attributes: new Map<string, Attribute>([
        ...Object.entries(options.attributes ?? {}).map(
          ([key, value]) => [key, attributeOf(value)] as const,
        ),
        ...Object.entries(options.lists ?? {}).map(
          ([key, value]) => [key, { kind: "ints", value }] as const,
        ),
      ]),
      scope: this.scope,
      ...(this.#place !== undefined && { place: this.#place }),
    });
    return output;
  }

  finish(name: string, outputs: readonly ValueId[]): Graph {
    return {
      name,
      inputs: this.#inputs,
      outputs,
      nodes: this.#nodes,
      values: this.#values,
      captures: [],
    };
  }

  #integers(shape: readonly number[], data: readonly number[]): ValueId {
    const id = this.#values.length;
    return this.#value({
      name: `constant_${id}`,
      weight: {
        elementType: "int64",
        shape,
        // The file has no such tensor.
        byteLength: 0,
        isBuffer: true,
        data,
      },
    });
  }

  #value(value: Value): ValueId {
    this.#values.push(value);
    return this.#values.length - 1;
  }
}

function attributeOf(value: number | string): Attribute {
  if (typeof value === "string") return { kind: "string", value };
  return Number.isInteger(value) ? { kind: "int", value } : { kind: "float", value };
}
