import type { Bindings } from "../analysis.js";
import type { Outcome, Problem } from "../base/problem.js";
import { bindContents, scalarInput } from "./bind-contents.js";
import { isAnonymous, mapDims } from "./declared-type.js";
import { type Dim, dimText, isKnown } from "./dim.js";
import { parseDim } from "./dim-expression.js";
import { elementTypes, isFloat, isInteger, type ElementType } from "./element-type.js";
import type { Attribute, Graph, Model, Node, Value, ValueId } from "./graph.js";
import { rescaleBatch } from "./rescale-batch.js";
import { shapeText, typeText, type TensorType, type ValueType } from "./value-type.js";

/**
 * Applies what the user fixes to the declared types, before shapes are inferred: `--input` first, then `--batch`,
 * then `--dim`. A symbol that a batch or an input gives a number has that number everywhere. Where a number that
 * the file declares is replaced, the file's other declared extents no longer hold and are left to inference.
 * A binding that names nothing is a problem (RP1104).
 */
export function bindInputs(model: Model, bindings: Bindings): Outcome<Model> {
  const problems: Problem[] = [];
  const numbers = new Map(bindings.dims);
  const replaced = new Map<ValueId, ValueType>();
  const overrides = { declaredNumber: false };

  const inputs = model.graph.inputs.filter((id) => model.graph.values[id]?.weight === undefined);
  for (const [name, type] of bindings.inputs) {
    const id = findInput(model.graph, inputs, name);
    if (id === undefined) problems.push(unknownInput(model.graph, inputs, name));
    else {
      const declared = model.graph.values[id]?.declared;
      problems.push(...bindInput(model.graph.values[id], declared, type, numbers, overrides));
      replaced.set(id, withElementType(type, declared));
    }
  }
  for (const name of bindings.contents?.keys() ?? [])
    if (!bindings.inputs.has(name) && findInput(model.graph, inputs, name) === undefined)
      problems.push(unknownInput(model.graph, inputs, name));
  if (bindings.batch !== undefined) {
    const bound = bindBatch(model.graph, inputs, replaced, bindings.batch);
    if (bound === undefined)
      problems.push(
        complaint(
          "No input has a batch dimension, so the batch size has no effect; name an extent with --dim.",
        ),
      );
    else {
      for (const [name, value] of bound.numbers) if (!numbers.has(name)) numbers.set(name, value);
      for (const [id, type] of bound.types) replaced.set(id, type);
      overrides.declaredNumber ||= bound.replacesNumber;
    }
  }
  const used = new Set<string>();
  const contents = contentsOf(model.graph, inputs, bindings, used);
  if (numbers.size === 0 && replaced.size === 0 && contents.size === 0)
    return { value: model, problems };
  const typed = bindGraph(model.graph, {
    numbers,
    replaced,
    used,
    forgets: overrides.declaredNumber,
  });
  for (const name of bindings.dims.keys())
    if (!used.has(name)) problems.push(unknownDim(model.graph, inputs, name));
  const held = bindContents(typed, inputs, contents);
  problems.push(...held.problems);
  const graph =
    held.values.size === 0
      ? typed
      : { ...typed, values: typed.values.map((value, id) => held.values.get(id) ?? value) };
  return {
    value: { ...model, graph: rescaleBatch(graph, model.graph.values, replaced) },
    problems,
  };
}

/** What inputs hold, by their names: given as such, or as the "extent" of a scalar input, which no symbol is called. */
function contentsOf(
  graph: Graph,
  inputs: readonly ValueId[],
  bindings: Bindings,
  used: Set<string>,
): ReadonlyMap<string, readonly number[]> {
  const contents = new Map<string, readonly number[]>();
  for (const [name, data] of bindings.contents ?? []) {
    const id = findInput(graph, inputs, name);
    if (id !== undefined) contents.set(graph.values[id]?.name ?? "", data);
  }
  for (const [name, value] of bindings.dims) {
    if (scalarInput(graph, inputs, name) === undefined) continue;
    contents.set(name, [value]);
    used.add(name);
  }
  return contents;
}

interface Binding {
  readonly numbers: ReadonlyMap<string, number>;
  readonly replaced: ReadonlyMap<ValueId, ValueType>;
  readonly used: Set<string>;
  /** Declared extents of values that are not inputs no longer hold. */
  readonly forgets: boolean;
}

function bindGraph(graph: Graph, binding: Binding): Graph {
  const isInput = new Set(graph.inputs);
  const values = graph.values.map((value, id): Value => {
    const type = binding.replaced.get(id) ?? value.declared;
    if (type === undefined || value.weight !== undefined) return value;
    const bound = mapDims(type, (dim) => bindDim(dim, binding));
    const declared = binding.forgets && !isInput.has(id) ? mapDims(bound, () => anonymous) : bound;
    return declared === value.declared ? value : { ...value, declared };
  });
  const inner: Binding = { ...binding, replaced: new Map() };
  const nodes = graph.nodes.map((node) => bindNode(node, inner));
  return { ...graph, values, nodes };
}

function bindNode(node: Node, binding: Binding): Node {
  let attributes: Map<string, Attribute> | undefined;
  for (const [name, attribute] of node.attributes) {
    if (attribute.kind === "graph")
      (attributes ??= new Map(node.attributes)).set(name, {
        kind: "graph",
        value: bindGraph(attribute.value, binding),
      });
    else if (attribute.kind === "graphs")
      (attributes ??= new Map(node.attributes)).set(name, {
        kind: "graphs",
        value: attribute.value.map((body) => bindGraph(body, binding)),
      });
  }
  return attributes === undefined ? node : { ...node, attributes };
}

function bindDim(dim: Dim, { numbers, used }: Binding): Dim {
  if (isKnown(dim) || isAnonymous(dim)) return dim;
  const bound = parseDim(dim.text, numbers);
  for (const name of namesIn(dim.text, numbers)) used.add(name);
  return bound;
}

function namesIn(text: string, numbers: ReadonlyMap<string, number>): readonly string[] {
  if (numbers.has(text)) return [text];
  if (numbers.size === 0) return [];
  return (text.match(/[A-Za-z_][\w.]*/g) ?? []).filter((name) => numbers.has(name));
}

function findInput(graph: Graph, inputs: readonly ValueId[], name: string): ValueId | undefined {
  if (name === "") return inputs.length === 1 ? inputs[0] : undefined;
  return inputs.find((id) => graph.values[id]?.name === name);
}

/** An input bound without an element type keeps the one it declares. */
function withElementType(type: TensorType, declared: ValueType | undefined): TensorType {
  if (type.elementType !== undefined || declared?.kind !== "tensor") return type;
  return { ...type, elementType: declared.elementType };
}

function bindInput(
  value: Value | undefined,
  declared: ValueType | undefined,
  type: TensorType,
  numbers: Map<string, number>,
  overrides: { declaredNumber: boolean },
): readonly Problem[] {
  if (declared === undefined) return [];
  const isTensor = declared.kind === "tensor";
  const rank = isTensor ? declared.shape?.length : undefined;
  if (!isTensor || (rank !== undefined && type.shape !== undefined && rank !== type.shape.length)) {
    overrides.declaredNumber = true;
    return [
      complaint(
        `Input \`${value?.name ?? ""}\` is declared as ${typeText(declared)}; it is analysed as ${shapeText(type.shape)} as you ask.`,
        "warning",
      ),
    ];
  }
  for (const [axis, dim] of (declared.shape ?? []).entries()) {
    const given = type.shape?.[axis];
    if (given === undefined || !isKnown(given) || dim === given) continue;
    if (isKnown(dim)) overrides.declaredNumber = true;
    else if (!isAnonymous(dim) && !numbers.has(dim.text)) numbers.set(dim.text, given);
  }
  return [];
}

interface BoundBatch {
  readonly types: ReadonlyMap<ValueId, ValueType>;
  readonly numbers: ReadonlyMap<string, number>;
  readonly replacesNumber: boolean;
}

/**
 * The batch dimension is the first extent of an input if it is symbolic. Inputs with a number there have one if all
 * floating-point inputs of rank two or more share that number; where there are none, all quantized ones.
 */
function bindBatch(
  graph: Graph,
  inputs: readonly ValueId[],
  replaced: ReadonlyMap<ValueId, ValueType>,
  batch: number,
): BoundBatch | undefined {
  const tensors: { readonly id: ValueId; readonly type: TensorType; readonly first: Dim }[] = [];
  for (const id of inputs) {
    const type = replaced.get(id) ?? graph.values[id]?.declared;
    const first = type?.kind === "tensor" ? type.shape?.[0] : undefined;
    if (type?.kind === "tensor" && first !== undefined) tensors.push({ id, type, first });
  }
  const isLike = (type: TensorType, test: (elementType: ElementType) => boolean): boolean =>
    (type.shape?.length ?? 0) >= 2 && type.elementType !== undefined && test(type.elementType);
  const floats = tensors.filter(({ type }) => isLike(type, isFloat));
  const wide =
    floats.length > 0 ? floats : tensors.filter(({ type }) => isLike(type, isQuantizedInteger));
  const shared = wide[0]?.first;
  const isShared = shared !== undefined && isKnown(shared) && wide.every((w) => w.first === shared);
  const types = new Map<ValueId, ValueType>();
  const numbers = new Map<string, number>();
  let replacesNumber = false;
  for (const { id, type, first } of tensors) {
    if (isKnown(first)) {
      // A vector of another input may have that extent by chance; only inputs of rank two or more follow.
      if (!isShared || first !== shared || (type.shape?.length ?? 0) < 2) continue;
      replacesNumber ||= first !== batch;
    } else if (!isAnonymous(first)) numbers.set(first.text, batch);
    types.set(id, { ...type, shape: [batch, ...(type.shape ?? []).slice(1)] });
  }
  return types.size === 0 ? undefined : { types, numbers, replacesNumber };
}

/** Pixels and samples; wider integers are indices and lengths. */
function isQuantizedInteger(type: ElementType): boolean {
  return isInteger(type) && elementTypes[type].bits <= 16;
}

function unknownInput(graph: Graph, inputs: readonly ValueId[], name: string): Problem {
  const names = inputs.map((id) => `\`${graph.values[id]?.name ?? ""}\``).join(", ");
  return complaint(
    name === ""
      ? `The model has ${inputs.length} inputs (${names}); say which one with its name.`
      : `The model has no input \`${name}\`; its inputs are ${names || "none"}.`,
  );
}

function unknownDim(graph: Graph, inputs: readonly ValueId[], name: string): Problem {
  const known = new Set<string>();
  for (const id of inputs) {
    const type = graph.values[id]?.declared;
    if (type?.kind === "tensor")
      for (const dim of type.shape ?? [])
        if (!isKnown(dim) && !isAnonymous(dim)) known.add(dimText(dim));
  }
  const names = [...known].map((text) => `\`${text}\``).join(", ");
  return complaint(
    `No extent is called \`${name}\`; ${known.size === 0 ? "the inputs have no symbolic extents" : `the symbolic extents of the inputs are ${names}`}.`,
  );
}

function complaint(message: string, severity: Problem["severity"] = "error"): Problem {
  return { code: "RP1104", severity, message };
}

const anonymous: Dim = { text: "?", terms: [{ coefficient: 1, atoms: ["?"] }] };
