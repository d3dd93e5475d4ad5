import type { NodeId } from "../graph/graph.js";
import type { Target } from "../targets/target.js";
import { elementsOf } from "../work/value-bytes.js";
import { opOf, workOf, type Draft } from "./draft.js";
import type { TargetBytes } from "./target-bytes.js";

/** What one operator moves between the kernels that it is made of. */
export interface Between {
  readonly bytes: number;
  readonly count: number;
  /** The parts are the kernels that a model's own products and softmax would be, in the width of its tensors. */
  readonly isPlain: boolean;
}

/**
 * Torch's fused attention takes tensors of four axes. With other ranks `scaled_dot_product_attention` is two products
 * with a softmax between them, and the scores go to memory and back each time (`check_tensor_shapes` in ATen's
 * transformers/sdp_utils_cpp.h; `_scaled_dot_product_attention_math`). Before PyTorch 2.0 nothing was fused, so that all
 * ranks are alike; on a CPU the scores stay in the cache.
 */
export function unfusedAttention(
  draft: Draft,
  nodeId: NodeId,
  bytes: TargetBytes,
  { chip, runtime }: Target,
): Between {
  const isTorch = draft.layouts !== undefined;
  if (!isTorch || opOf(draft, nodeId) !== "torch:scaled_dot_product_attention") return none;
  if (chip.kind === "cpu" || !fusesAttention(runtime.id)) return none;
  const shape = workOf(draft, nodeId)?.kernel;
  const made = draft.flow.outputs[nodeId]?.[0] ?? -1;
  const elements = elementsOf(draft.flow.inferred.types[made]);
  if (shape?.kind !== "attention" || elements === undefined || elements === 0) return none;
  const { batch, queryHeads, queryLength, keyLength } = shape;
  const stored = (bytes.of(made) ?? 0) / elements;
  const isUpcast = upcastsAttention(runtime.id);
  const width = isUpcast ? Math.max(stored, 4) : stored;
  // Written by the first product, read and written by mask and softmax, read by the second product.
  const isMasked = (draft.flow.inputs[nodeId]?.length ?? 0) > 3;
  const passes = isMasked ? 6 : 4;
  return {
    bytes: passes * batch * queryHeads * queryLength * keyLength * width,
    count: passes / 2,
    isPlain: !isUpcast,
  };
}

/** Since PyTorch 2.5 the parts compute in float32 whatever comes in (`allow_fp16_bf16_reduction_math_sdp`). */
export function upcastsAttention(runtimeId: string): boolean {
  return isSince(runtimeId, 2, 5) && versionOf(runtimeId) !== undefined;
}

export function fusesAttention(runtimeId: string): boolean {
  return isSince(runtimeId, 2, 0);
}

/** A runtime without a version counts as a new one. */
function isSince(runtimeId: string, major: number, minor: number): boolean {
  const version = versionOf(runtimeId);
  if (version === undefined) return true;
  return version.major > major || (version.major === major && version.minor >= minor);
}

function versionOf(
  runtimeId: string,
): { readonly major: number; readonly minor: number } | undefined {
  const found = /pytorch-(\d+)\.(\d+)/.exec(runtimeId);
  return found === null ? undefined : { major: Number(found[1]), minor: Number(found[2]) };
}

const none: Between = { bytes: 0, count: 0, isPlain: false };
