import { affineBlocks } from "./affine-blocks.js";
import type { BlockType } from "./block-type.js";
import { plainBlocks } from "./plain-blocks.js";
import { signedBlocks } from "./signed-blocks.js";
import { tableBlocks } from "./table-blocks.js";
import { ternaryBlocks } from "./ternary-blocks.js";

const all = [...plainBlocks, ...affineBlocks, ...signedBlocks, ...tableBlocks, ...ternaryBlocks];
const byId: ReadonlyMap<string, BlockType> = new Map(all.map((type) => [type.id, type]));

/** By ggml's name in lower case. The codebook types of up to three bits (IQ1 to IQ3) are not among them. */
export function findBlockType(id: string): BlockType | undefined {
  return byId.get(id);
}

/** What llama-quantize takes where rows are no multiple of 256 (llama-quant.cpp, tensor_type_fallback). */
const shorter: Readonly<Record<string, string>> = {
  q2_k: "iq4_nl",
  q3_k: "iq4_nl",
  iq4_xs: "iq4_nl",
  q4_k: "q5_0",
  q5_k: "q5_1",
  q6_k: "q8_0",
};

/** The type that rows of so many columns are really stored in; undefined where they stay in float16. */
export function typeOfRow(id: string, columns: number): BlockType | undefined {
  const wanted = byId.get(id);
  if (wanted === undefined || columns % wanted.elements === 0) return wanted;
  const other = byId.get(shorter[id] ?? "");
  return other !== undefined && columns % other.elements === 0 ? other : undefined;
}
