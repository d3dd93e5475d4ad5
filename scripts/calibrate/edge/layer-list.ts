import { productOf } from "../../../server/core/base/product.js";
import { isElementType, type ElementType } from "../../../server/core/graph/element-type.js";
import type { Attribute, Model, Node, Value, Weight } from "../../../server/core/graph/graph.js";
import { tensor } from "../../../server/core/graph/value-type.js";
import { builtinOperators } from "../../../server/core/formats/tflite/schema.js";
import { mapOperator } from "../../../server/core/formats/tflite/operators.js";

/** A row of a published layer list: shapes as `1x32x32x16`, several separated by `;`. */
export type LayerRow = Readonly<Record<string, string>>;

/**
 * A model from its layer list. Who reads what is not listed: a layer reads the latest tensors of the listed shapes,
 * which is what was exported wherever a chain or a residual is meant.
 */
export function modelOfLayers(name: string, rows: readonly LayerRow[]): Model {
  const values: Value[] = [];
  const inputs: number[] = [];
  const nodes: Node[] = [];
  const latest = new Map<string, number[]>();
  const made: number[] = [];
  const isRead = new Set<number>();
  /** First operand by the value that was made of it. */
  const inputOf = new Map<number, number>();
  for (const row of rows) {
    const op = operatorOf(row["op"] ?? "");
    // Shapes that follow the batch fold away in a compiler.
    if (foldedOperators.has(op)) continue;
    const outShape = shapeOf(row["out_shape"] ?? "");
    const type = elementTypeOf(row["dtype"] ?? "");
    const reads: number[] = [];
    const wanted = (row["in_shape"] ?? "").split(";").filter((text) => text.includes("x"));
    for (const text of wanted) {
      // A residual is not added to what the branch began with, but to what it began from.
      const before = op === "ADD" && reads[0] !== undefined ? inputOf.get(reads[0]) : undefined;
      const candidates = [...(latest.get(text) ?? [])]
        .reverse()
        .filter((id) => !reads.includes(id) && id !== before);
      // Detectors join boxes, and after them anchors of the same shapes: each of them is joined once.
      const unread =
        op === "CONCATENATION" ? candidates.filter((id) => !isRead.has(id)).at(-1) : undefined;
      const found = unread ?? candidates[0];
      if (found !== undefined) reads.push(found);
      else {
        const id =
          values.push({ name: `input_${values.length}`, declared: tensor("int8", shapeOf(text)) }) -
          1;
        inputs.push(id);
        latest.set(text, [...(latest.get(text) ?? []), id]);
        reads.push(id);
      }
    }
    for (const id of reads) isRead.add(id);
    const [first] = reads;
    const weights = weightsOf(op, row, type);
    for (const weight of weights)
      reads.push(values.push({ name: `w${values.length}`, weight }) - 1);
    const output = values.push({ name: `t${values.length}`, declared: tensor(type, outShape) }) - 1;
    const key = row["out_shape"] ?? "";
    latest.set(key, [...(latest.get(key) ?? []), output]);
    made.push(output);
    if (first !== undefined) inputOf.set(output, first);
    const attributes = attributesOf(op, row);
    const mapped = mapOperator({
      name: op,
      inputCount: reads.length,
      attributes,
      constant: () => undefined,
    });
    nodes.push({
      name: `${op}_${row["idx"] ?? nodes.length}`,
      op: mapped.op,
      domain: mapped.domain,
      sourceOp: op,
      inputs: reads,
      outputs: [output],
      attributes: mapped.attributes ?? attributes,
      scope: "",
    });
  }
  const outputs = made.filter((id) => !isRead.has(id));
  return {
    format: "tflite",
    name,
    producer: "",
    irVersion: 3,
    opsets: new Map([
      ["", 23],
      ["tflite", 1],
    ]),
    metadata: new Map(),
    functions: [],
    graph: { name, inputs, outputs, nodes, values, captures: [] },
    ownsElementTypes: true,
  };
}

const foldedOperators: ReadonlySet<string> = new Set(["SHAPE", "STRIDED_SLICE", "PACK"]);

/** Some lists give an operator's number. */
function operatorOf(text: string): string {
  return /^\d+$/.test(text) ? (builtinOperators[Number(text)] ?? text) : text;
}

function shapeOf(text: string): readonly number[] {
  return text === "" ? [] : text.split("x").map(Number);
}

function elementTypeOf(text: string): ElementType {
  return isElementType(text) ? text : "int8";
}

function weightsOf(op: string, row: LayerRow, type: ElementType): readonly Weight[] {
  const filter = shapeOf(row["filter"] ?? "");
  const isInteger = type !== "float32";
  if (filter.length > 0) {
    const channels = op === "DEPTHWISE_CONV_2D" ? (filter.at(-1) ?? 1) : (filter[0] ?? 1);
    return [
      weight(isInteger ? "int8" : "float32", filter),
      weight(isInteger ? "int32" : "float32", [channels]),
    ];
  }
  const extra = Number(row["weight_bytes"] ?? 0);
  return extra > 0 && !op.startsWith("RESHAPE") ? [weight("int8", [extra])] : [];
}

function weight(elementType: ElementType, shape: readonly number[]): Weight {
  const count = productOf(shape);
  const bytes = elementType === "int8" ? 1 : 4;
  return { elementType, shape, byteLength: count * bytes };
}

function attributesOf(op: string, row: LayerRow): ReadonlyMap<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  const [height = 1, width = 1] = shapeOf(row["stride"] ?? "");
  attributes.set("stride_h", { kind: "int", value: height });
  attributes.set("stride_w", { kind: "int", value: width });
  const input = shapeOf((row["in_shape"] ?? "").split(";")[0] ?? "");
  const output = shapeOf(row["out_shape"] ?? "");
  // SAME keeps ceil(in / stride); a pool's window is not listed, so it is what the extents ask for.
  const isSame = output[1] === Math.ceil((input[1] ?? 1) / height);
  attributes.set("padding", { kind: "string", value: isSame ? "SAME" : "VALID" });
  if (op === "CONCATENATION") {
    const axis = input.findIndex((extent, index) => extent !== output[index]);
    attributes.set("axis", { kind: "int", value: axis < 0 ? output.length - 1 : axis });
  }
  if (op.includes("POOL")) {
    const step = Math.max(1, Math.round((input[1] ?? 1) / Math.max(1, output[1] ?? 1)));
    const window = output[1] === 1 ? (input[1] ?? 1) : step + (step === 1 ? 2 : isSame ? 0 : 1);
    attributes.set("stride_h", { kind: "int", value: step });
    attributes.set("stride_w", { kind: "int", value: step });
    attributes.set("filter_height", { kind: "int", value: window });
    attributes.set("filter_width", { kind: "int", value: window });
  }
  return attributes;
}
