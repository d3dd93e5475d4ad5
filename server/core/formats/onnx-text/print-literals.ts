import { productOf } from "../../base/product.js";
import type { ElementType } from "../../graph/element-type.js";
import { bytesOfElements, elementTypes } from "../../graph/element-type.js";
import type { Scalar, Weight } from "../../graph/graph.js";
import type { Shape, ValueType } from "../../graph/value-type.js";
import { isIdentifier } from "./characters.js";
import { encodeSmallFloat, isSmallFloat } from "./encode-small-float.js";
import { encodingKey, sparseCountKey } from "./external-data.js";
import { elementTypeWord, isTypeWord } from "./type-syntax.js";

/** Names, numbers, types and constants as ONNX text. */

/** Longer texts (an engine's blob, a tokenizer) are cut; nobody reads them. */
const textLimit = 65_536;

/** Constants that also lie in a file are written out up to this many elements. */
const inlineLimit = 64;

export function quoted(text: string): string {
  const shown = text.length <= textLimit ? text : `${text.slice(0, textLimit)}…`;
  return `"${shown.replace(/[\\"]/g, "\\$&")}"`;
}

export function nameText(name: string): string {
  return isIdentifier(name) ? name : quoted(name);
}

/** A name where a type could stand as well. */
export function untypedNameText(name: string): string {
  return isTypeWord(name) || name === "undefined" ? quoted(name) : nameText(name);
}

/** Domains are identifiers between dots; what is none of these only this project reads back. */
export function domainText(domain: string): string {
  return domain.split(".").every(isIdentifier) ? domain : quoted(domain);
}

/** Whole numbers in full, and within the range of their type: 2^63 - 1 is 2^63 once it is a JavaScript number. */
export function integerText(value: number, type: "int64" | "uint64" = "int64"): string {
  if (Number.isSafeInteger(value)) return String(value === 0 ? 0 : value);
  if (Number.isNaN(value)) return "0";
  const [low, high] = type === "int64" ? int64Range : uint64Range;
  if (value >= Number(high)) return String(high);
  if (value <= Number(low)) return String(low);
  return String(BigInt(Math.trunc(value)));
}

const int64Range = [-(2n ** 63n), 2n ** 63n - 1n] as const;
const uint64Range = [0n, 2n ** 64n - 1n] as const;

/** The fewest digits that read back as the same number; those of a 32-bit float when it is one. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0";
  const text = String(value);
  if (text.length <= 8 || Math.fround(value) !== value) return text;
  // Subnormal ones have less than six.
  const fewest = Math.abs(value) < 2 ** -126 ? 1 : 6;
  for (let digits = fewest; digits <= 9; digits += 1) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return String(shorter);
  }
  return text;
}

/** With a point or an exponent, without which it would read back as a whole number. */
export function floatAttributeText(value: number): string {
  const text = floatText(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** Undefined where the type or a part of it is not known and the syntax has no word for that. */
export function typeWords(type: ValueType | undefined): string | undefined {
  switch (type?.kind) {
    case undefined:
      return undefined;
    case "tensor":
      return type.elementType && `${elementTypeWord(type.elementType)}${extents(type.shape)}`;
    case "sparse":
      return (
        type.elementType &&
        `sparse_tensor(${elementTypeWord(type.elementType)}${extents(type.shape)})`
      );
    case "sequence":
      return `seq(${innerTypeWords(type.element)})`;
    case "optional":
      return `optional(${innerTypeWords(type.element)})`;
    case "map":
      return type.key && `map(${elementTypeWord(type.key)}, ${innerTypeWords(type.value)})`;
  }
}

/** An opaque type says nothing, and is valid anywhere. */
export function innerTypeWords(type: ValueType | undefined): string {
  return typeWords(type) ?? "opaque()";
}

/** Nothing for a scalar, `[]` for an unknown rank. */
function extents(shape: Shape | undefined): string {
  if (shape === undefined) return "[]";
  if (shape.length === 0) return "";
  const dims = shape.map((dim) => {
    if (typeof dim === "number") return integerText(dim);
    return dim.text === "" || dim.text.includes("?") ? "?" : nameText(dim.text);
  });
  return `[${dims.join(",")}]`;
}

/** `float[2] name = {1,2}`; weights that are not small are a reference into the file they lie in. */
export function weightText(weight: Weight, name: string, fileName: string): string {
  const type = `${elementTypeWord(weight.elementType)}${extents(weight.shape)}`;
  const named = name === "" ? type : `${type} ${name} =`;
  const { data, location, sparseCount } = weight;
  const count = productOf(weight.shape);
  const isInline =
    data !== undefined &&
    sparseCount === undefined &&
    data.length === count &&
    (location === undefined || count <= inlineLimit);
  if (isInline) return `${named} {${elementTexts(weight.elementType, data).join(", ")}}`;
  const entries = [
    `"location": ${quoted(location === undefined ? "" : (location.file ?? fileName))}`,
  ];
  if (location !== undefined)
    entries.push(`"offset": "${location.offset}"`, `"length": "${location.length}"`);
  else if (sparseCount !== undefined) entries.push(`"length": "${weight.byteLength}"`);
  if (location?.encoding !== undefined) entries.push(`"${encodingKey}": "${location.encoding}"`);
  if (sparseCount !== undefined) entries.push(`"${sparseCountKey}": "${sparseCount}"`);
  return `${name === "" ? `${type} =` : named} [${entries.join(", ")}]`;
}

/** Narrow floats as their bits; elements below a byte packed into bytes, the first in the lowest bits. */
function elementTexts(type: ElementType, data: readonly Scalar[]): readonly string[] {
  if (type === "string") return data.map((element) => quoted(String(element)));
  const numbers = data.map(Number);
  if (type === "float32" || type === "float64") return numbers.map(floatText);
  const { bits } = elementTypes[type];
  const patterns = isSmallFloat(type)
    ? numbers.map((element) => encodeSmallFloat(type, element))
    : numbers;
  if (bits >= 8)
    return patterns.map((element) => integerText(element, type === "uint64" ? "uint64" : "int64"));
  const bytes = new Uint8Array(bytesOfElements(type, data.length));
  const perByte = 8 / bits;
  patterns.forEach((element, index) => {
    const byteIndex = Math.floor(index / perByte);
    const shifted = (element & (2 ** bits - 1)) << ((index % perByte) * bits);
    bytes[byteIndex] = (bytes[byteIndex] ?? 0) | shifted;
  });
  return Array.from(bytes, String);
}
