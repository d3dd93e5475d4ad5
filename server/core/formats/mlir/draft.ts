import type { TextSpan } from "../../base/text-span.js";
import { bytesOfElements, type ElementType } from "../../graph/element-type.js";
import type { Attribute, Weight } from "../../graph/graph.js";
import type { RawAttribute, RawInitializer, RawValue } from "../../graph/raw-graph.js";
import type { TextGraph, TextNode } from "../onnx-text/syntax-context.js";
import { textOf } from "./items.js";
import type { MlirAttribute, MlirOperation, MlirRegion, MlirType } from "./syntax.js";
import {
  countOfExtents,
  declaredType,
  type Extents,
  elementTypeOfType,
  extentsOf,
  knownExtents,
} from "./types.js";

/**
 * A value of the text. StableHLO and its like write every broadcast out, which no compiler carries out: such a value is
 * kept as what it was made of (`compact`), and stored only where somebody needs it whole.
 */
export interface MlirValue {
  /** In the graph: as in the text, with its `%`; an argument by the name that the exporter gives it. */
  readonly name: string;
  readonly type: MlirType | undefined;
  readonly shape: Extents | undefined;
  readonly elementType: ElementType | undefined;
  readonly owner: GraphDraft;
  /** Of the statement that makes it. */
  readonly operation: MlirOperation | undefined;
  /** Name in the graph, once it is there whole. */
  stored: string | undefined;
  /** A value of the graph that broadcasts to it (numpy's rule): extents of 1, or missing in front. */
  compact?: { readonly name: string; readonly shape: Extents };
  constant?: MlirConstant;
  /** It is `source` with zeros around it, which a convolution or pool that reads it takes as its own padding. */
  readonly padding?: MlirPadding;
  /** Members of a list or tuple. */
  readonly items?: readonly MlirValue[];
  /** What a scalar of the program is: torch's `int`, `bool`, `str`, `none`. */
  readonly literal?: number | string | boolean | null;
}

export interface MlirPadding {
  readonly source: MlirValue;
  readonly low: readonly number[];
  readonly high: readonly number[];
}

export interface MlirConstant {
  /** All elements are this. */
  readonly splat: number | undefined;
  readonly data: readonly number[] | undefined;
  readonly isBuffer: boolean;
  /** The span of its name. */
  readonly place: TextSpan | undefined;
}

export interface NodeWish {
  readonly op: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, RawAttribute | undefined>>;
  /** True for what stands beside the operation's own node: a view, a broadcast. */
  readonly isHelper?: boolean;
  readonly bodies?: TextNode["bodies"];
}

/** Nowhere in the text. */
const noSpan: TextSpan = { start: -1, end: -1 };

/** A function or region while it is turned into a graph. */
export class GraphDraft {
  readonly values = new Map<string, MlirValue>();
  readonly inputs: RawValue[] = [];
  readonly outputs: RawValue[] = [];
  readonly initializers: RawInitializer[] = [];
  readonly valueInfos: RawValue[] = [];
  readonly nodes: TextNode[] = [];
  readonly outer: GraphDraft | undefined;
  /** How often each value is read, by its name. */
  readonly uses = new Map<string, number>();
  /** Globals that have been loaded, by name. */
  readonly globals = new Map<string, MlirValue>();
  /** Sums by what they make. */
  readonly #sums = new Map<
    string,
    { readonly index: number; readonly terms: number | undefined }
  >();
  /** Keys of `values` that are buffers. */
  readonly #buffers = new Set<string>();
  #helperCount = 0;

  constructor(outer: GraphDraft | undefined) {
    this.outer = outer;
  }

  /** The value by its name without `%`; undefined where nothing makes it. */
  find(name: string): MlirValue | undefined {
    return this.values.get(name) ?? this.outer?.find(name);
  }

  operands(operation: MlirOperation): readonly (MlirValue | undefined)[] {
    return operation.operands.map(({ name }) => this.find(name));
  }

  /** Defines result `index` of an operation. */
  define(
    operation: MlirOperation,
    index: number,
    facts: Partial<Pick<MlirValue, "compact" | "constant" | "items" | "literal" | "padding">> & {
      readonly type?: MlirType | undefined;
      readonly stored?: string | undefined;
    } = {},
  ): MlirValue {
    const { key, span } = resultOf(operation, index);
    const type = facts.type ?? resultTypeOf(operation, index);
    const value: MlirValue = {
      name: `%${key}`,
      shape: extentsOf(type),
      elementType: elementTypeOfType(type),
      owner: this,
      operation,
      stored: undefined,
      ...facts,
      type,
    };
    if (value.constant !== undefined && value.constant.place === undefined)
      value.constant = { ...value.constant, place: span };
    this.#put(key, value);
    return value;
  }

  /** An argument of a function or a block, under its name in the graph; `constant` where it is a weight. */
  argument(
    argument: { readonly name: string; readonly type: MlirType | undefined },
    name: string,
    constant: MlirConstant | undefined,
  ): void {
    const { type } = argument;
    this.#put(argument.name, {
      name,
      type,
      shape: extentsOf(type),
      elementType: elementTypeOfType(type),
      owner: this,
      operation: undefined,
      stored: constant === undefined ? name : undefined,
      ...(constant !== undefined && { constant }),
    });
  }

  /** The only result is a value that is known already. */
  alias(operation: MlirOperation, value: MlirValue): void {
    this.#put(resultOf(operation, 0).key, value);
  }

  #put(key: string, value: MlirValue): void {
    this.values.set(key, value);
    if (value.type?.kind === "tensor" && value.type.container === "memref") this.#buffers.add(key);
  }

  /** Counts who reads what, regions included. */
  countUses(operations: readonly MlirOperation[]): void {
    for (const { operands, regions } of operations) {
      for (const { name } of operands) this.uses.set(name, (this.uses.get(name) ?? 0) + 1);
      for (const { blocks } of regions)
        for (const block of blocks) this.countUses(block.operations);
    }
  }

  /** Names in the graph of all that an operation and its regions read from here. */
  readBy({ operands, regions }: MlirOperation, found = new Set<string>()): ReadonlySet<string> {
    for (const { name } of operands) {
      const known = this.full(this.find(name));
      if (known !== "") found.add(known);
    }
    for (const { blocks } of regions)
      for (const block of blocks) for (const inner of block.operations) this.readBy(inner, found);
    return found;
  }

  /** A sum that is read once, by a division by the number of its terms, is a mean. */
  becomesMean(value: MlirValue, divisor: number): boolean {
    const sum = this.#sums.get(value.stored ?? "");
    const node = sum && this.nodes[sum.index];
    if (node === undefined || sum?.terms !== divisor) return false;
    if (this.uses.get(value.name.slice(1)) !== 1) return false;
    this.nodes[sum.index] = { ...node, op: "ReduceMean" };
    this.#sums.delete(value.stored ?? "");
    return true;
  }

  /** The node that was added last is a sum; `terms`: elements that it takes together. */
  noteSum(terms: number | undefined): void {
    const index = this.nodes.length - 1;
    this.#sums.set(this.nodes[index]?.outputs[0] ?? "", { index, terms });
  }

  /** Buffers that loops have written, by their names in the text, and what they hold now. */
  readonly written = new Map<string, MlirValue>();

  /** A buffer is written in place: whoever reads it afterwards reads what has been written. */
  replaceBuffer(buffer: MlirValue, stored: string): void {
    for (const name of this.#buffers)
      if (this.values.get(name) === buffer) {
        const next = { ...buffer, stored };
        this.values.set(name, next);
        this.written.set(name, next);
      }
  }

  isDefined(operation: MlirOperation, index: number): boolean {
    return this.values.has(resultOf(operation, index).key);
  }

  root(): GraphDraft {
    return this.outer?.root() ?? this;
  }

  /** A node whose results are those of the operation, in order; further ones are left out. */
  emit(
    operation: MlirOperation,
    wish: Omit<NodeWish, "outputs">,
    count = resultCount(operation),
  ): void {
    const made = Array.from({ length: count }, (_, index) => {
      const { key } = resultOf(operation, index);
      return this.define(operation, index, { stored: `%${key}` });
    });
    for (const value of made) this.#declare(value.name, value.type);
    this.add(operation, { ...wish, outputs: made.map(({ name }) => name) });
  }

  /** The only result under its own name, made by a node with these inputs. */
  #declare(name: string, type: MlirType | undefined): void {
    const declared = declaredType(type);
    if (declared !== undefined) this.valueInfos.push({ name, declared });
  }

  /** A node beside the operation's own; answers the name of what it makes. */
  helper(
    operation: MlirOperation | undefined,
    wish: Omit<NodeWish, "outputs" | "isHelper">,
    hint: string,
  ): string {
    this.#helperCount += 1;
    const name = `${hint}~${this.#helperCount}`;
    this.add(operation, { ...wish, outputs: [name], isHelper: true });
    return name;
  }

  add(operation: MlirOperation | undefined, wish: NodeWish): void {
    const statement = operation?.span ?? noSpan;
    const spans = new Map<string, TextSpan>();
    for (const { name, span } of operation?.operands ?? []) {
      const value = this.find(name);
      for (const known of [value?.stored, value?.compact?.name, `%${name}`])
        if (known !== undefined) spans.set(known, span);
    }
    const made = new Map(
      operation?.results.flatMap(({ name, count, span }) =>
        Array.from({ length: count }, (_, index): [string, TextSpan] => [
          count === 1 ? `%${name}` : `%${name}#${index}`,
          span,
        ]),
      ),
    );
    const attributes = new Map<string, RawAttribute>();
    for (const [key, value] of Object.entries(wish.attributes ?? {}))
      if (value !== undefined) attributes.set(key, value);
    this.nodes.push({
      // What stands behind `~` or `'` tells forms of one value apart.
      name:
        wish.isHelper === true || operation?.results.length === 0
          ? ""
          : (wish.outputs[0] ?? "").replace(/[~'].*$/, ""),
      op: wish.op,
      domain: wish.domain ?? "",
      ...(operation !== undefined && { sourceOp: operation.name }),
      inputs: wish.inputs,
      outputs: wish.outputs,
      attributes,
      scope: scopeOf(operation?.location),
      place: { kind: "text", span: statement },
      inputSpans: wish.inputs.map((name) => spans.get(name) ?? noSpan),
      outputSpans: wish.outputs.map((name) => made.get(name) ?? noSpan),
      bodies: wish.bodies ?? [],
      spans: { statement, label: undefined, operator: operation?.nameSpan ?? noSpan },
      ...(wish.isHelper === true && { isHelper: true }),
    });
  }

  /** Name of the value whole, as its type says. */
  full(value: MlirValue | undefined): string {
    if (value === undefined) return "";
    if (value.stored !== undefined) return value.stored;
    if (value.constant !== undefined) return value.owner.#store(value, value.constant);
    const { compact, owner, padding } = value;
    if (padding !== undefined) {
      value.stored = value.name;
      owner.#declare(value.name, value.type);
      owner.add(value.operation, {
        op: "Pad",
        inputs: [owner.full(padding.source)],
        outputs: [value.name],
        attributes: { paddings: ints([...padding.low, ...padding.high]) },
      });
      return value.name;
    }
    if (compact === undefined) return "";
    const isWhole =
      value.shape !== undefined &&
      compact.shape.length === value.shape.length &&
      compact.shape.every((extent, axis) => extent !== undefined && extent === value.shape?.[axis]);
    const extents = knownExtents(value.shape);
    value.stored = isWhole
      ? compact.name
      : owner.helper(
          value.operation,
          extents === undefined
            ? { op: "Fill", domain: "mlir", inputs: [compact.name] }
            : { op: "Expand", inputs: [compact.name, owner.numbers(extents)] },
          value.name,
        );
    if (!isWhole) owner.#declare(value.stored, value.type);
    return value.stored;
  }

  /** Name of something that broadcasts to the value, with its extents. */
  wide(value: MlirValue | undefined): {
    readonly name: string;
    readonly shape: Extents | undefined;
  } {
    if (value === undefined) return { name: "", shape: undefined };
    if (value.stored === undefined && value.compact !== undefined) return value.compact;
    if (value.stored === undefined && value.constant?.splat !== undefined) {
      value.compact = { name: value.owner.#storeSplat(value, value.constant), shape: [] };
      return value.compact;
    }
    return { name: this.full(value), shape: value.shape };
  }

  /** A list of numbers that a node takes as an input. */
  numbers(numbers: readonly number[]): string {
    return this.constant({
      elementType: "int64",
      shape: [numbers.length],
      byteLength: 0,
      isBuffer: true,
      data: numbers,
    });
  }

  constant(weight: Weight): string {
    this.#helperCount += 1;
    const name = `constant~${this.#helperCount}`;
    this.initializers.push({ name, weight });
    return name;
  }

  #storeSplat({ name, elementType }: MlirValue, { splat, place }: MlirConstant): string {
    const weight: Weight = {
      elementType: elementType ?? "float32",
      shape: [],
      byteLength: 0,
      isBuffer: true,
      data: [splat ?? 0],
    };
    this.initializers.push({ name: `${name}~splat`, weight, ...placed(place) });
    return `${name}~splat`;
  }

  #store(value: MlirValue, constant: MlirConstant): string {
    const { name, elementType = "float32" } = value;
    const shape = knownExtents(value.shape) ?? [];
    const count = countOfExtents(shape) ?? 1;
    const { splat, isBuffer } = constant;
    const data =
      constant.data ??
      (splat !== undefined && count <= 1024 ? new Array<number>(count).fill(splat) : undefined);
    const weight: Weight = {
      elementType,
      shape,
      byteLength: bytesOfElements(elementType, count),
      ...((isBuffer || count <= 1) && { isBuffer: true }),
      ...(data !== undefined && data.length === count && { data }),
    };
    this.initializers.push({ name, weight, ...placed(constant.place) });
    value.stored = name;
    return name;
  }

  finish(name: string, spans: TextGraph["spans"]): TextGraph {
    const nodes = this.nodes
      .map((node, index) => ({ node, index }))
      .sort(
        (a, b) => a.node.spans.statement.start - b.node.spans.statement.start || a.index - b.index,
      );
    return {
      name,
      inputs: this.inputs,
      outputs: this.outputs,
      initializers: this.initializers,
      valueInfos: this.valueInfos,
      nodes: nodes.map(({ node }) => node),
      place: { kind: "text", span: spans.header },
      spans,
    };
  }
}

function placed(span: TextSpan | undefined): Pick<RawInitializer, "place"> {
  return span === undefined ? {} : { place: { kind: "text", span } };
}

export function resultCount({ results }: MlirOperation): number {
  return results.reduce((sum, { count }) => sum + count, 0);
}

/** `%0:2` are `0#0` and `0#1`. */
function resultOf(
  { results, span }: MlirOperation,
  index: number,
): { readonly key: string; readonly span: TextSpan } {
  let left = index;
  for (const result of results) {
    if (left < result.count)
      return {
        key: result.count === 1 ? result.name : `${result.name}#${left}`,
        span: result.span,
      };
    left -= result.count;
  }
  return { key: `${span.start}!${index}`, span };
}

export function resultTypeOf(operation: MlirOperation, index: number): MlirType | undefined {
  const { resultTypes, operandTypes } = operation;
  const [first] = resultTypes;
  if (first?.kind === "tuple" && resultTypes.length === 1 && resultCount(operation) > 1)
    return first.members[index];
  // `: t, t` behind a loop are the types of its states, and of its results.
  if (
    resultTypes.length === 1 &&
    operandTypes.length > 1 &&
    operandTypes.length === resultCount(operation)
  )
    return operandTypes[index];
  return resultTypes[index] ?? (resultTypes.length === 1 ? first : undefined);
}

/** Tracers name an operation by the path of the function that made it: `jit(main)/Dense_0/dot_general`. */
function scopeOf(location: MlirAttribute | undefined): string {
  const text = textOf(location) ?? "";
  const slash = text.lastIndexOf("/");
  return slash < 0 || text.endsWith(".py")
    ? ""
    : text.slice(0, slash).replace(/^jit\([^)]*\)\//, "");
}

/** Attributes that are neither graphs nor tensors. */
export type PlainAttribute = Extract<
  Attribute,
  { readonly kind: "int" | "float" | "string" | "ints" }
>;

export const int = (value: number | undefined): PlainAttribute | undefined =>
  value === undefined ? undefined : { kind: "int", value: Math.trunc(value) };
export const float = (value: number | undefined): PlainAttribute | undefined =>
  value === undefined ? undefined : { kind: "float", value };
export const ints = (value: readonly number[] | undefined): PlainAttribute | undefined =>
  value === undefined ? undefined : { kind: "ints", value };
export const string = (value: string | undefined): PlainAttribute | undefined =>
  value === undefined ? undefined : { kind: "string", value };

export function blockOf(region: MlirRegion | undefined): readonly MlirOperation[] {
  return region?.blocks[0]?.operations ?? [];
}
