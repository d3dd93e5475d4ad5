import { executionOrder } from "../../graph/execution-order.js";
import {
  absent,
  type Attribute,
  type Graph,
  type Node,
  type Value,
  type ValueId,
} from "../../graph/graph.js";
import { readInts, type OperatorCode, type TfliteFile } from "./file.js";
import type { FlatTable } from "./flat-reader.js";
import { mapOperator } from "./operators.js";
import { readOptions } from "./options.js";
import { operatorField, subgraphField } from "./schema.js";
import { readTensor } from "./tensor.js";

/** A subgraph that an operator of another runs, and the values there that stand for its inputs. */
interface Caller {
  readonly arguments: readonly ValueId[];
  /** Indices of the subgraphs around it. */
  readonly around: readonly number[];
}

/** Subgraph `index`; undefined when it cannot be read at all. A body's inputs are captured from its caller. */
export function readSubgraph(file: TfliteFile, index: number, caller?: Caller): Graph | undefined {
  const { reader, complaints, subgraphs } = file;
  const isMain = caller === undefined;
  complaints.enter("subgraphs", index);
  const table = index < subgraphs.count ? reader.tableAt(subgraphs, index) : undefined;
  if (table === undefined) {
    if (index >= subgraphs.count)
      complaints.add("RP1031", "error", `Subgraph ${index} is not in the file.`);
    complaints.leave();
    return undefined;
  }
  const draft = new SubgraphDraft(file, readTensors(file, table), isMain);
  const inputs = draft.inputs(readInts(file, table, subgraphField.inputs));
  const around = [...(caller?.around ?? []), index];
  readOperators(draft, table, around);
  const outputs = readInts(file, table, subgraphField.outputs).flatMap((id) =>
    draft.values[id] === undefined ? draft.missing(id, "output") : [id],
  );
  const name = reader.text(table, subgraphField.name, 256);
  complaints.leave();
  const graph: Graph = {
    name,
    inputs: isMain ? inputs : [],
    outputs,
    nodes: sorted(draft),
    values: draft.values,
    captures: isMain
      ? []
      : inputs.flatMap((inner, position) => {
          const outer = caller.arguments[position];
          return outer === undefined || outer === absent ? [] : [{ inner, outer }];
        }),
  };
  return graph;
}

function readTensors(file: TfliteFile, table: FlatTable): Value[] {
  const { reader, purse, complaints } = file;
  const vector = reader.vector(table, subgraphField.tensors, 4);
  const values: Value[] = [];
  for (let index = 0; index < vector.count && purse.spend("tensors", 1); index += 1) {
    complaints.enter("tensors", index);
    const tensorTable = reader.tableAt(vector, index);
    values.push(
      tensorTable === undefined
        ? { name: `tensor_${index}` }
        : readTensor(file, tensorTable, index),
    );
    complaints.leave();
  }
  return values;
}

function readOperators(draft: SubgraphDraft, table: FlatTable, around: readonly number[]): void {
  const { reader, purse, complaints } = draft.file;
  const vector = reader.vector(table, subgraphField.operators, 4);
  for (let index = 0; index < vector.count && purse.spend("operators", 1); index += 1) {
    complaints.enter("operators", index);
    if (draft.isMain) complaints.nodeId = draft.nodes.length;
    const operator = reader.tableAt(vector, index);
    if (operator !== undefined) draft.nodes.push(readOperator(draft, operator, around));
    if (draft.isMain) complaints.nodeId = -1;
    complaints.leave();
  }
}

function readOperator(draft: SubgraphDraft, table: FlatTable, around: readonly number[]): Node {
  const { file } = draft;
  const { reader, purse, complaints } = file;
  const opcodeAt = reader.field(table, operatorField.opcode);
  const opcode = opcodeAt === 0 ? 0 : reader.uint32(opcodeAt);
  const code = file.operators[opcode];
  if (code === undefined)
    complaints.add(
      "RP1031",
      "error",
      `${complaints.path} is of operator code ${opcode}; the file has ${file.operators.length}.`,
    );
  const { name, isCustom } = code ?? unknownCode;
  const inputs = readInts(file, table, operatorField.inputs).map((id) =>
    id === absent ? absent : (draft.read(id) ?? absent),
  );
  const outputs = readInts(file, table, operatorField.outputs).map((id) =>
    id === absent ? absent : draft.make(id),
  );
  const options = isCustom
    ? new Map<string, Attribute>()
    : readOptions(reader, purse, name, reader.tableField(table, operatorField.options));
  const title = draft.values[outputs.find((id) => id !== absent) ?? -1]?.name ?? "";
  const common = {
    name: title,
    outputs,
    scope: scopeOf(title),
    place: { kind: "path", path: complaints.path } as const,
  };
  if (isCustom)
    return { ...common, op: name, domain: "tflite.custom", inputs, attributes: options };
  if (name === "RESHAPE" && inputs.length === 1) addNewShape(draft, inputs, options);
  const mapped = mapOperator({
    name,
    inputCount: inputs.length,
    attributes: options,
    constant: (input) => draft.numbers(inputs[input] ?? absent),
  });
  const attributes = new Map(mapped.attributes ?? options);
  addBodies(draft, { name, inputs, options, around }, attributes);
  return {
    ...common,
    op: mapped.op,
    domain: mapped.domain,
    sourceOp: name,
    inputs: mapped.inputs?.map((position) => inputs[position] ?? absent) ?? inputs,
    attributes,
  };
}

const unknownCode: OperatorCode = { name: "unreadable", isCustom: true };

/** Older files have the new shape in the options alone. */
function addNewShape(
  draft: SubgraphDraft,
  inputs: ValueId[],
  options: ReadonlyMap<string, Attribute>,
): void {
  const shape = options.get("new_shape");
  if (shape?.kind !== "ints") return;
  const value: Value = {
    name: "new_shape",
    weight: {
      elementType: "int32",
      shape: [shape.value.length],
      byteLength: 0,
      isBuffer: true,
      data: shape.value,
    },
  };
  inputs.push(draft.values.push(value) - 1);
}

/** Subgraphs that the operator runs, by the attribute that names them; IF takes its condition first. */
function addBodies(
  draft: SubgraphDraft,
  operator: {
    readonly name: string;
    readonly inputs: readonly ValueId[];
    readonly options: ReadonlyMap<string, Attribute>;
    readonly around: readonly number[];
  },
  attributes: Map<string, Attribute>,
): void {
  const { name, inputs, options, around } = operator;
  const bodies = Object.hasOwn(bodiesByOperator, name) ? bodiesByOperator[name] : undefined;
  const { complaints, purse } = draft.file;
  for (const option of bodies ?? []) {
    const index = options.get(option);
    if (index?.kind !== "int") continue;
    if (around.includes(index.value) || around.length >= nestingLimit) {
      complaints.add(
        "RP1035",
        "error",
        `${complaints.path} runs subgraph ${index.value} inside of itself or too deeply; it is left out.`,
      );
      continue;
    }
    if (!purse.spend("bodies", 1)) return;
    const nodeId = complaints.nodeId;
    complaints.nodeId = -1;
    const graph = readSubgraph(draft.file, index.value, {
      arguments: name === "IF" ? inputs.slice(1) : inputs,
      around,
    });
    complaints.nodeId = nodeId;
    if (graph !== undefined)
      attributes.set(option.replace("_subgraph_index", ""), { kind: "graph", value: graph });
  }
}

const bodiesByOperator: Readonly<Record<string, readonly string[]>> = {
  IF: ["then_subgraph_index", "else_subgraph_index"],
  WHILE: ["cond_subgraph_index", "body_subgraph_index"],
  CALL_ONCE: ["init_subgraph_index"],
  CALL: ["subgraph"],
};

const nestingLimit = 32;

/** Names are paths of the program that was converted: `net/block1/conv/Conv2D;net/block1/bn/…`. */
function scopeOf(name: string): string {
  const [first = ""] = name.split(";", 1);
  const slash = first.lastIndexOf("/");
  return slash < 0 ? "" : first.slice(0, slash);
}

class SubgraphDraft {
  readonly file: TfliteFile;
  readonly values: Value[];
  readonly nodes: Node[] = [];
  readonly isMain: boolean;
  readonly #tensorCount: number;
  /** Values that a node makes or the caller gives. */
  readonly #made = new Set<ValueId>();

  constructor(file: TfliteFile, values: Value[], isMain: boolean) {
    this.file = file;
    this.values = values;
    this.isMain = isMain;
    this.#tensorCount = values.length;
  }

  inputs(ids: readonly number[]): readonly ValueId[] {
    const inputs: ValueId[] = [];
    for (const id of ids) {
      const value = this.values[id];
      if (value === undefined) this.missing(id, "input");
      else if (value.weight === undefined && !this.#made.has(id)) {
        this.#made.add(id);
        inputs.push(id);
      }
    }
    return inputs;
  }

  read(id: number): ValueId | undefined {
    if (0 <= id && id < this.#tensorCount) return id;
    this.missing(id, "input");
    return undefined;
  }

  /** A tensor has one maker; what a second one makes is a value of its own. */
  make(id: number): ValueId {
    const value = 0 <= id && id < this.#tensorCount ? this.values[id] : undefined;
    if (value !== undefined && value.weight === undefined && !this.#made.has(id)) {
      this.#made.add(id);
      return id;
    }
    const { complaints } = this.file;
    if (value === undefined) this.missing(id, "output");
    else
      complaints.add(
        "RP1051",
        "error",
        `${complaints.path} writes \`${value.name}\`, which is a constant, an input or made by another operator already.`,
      );
    return this.values.push({ name: `${value?.name ?? "tensor"}#${this.values.length}` }) - 1;
  }

  numbers(id: ValueId): readonly number[] | undefined {
    const data = this.values[id]?.weight?.data;
    return data?.every((item) => typeof item === "number") === true ? data : undefined;
  }

  missing(id: number, what: string): [] {
    const { complaints } = this.file;
    complaints.add(
      "RP1031",
      "error",
      `${complaints.path} has tensor ${id} as ${what}; there are ${this.#tensorCount} tensors.`,
    );
    return [];
  }
}

/** Files are in execution order by the schema's word; a damaged one is put in order. */
function sorted({ nodes, values, file }: SubgraphDraft): readonly Node[] {
  const maker = new Int32Array(values.length).fill(-1);
  for (const [index, node] of nodes.entries())
    for (const id of node.outputs) if (id !== absent) maker[id] = index;
  const { order, cycles } = executionOrder(nodes.length, (index) =>
    (nodes[index]?.inputs ?? []).flatMap((id) => {
      const found = id === absent ? -1 : (maker[id] ?? -1);
      return found < 0 ? [] : [found];
    }),
  );
  const [cycle] = cycles;
  if (cycle !== undefined)
    file.complaints.add(
      "RP1052",
      "error",
      `${cycle.length} operators wait for one another, \`${nodes[cycle[0] ?? 0]?.name ?? ""}\` among them; break the cycle.`,
    );
  return order.flatMap((index) => nodes[index] ?? []);
}
