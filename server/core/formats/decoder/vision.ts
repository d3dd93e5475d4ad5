import type { ElementType } from "../../graph/element-type.js";
import type { Graph } from "../../graph/graph.js";
import type { ConfigFields } from "./config-fields.js";
import { GraphDraft } from "./graph-draft.js";

/** What makes tokens of an image in front of a language model: a vision transformer and a projector. */
export interface VisionDescription {
  /** Layers that are run: some models take what comes before the last. */
  readonly layerCount: number;
  readonly hidden: number;
  readonly inner: number;
  readonly heads: number;
  /** Pixels along a side of an image, and of a patch. */
  readonly imageSize: number;
  readonly patchSize: number;
  /** Patches along a side that become one token. */
  readonly merged: number;
}

/** Where an encoder takes images of any size, one of so many pixels a side. */
const usualSize = 448;

/** The `vision_config` of LLaVA, InternVL, Qwen2-VL and their like; undefined where it does not say enough. */
export function describeVision(whole: ConfigFields): VisionDescription | undefined {
  const fields = whole.below("vision_config");
  if (fields === undefined) return undefined;
  // Qwen2-VL calls the language model's width `hidden_size` here.
  const hidden = fields.count("embed_dim", "hidden_size");
  const layers = fields.count("num_hidden_layers", "depth");
  const heads = fields.count("num_attention_heads", "num_heads");
  const patchSize = fields.count("patch_size");
  if (hidden === undefined || layers === undefined || heads === undefined) return undefined;
  if (patchSize === undefined || layers > layerLimit || hidden % heads !== 0) return undefined;
  const merged =
    fields.count("spatial_merge_size") ?? (whole.value("downsample_ratio") === 0.5 ? 2 : 1);
  const side = patchSize * merged;
  const imageSize = whole.count("force_image_size") ?? fields.count("image_size") ?? usualSize;
  const from = whole.value("vision_feature_layer");
  const left = typeof from === "number" && from < -1 ? -1 - from : 0;
  return {
    layerCount: Math.max(1, layers - left),
    hidden,
    inner: fields.count("intermediate_size") ?? (fields.count("mlp_ratio") ?? 4) * hidden,
    heads,
    imageSize: Math.min(sizeLimit, Math.max(side, Math.floor(imageSize / side) * side)),
    patchSize,
    merged,
  };
}

const layerLimit = 500;
const sizeLimit = 1 << 13;

export function imageTokens({ imageSize, patchSize, merged }: VisionDescription): number {
  return (imageSize / patchSize / merged) ** 2;
}

/** One image through the encoder and the projector (Dosovitskiy et al. 2021, section 3.1; Liu et al. 2023, LLaVA-1.5, section 3). */
export function visionGraph(
  vision: VisionDescription,
  width: number,
  elementType: ElementType,
): Graph {
  const { layerCount, hidden, inner, heads, imageSize, patchSize, merged } = vision;
  const draft = new GraphDraft({ elementType, findWeight: () => undefined });
  const patches = (imageSize / patchSize) ** 2;
  const norm = (x: number, name: string): number =>
    draft.node("LayerNormalization", [
      x,
      draft.weight(`${name}.weight`, [hidden]),
      draft.weight(`${name}.bias`, [hidden]),
    ]);
  const linear = (x: number, name: string, from: number, to: number): number =>
    draft.node("Add", [
      draft.node(
        "MatMul",
        [x, draft.weight(`${name}.weight`, [from, to], { isTransposed: true })],
        { name },
      ),
      draft.weight(`${name}.bias`, [to]),
    ]);
  draft.scope = "vision";
  const image = draft.input("pixel_values", elementType, [1, 3, imageSize, imageSize]);
  const cut = draft.node(
    "Conv",
    [image, draft.weight("vision.patches.weight", [hidden, 3, patchSize, patchSize])],
    { name: "patches", lists: { strides: [patchSize, patchSize] } },
  );
  const rows = draft.node(
    "Transpose",
    [draft.node("Reshape", [cut, draft.whole(1, hidden, patches)])],
    {
      lists: { perm: [0, 2, 1] },
    },
  );
  let x = draft.node("Add", [rows, draft.weight("vision.positions.weight", [patches, hidden])]);
  for (let layer = 0; layer < layerCount; layer++) {
    draft.scope = `vision/layers/${layer}`;
    const at = `vision.layers.${layer}`;
    const normed = norm(x, `${at}.norm1`);
    const [query = 0, key = 0, value = 0] = ["query", "key", "value"].map((role) =>
      linear(normed, `${at}.${role}`, hidden, hidden),
    );
    const attended = draft.node("com.microsoft:MultiHeadAttention", [query, key, value], {
      name: "attention",
      attributes: { num_heads: heads },
    });
    x = draft.node("Add", [x, linear(attended, `${at}.output`, hidden, hidden)]);
    const wide = linear(norm(x, `${at}.norm2`), `${at}.up`, hidden, inner);
    const active = draft.node("Gelu", [wide], { name: "activation" });
    x = draft.node("Add", [x, linear(active, `${at}.down`, inner, hidden)]);
  }
  draft.scope = "projector";
  const tokens = imageTokens(vision);
  const gathered = hidden * merged * merged;
  const joined = draft.node("Reshape", [x, draft.whole(1, tokens, gathered)]);
  // Where patches are merged, the first of the two layers keeps their width.
  const middle = merged > 1 ? gathered : width;
  const first = draft.node("Gelu", [linear(joined, "projector.first", gathered, middle)]);
  return draft.finish("image", [linear(first, "projector.second", middle, width)]);
}
