import { convolutions } from "./map-convolution.js";
import { elementwise } from "./map-elementwise.js";
import { normalizations } from "./map-normalization.js";
import { poolings } from "./map-pooling.js";
import { products } from "./map-products.js";
import { reductions } from "./map-reductions.js";
import { shapes } from "./map-shapes.js";
import { type CallView, type MappedCall, type OperatorMap, plainAttributes } from "./operator.js";

/** The canonical operator of a call; torch's own name in the domain `torch` where ONNX has no counterpart. */
export function mapCall(call: CallView): MappedCall {
  const mapped = maps.get(call.op)?.(call);
  if (mapped === undefined)
    return {
      op: call.op,
      domain: "torch",
      inputs: call.inputs,
      attributes: plainAttributes(call),
    };
  if (mapped.domain === "" || mapped.attributes.size > 0) return mapped;
  return { ...mapped, attributes: plainAttributes(call) };
}

const maps: ReadonlyMap<string, OperatorMap> = new Map(
  [convolutions, products, normalizations, poolings, elementwise, shapes, reductions].flatMap(
    (table) => Object.entries(table),
  ),
);
