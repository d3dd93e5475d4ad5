import { productOf } from "../../base/product.js";
import { bytesOfElements, elementTypes, type ElementType } from "../../graph/element-type.js";
import type { Scalar, Weight } from "../../graph/graph.js";
import type { TensorType } from "../../graph/value-type.js";
import type { TextSpan } from "../../base/text-span.js";
import { isSmall, numbersFromInts } from "../onnx/small-data.js";
import { char } from "./characters.js";
import { parseExternalData } from "./external-data.js";
import type { SyntaxContext } from "./syntax-context.js";
import { float64Of, parseInteger } from "./numbers.js";

/**
 * What stands behind a tensor's type and name: `{1, 2}`, `["location": "w.bin"]`, `...` (upstream's printer, where it
 * cannot write the elements), or nothing. Complaints about the type point at `typeSpan`.
 */
export function parseTensorLiteral(
  context: SyntaxContext,
  type: TensorType,
  typeSpan: TextSpan,
): Weight | undefined {
  const { cursor } = context;
  const elementType = type.elementType ?? "float32";
  if (type.elementType === undefined)
    cursor.report(
      "RP1061",
      "error",
      "A constant needs an element type, such as `float`.",
      typeSpan,
    );
  const shape = type.shape?.every((dim) => typeof dim === "number") ? type.shape : undefined;
  if (shape === undefined) {
    const message = "A constant needs a shape of numbers, such as `float[2,3]`.";
    cursor.report("RP1061", "error", message, typeSpan);
  }
  switch (cursor.peek()) {
    case char.openBrace:
      return parseElements(context, elementType, shape, typeSpan);
    case char.openBracket:
      return parseExternalData(context, described(context, elementType, shape ?? [], typeSpan));
    case char.dot:
      if (cursor.text.startsWith("...", cursor.position)) cursor.position += 3;
      cursor.report(
        "RP1069",
        "information",
        "The elements are not written; the constant is known by its shape only.",
        cursor.spanFrom(typeSpan.start),
      );
      return described(context, elementType, shape ?? [], typeSpan);
    default:
      return described(context, elementType, shape ?? [], typeSpan);
  }
}

function described(
  { cursor }: SyntaxContext,
  elementType: ElementType,
  shape: readonly number[],
  typeSpan: TextSpan,
): Weight {
  const byteLength = bytesOfElements(elementType, productOf(shape));
  if (Number.isSafeInteger(byteLength)) return { elementType, shape, byteLength };
  const message = "This constant would take more than 2^53 bytes; correct its extents.";
  cursor.report("RP1067", "error", message, typeSpan);
  return { elementType, shape: [0], byteLength: 0 };
}

function parseElements(
  context: SyntaxContext,
  elementType: ElementType,
  shape: readonly number[] | undefined,
  typeSpan: TextSpan,
): Weight | undefined {
  const { cursor } = context;
  const start = cursor.position;
  cursor.position += 1;
  const written: Scalar[] = [];
  let count = 0;
  if (cursor.peek() !== char.closeBrace)
    do {
      const element = parseElement(context, elementType);
      if (element === undefined) return undefined;
      count += 1;
      if (count <= keptCount) written.push(element);
    } while (cursor.takes(char.comma));
  if (!cursor.expect(char.closeBrace, "to close the list of elements")) return undefined;

  const { bits, family } = elementTypes[elementType];
  const perElement = family === "complex" ? 2 : 1;
  const weight = described(context, elementType, shape ?? [count / perElement], typeSpan);
  const needed = productOf(weight.shape) * perElement;
  const packed = bits < 8 ? Math.ceil((needed * bits) / 8) : needed;
  // Upstream writes `{}` for a weight whose contents were taken out of the model.
  if (count === 0) return weight.byteLength === 0 ? { ...weight, data: [] } : weight;
  if (count !== packed && count !== needed) {
    const message = `The shape asks for ${packed} elements, and ${count} are listed; correct one of them.`;
    cursor.report("RP1060", "warning", message, cursor.spanFrom(start));
    return weight;
  }
  if (!isSmall(elementType, needed)) return weight;
  if (bits === 64 || bits === 32 || elementType === "string") return { ...weight, data: written };
  // One element each where upstream packs several into a byte: only a person writes so, and means the numbers.
  if (bits < 8 && count !== packed) return { ...weight, data: written };
  const data = numbersFromInts(elementType, needed, written.map(Number));
  return data === undefined ? weight : { ...weight, data };
}

/** More than any constant that is kept. */
const keptCount = 1024;

function parseElement({ cursor }: SyntaxContext, elementType: ElementType): Scalar | undefined {
  if (elementType === "string") return cursor.string();
  const token = cursor.number();
  if (token === undefined) return undefined;
  if (elementType === "float32" || elementType === "complex64")
    return Math.fround(float64Of(token.text));
  if (elementType === "float64" || elementType === "complex128") return float64Of(token.text);
  if (!token.isInteger) {
    const message =
      elementTypes[elementType].family === "float"
        ? `Elements of ${elementType} are written as their bits, as whole numbers.`
        : `Elements of ${elementType} are whole numbers.`;
    cursor.report("RP1057", "error", message, cursor.tokenSpan());
    return float64Of(token.text);
  }
  return parseInteger(cursor, token.text, integerRange(elementType));
}

/** Bits are accepted signed and unsigned; several elements below a byte share one. */
function integerRange(elementType: ElementType): { readonly low: number; readonly high: number } {
  const { bits, family } = elementTypes[elementType];
  const width = Math.max(bits, 8);
  if (family === "float" || bits < 8) return { low: -(2 ** (width - 1)), high: 2 ** width - 1 };
  if (elementType.startsWith("uint") || family === "bool") return { low: 0, high: 2 ** bits - 1 };
  return { low: -(2 ** (bits - 1)), high: 2 ** (bits - 1) - 1 };
}
