import type { Attribute, Weight } from "../graph/graph.js";
import { shapeText, typeText } from "../graph/value-type.js";

/** An attribute as one line of text, cut where nobody would read on; a body is named and counted, not printed. */
export function attributeText(attribute: Attribute): {
  readonly kind: string;
  readonly text: string;
} {
  const kind = attribute.kind;
  switch (attribute.kind) {
    case "int":
      return { kind, text: String(attribute.value) };
    case "float":
      return { kind, text: floatText(attribute.value) };
    case "string":
      return { kind, text: quoted(attribute.value) };
    case "ints":
      return { kind, text: listText(attribute.value, String) };
    case "floats":
      return { kind, text: listText(attribute.value, floatText) };
    case "strings":
      return { kind, text: listText(attribute.value, quoted) };
    case "tensor":
      return { kind, text: tensorText(attribute.value) };
    case "tensors":
      return { kind, text: listText(attribute.value, tensorText) };
    case "graph":
      return { kind, text: bodyText(attribute.value.name, attribute.value.nodes.length) };
    case "graphs":
      return {
        kind,
        text: listText(attribute.value, (body) => bodyText(body.name, body.nodes.length)),
      };
    case "type":
      return { kind, text: typeText(attribute.value) };
    case "types":
      return { kind, text: listText(attribute.value, typeText) };
    case "reference":
      return { kind, text: `@${attribute.value}` };
  }
}

const itemLimit = 32;
const characterLimit = 400;

function listText<T>(items: readonly T[], textOf: (item: T) => string): string {
  const shown = items.slice(0, itemLimit).map((item) => textOf(item));
  const rest = items.length - shown.length;
  return `[${shown.join(", ")}${rest > 0 ? `, … ${rest} more` : ""}]`;
}

function tensorText(weight: Weight): string {
  const type = `${weight.elementType}${shapeText(weight.shape)}`;
  if (weight.data === undefined) return type;
  const data = listText(weight.data.slice(0, itemLimit), (item) =>
    typeof item === "number" ? floatText(item) : quoted(item),
  );
  return `${type} ${weight.data.length > itemLimit ? `${data.slice(0, -1)}, …]` : data}`;
}

function bodyText(name: string, nodeCount: number): string {
  return `${name === "" ? "graph" : `graph ${quoted(name)}`} of ${nodeCount} ${nodeCount === 1 ? "node" : "nodes"}`;
}

function quoted(text: string): string {
  return text.length > characterLimit
    ? `${JSON.stringify(text.slice(0, characterLimit))}… (${text.length} characters)`
    : JSON.stringify(text);
}

/** A 32-bit float is stored: 0.1 should not read 0.10000000149011612. */
function floatText(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(8)));
}
