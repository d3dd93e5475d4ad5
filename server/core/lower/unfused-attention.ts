import type { NodeId } from "../graph/graph.js";
import { elementsOf } from "../work/value-bytes.js";
import { opOf, workOf, type Draft } from "./draft.js";
import type { TargetBytes } from "./target-bytes.js";

/** What one operator moves between the kernels that it is made of. */
export interface Between {
  readonly bytes: number;
  readonly count: number;
}

/**
 * Torch's fused attention takes tensors of four axes. With other ranks `scaled_dot_product_attention` is two products
 * with a softmax between them, and the scores go to memory and back each time (`check_tensor_shapes` in ATen's
 * transformers/sdp_utils_cpp.h; `_scaled_dot_product_attention_math`).
 */
export function unfusedAttention(draft: Draft, nodeId: NodeId, bytes: TargetBytes): Between {
  const isTorch = draft.layouts !== undefined;
  if (!isTorch || opOf(draft, nodeId) !== "torch:scaled_dot_product_attention") return none;
  const shape = workOf(draft, nodeId)?.kernel;
  const made = draft.flow.outputs[nodeId]?.[0] ?? -1;
  const elements = elementsOf(draft.flow.inferred.types[made]);
  if (shape?.kind !== "attention" || elements === undefined || elements === 0) return none;
  const { batch, queryHeads, queryLength, keyLength } = shape;
  const stored = (bytes.of(made) ?? 0) / elements;
  const width = upcastsAttention(draft.runtime.id) ? Math.max(stored, 4) : stored;
  // Written by the first product, read and written by mask and softmax, read by the second product.
  const isMasked = (draft.flow.inputs[nodeId]?.length ?? 0) > 3;
  const passes = isMasked ? 6 : 4;
  return {
    bytes: passes * batch * queryHeads * queryLength * keyLength * width,
    count: passes / 2,
  };
}

/** Since PyTorch 2.5 the parts compute in float32 whatever comes in (`allow_fp16_bf16_reduction_math_sdp`). */
export function upcastsAttention(runtimeId: string): boolean {
  const [, major = 0, minor = 0] = (/pytorch-(\d+)\.(\d+)/.exec(runtimeId) ?? []).map(Number);
  return major > 2 || (major === 2 && minor >= 5);
}

const none: Between = { bytes: 0, count: 0 };
