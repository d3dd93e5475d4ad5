import { dataTypeNumber } from "../../../graph/data-type.js";
import type { Attribute } from "../../../graph/graph.js";
import { type GraphDraft, int, resultCount } from "../draft.js";
import { textOf } from "../items.js";
import type { MlirAttribute, MlirOperation } from "../syntax.js";
import { elementTypeOfType } from "../types.js";
import type { Handler } from "./handler.js";

/**
 * ONNX-MLIR's `onnx.Conv` and torch-mlir's `torch.operator "onnx.Conv"` are ONNX's own operators with their attributes;
 * versions are in the name where they are older (`ReduceSumV11`).
 */
export function onnxHandler(name: string): Handler {
  const op = name.replace(/V\d+$/, "");
  return (draft, operation) => {
    if (op === "NoValue" || op === "None") {
      draft.define(operation, 0, { literal: null });
      return true;
    }
    if (op === "EntryPoint" || op === "Return") return true;
    emitOnnx(draft, operation, op);
    return true;
  };
}

export function emitOnnx(draft: GraphDraft, operation: MlirOperation, op: string): void {
  const inputs = draft.operands(operation).map((operand) => draft.full(operand));
  const attributes: Record<string, Attribute> = {};
  for (const [key, value] of operation.attributes) {
    const name = key.replace(/^torch\.onnx\./, "");
    const attribute = attributeOf(value);
    if (attribute !== undefined && !ignored.has(name)) attributes[name] = attribute;
  }
  while (inputs.at(-1) === "") inputs.pop();
  draft.emit(
    operation,
    {
      op,
      inputs,
      attributes: attributes as Record<string, Exclude<Attribute, { kind: "graph" | "graphs" }>>,
    },
    Math.max(1, resultCount(operation)),
  );
}

const ignored: ReadonlySet<string> = new Set(["onnx_node_name", "operandSegmentSizes"]);

function attributeOf(attribute: MlirAttribute): Attribute | undefined {
  switch (attribute.kind) {
    case "number": {
      const isFloat = attribute.type?.kind === "scalar" && /^(?:f|bf)/.test(attribute.type.name);
      return {
        kind: isFloat || !Number.isInteger(attribute.value) ? "float" : "int",
        value: attribute.value,
      };
    }
    case "string":
      return { kind: "string", value: attribute.value };
    case "type": {
      const elementType = elementTypeOfType(attribute.type);
      return elementType === undefined ? undefined : int(dataTypeNumber(elementType));
    }
    case "word":
      return attribute.text === "true"
        ? { kind: "int", value: 1 }
        : attribute.text === "false"
          ? { kind: "int", value: 0 }
          : undefined;
    case "dense":
      return attribute.values === undefined ? undefined : { kind: "ints", value: attribute.values };
    case "list": {
      const numbers = attribute.items.flatMap((item) =>
        item.kind === "number" ? [item.value] : [],
      );
      if (numbers.length === attribute.items.length)
        return { kind: numbers.every(Number.isInteger) ? "ints" : "floats", value: numbers };
      const texts = attribute.items.flatMap((item) => textOf(item) ?? []);
      return { kind: "strings", value: texts };
    }
    default:
      return undefined;
  }
}
