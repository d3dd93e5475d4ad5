import { symbol, type Dim } from "../../graph/dim.js";
import type { ValueId } from "../../graph/graph.js";
import type { DecoderDescription } from "./description.js";
import type { GraphDraft } from "./graph-draft.js";
import type { WeightNames } from "./weight-names.js";

/** What every part of a decoder is built with. */
export interface Builder {
  readonly draft: GraphDraft;
  readonly description: DecoderDescription;
  readonly names: WeightNames;
  /** Latent attention multiplies its keys out. */
  readonly isExpanded: boolean;
}

export const batch = symbol("batch");
export const sequence = symbol("sequence");
export const past = symbol("past");

export interface LinearLayer {
  readonly name: string;
  readonly role: string;
  readonly from: number;
  readonly to: number;
  readonly hasBias: boolean;
}

export function linear({ draft }: Builder, x: ValueId, layer: LinearLayer): ValueId {
  // Files keep it as PyTorch does, a row for each output.
  const weight = draft.weight(layer.name, [layer.from, layer.to], { isTransposed: true });
  const product = draft.node("MatMul", [x, weight], { name: layer.role });
  if (!layer.hasBias) return product;
  const bias = draft.weight(layer.name.replace(/weight$/, "bias"), [layer.to]);
  return draft.node("Add", [product, bias], { name: `${layer.role}_bias` });
}

/** The sum of what each device has computed, on all of them. */
export function reduced({ draft, description: { devices = 1 } }: Builder, x: ValueId): ValueId {
  if (devices === 1) return x;
  return draft.node("com.microsoft:AllReduce", [x], {
    name: "all_reduce",
    attributes: { group_size: devices },
  });
}

export function norm(
  { draft, description }: Builder,
  x: ValueId,
  name: string,
  size: Dim,
  role: string,
): ValueId {
  const scale = draft.weight(name, [Number(size)]);
  if (description.norm === "rms") return draft.node("RMSNormalization", [x, scale], { name: role });
  const bias = draft.weight(name.replace(/weight$/, "bias"), [Number(size)]);
  return draft.node("LayerNormalization", [x, scale, bias], { name: role });
}
