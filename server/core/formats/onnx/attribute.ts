import type { Attribute, Graph, Weight } from "../../graph/graph.js";
import type { ValueType } from "../../graph/value-type.js";
import { type BodyHost, readBody } from "./graph.js";
import type { Reading } from "./reading.js";
import { attributeField, attributeType } from "./schema.js";
import { readSparseTensor } from "./sparse-tensor.js";
import { readTensor } from "./tensor.js";
import { readTypeProto } from "./value-type.js";

/** AttributeProto into `target`; one that cannot be understood is left out, with a problem. */
export function readAttribute(
  reading: Reading,
  stop: number,
  target: Map<string, Attribute>,
  host: BodyHost | undefined,
): void {
  const { complaints } = reading;
  const fields = readFields(reading, stop, host);
  if (fields.name === "") {
    complaints.add("RP1017", "warning", "An attribute has no name; it is left out.");
    return;
  }
  const attribute: Attribute | undefined =
    fields.reference === "" ? attributeOf(fields) : { kind: "reference", value: fields.reference };
  if (attribute === undefined)
    complaints.add(
      "RP1017",
      "warning",
      `Attribute \`${fields.name}\` has type ${fields.type} and no readable value of it; it is left out.`,
    );
  else if (target.has(fields.name))
    complaints.add(
      "RP1017",
      "warning",
      `Attribute \`${fields.name}\` is given twice; the first one counts.`,
    );
  else target.set(fields.name, attribute);
}

interface AttributeFields {
  name: string;
  reference: string;
  type: number;
  int: number | undefined;
  float: number | undefined;
  string: string | undefined;
  tensor: Weight | undefined;
  graph: Graph | undefined;
  ints: number[] | undefined;
  floats: number[] | undefined;
  strings: string[] | undefined;
  tensors: Weight[] | undefined;
  graphs: Graph[] | undefined;
  valueType: { readonly type: ValueType | undefined } | undefined;
  valueTypes: (ValueType | undefined)[] | undefined;
}

function readFields(reading: Reading, stop: number, host: BodyHost | undefined): AttributeFields {
  const { wire, budget } = reading;
  const fields: AttributeFields = {
    name: "",
    reference: "",
    type: attributeType.undefined,
    int: undefined,
    float: undefined,
    string: undefined,
    tensor: undefined,
    graph: undefined,
    ints: undefined,
    floats: undefined,
    strings: undefined,
    tensors: undefined,
    graphs: undefined,
    valueType: undefined,
    valueTypes: undefined,
  };
  for (let field = wire.next(stop); field !== 0; field = wire.next(stop)) {
    switch (field) {
      case attributeField.name:
        fields.name = wire.text();
        break;
      case attributeField.refAttributeName:
        fields.reference = wire.text();
        break;
      case attributeField.type:
        fields.type = wire.int();
        break;
      case attributeField.int:
        fields.int = wire.int();
        break;
      case attributeField.float:
        fields.float = wire.float();
        break;
      case attributeField.string:
        fields.string = wire.text();
        break;
      case attributeField.tensor:
        fields.tensor = within(reading, "t", -1, readTensor)?.weight;
        break;
      case attributeField.sparseTensor:
        fields.tensor = within(reading, "sparse_tensor", -1, readSparseTensor)?.weight;
        break;
      case attributeField.graph:
        fields.graph = within(reading, "g", -1, readBody, host);
        break;
      case attributeField.ints:
        wire.ints((fields.ints ??= []));
        break;
      case attributeField.floats:
        wire.floats((fields.floats ??= []));
        break;
      case attributeField.strings:
        fields.strings ??= [];
        if (budget.spend("list elements", 1)) fields.strings.push(wire.text());
        break;
      case attributeField.tensors:
      case attributeField.sparseTensors: {
        const list = (fields.tensors ??= []);
        const read = field === attributeField.tensors ? readTensor : readSparseTensor;
        const part = field === attributeField.tensors ? "tensors" : "sparse_tensors";
        const one = within(reading, part, list.length, read)?.weight;
        if (one !== undefined && budget.spend("list elements", 1)) list.push(one);
        break;
      }
      case attributeField.graphs: {
        const list = (fields.graphs ??= []);
        const one = within(reading, "graphs", list.length, readBody, host);
        if (one !== undefined && budget.spend("list elements", 1)) list.push(one);
        break;
      }
      case attributeField.typeProto: {
        const end = wire.message();
        if (end !== undefined) fields.valueType = { type: readTypeProto(reading, end) };
        break;
      }
      case attributeField.typeProtos: {
        const list = (fields.valueTypes ??= []);
        const end = wire.message();
        if (end !== undefined && budget.spend("list elements", 1))
          list.push(readTypeProto(reading, end));
        break;
      }
      default:
        wire.skip();
    }
  }
  return fields;
}

/** Reads the message that the field holds, under its own path. */
function within<T>(
  reading: Reading,
  part: string,
  index: number,
  read: (reading: Reading, end: number, host: BodyHost | undefined) => T,
  host?: BodyHost,
): T | undefined {
  const end = reading.wire.message();
  if (end === undefined) return undefined;
  reading.complaints.enter(part, index);
  const result = read(reading, end, host);
  reading.complaints.leave();
  return result;
}

function attributeOf(fields: AttributeFields): Attribute | undefined {
  switch (fields.type) {
    case attributeType.int:
      return { kind: "int", value: fields.int ?? 0 };
    case attributeType.float:
      return { kind: "float", value: fields.float ?? 0 };
    case attributeType.string:
      return { kind: "string", value: fields.string ?? "" };
    case attributeType.ints:
      return { kind: "ints", value: fields.ints ?? [] };
    case attributeType.floats:
      return { kind: "floats", value: fields.floats ?? [] };
    case attributeType.strings:
      return { kind: "strings", value: fields.strings ?? [] };
    case attributeType.tensor:
    case attributeType.sparseTensor:
      return fields.tensor && { kind: "tensor", value: fields.tensor };
    case attributeType.tensors:
    case attributeType.sparseTensors:
      return { kind: "tensors", value: fields.tensors ?? [] };
    case attributeType.graph:
      return fields.graph && { kind: "graph", value: fields.graph };
    case attributeType.graphs:
      return { kind: "graphs", value: fields.graphs ?? [] };
    case attributeType.typeProto:
      return { kind: "type", value: fields.valueType?.type };
    case attributeType.typeProtos:
      return { kind: "types", value: fields.valueTypes ?? [] };
    case attributeType.undefined:
      return attributeByPresence(fields);
    default:
      return undefined;
  }
}

/** IR version 1 had no `type`: the field that is there says it. */
function attributeByPresence(fields: AttributeFields): Attribute | undefined {
  if (fields.int !== undefined) return { kind: "int", value: fields.int };
  if (fields.float !== undefined) return { kind: "float", value: fields.float };
  if (fields.string !== undefined) return { kind: "string", value: fields.string };
  if (fields.tensor !== undefined) return { kind: "tensor", value: fields.tensor };
  if (fields.graph !== undefined) return { kind: "graph", value: fields.graph };
  if (fields.ints !== undefined) return { kind: "ints", value: fields.ints };
  if (fields.floats !== undefined) return { kind: "floats", value: fields.floats };
  if (fields.strings !== undefined) return { kind: "strings", value: fields.strings };
  if (fields.tensors !== undefined) return { kind: "tensors", value: fields.tensors };
  if (fields.graphs !== undefined) return { kind: "graphs", value: fields.graphs };
  if (fields.valueType !== undefined) return { kind: "type", value: fields.valueType.type };
  if (fields.valueTypes !== undefined) return { kind: "types", value: fields.valueTypes };
  return undefined;
}
