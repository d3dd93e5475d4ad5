import { productOf } from "../base/product.js";
import { bytesOfElements } from "../graph/element-type.js";
import type { NodeContext } from "./rule.js";

/** Number of elements in a list or tensor attribute; 0 when it is not there. */
export function listSize(ctx: NodeContext, name: string): number {
  const attribute = ctx.attribute(name);
  switch (attribute?.kind) {
    case "ints":
    case "floats":
    case "strings":
      return attribute.value.length;
    case "tensor":
      return productOf(attribute.value.shape);
    default:
      return 0;
  }
}

/**
 * Bytes of the parameters that a classical model keeps in its attributes: 4 for a float, 8 for an integer, and tensors
 * as they are stored.
 */
export function mlAttributeBytes(ctx: NodeContext): number {
  let bytes = 0;
  for (const attribute of ctx.node.attributes.values()) {
    if (attribute.kind === "floats") bytes += bytesOfElements("float32", attribute.value.length);
    else if (attribute.kind === "ints") bytes += bytesOfElements("int64", attribute.value.length);
    else if (attribute.kind === "tensor") bytes += attribute.value.byteLength;
  }
  return bytes;
}
