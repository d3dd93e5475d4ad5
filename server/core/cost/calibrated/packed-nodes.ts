/**
 * Nodes of trees as text: two characters of base 64 for each, most significant first, so 12 bits, or three and 18 where a
 * forest needs more. The first bit is set for a leaf, and the rest is its multiple plus half their range; else it is the
 * feature (5 bits, or 6) and the index of its cut.
 */
export type TreeNode =
  | { readonly kind: "split"; readonly feature: number; readonly cut: number }
  | { readonly kind: "leaf"; readonly multiple: number };

/** Characters for each node. */
export type NodeWidth = 2 | 3;

/** The narrowest width that holds all nodes. */
export function widthOf(nodes: readonly TreeNode[]): NodeWidth {
  const fits = nodes.every((node) =>
    node.kind === "leaf" ? Math.abs(node.multiple) < 1024 : node.feature < 32 && node.cut < 64,
  );
  return fits ? 2 : 3;
}

export function packNode(node: TreeNode, width: NodeWidth): string {
  const { leafBit, cutBits } = layouts[width];
  const half = leafBit / 2;
  const code =
    node.kind === "leaf"
      ? leafBit | (Math.min(Math.max(node.multiple, -half), half - 1) + half)
      : (node.feature << cutBits) | node.cut;
  let text = "";
  for (let shift = 6 * (width - 1); shift >= 0; shift -= 6)
    text += digits[(code >> shift) & 63] ?? "";
  return text;
}

/** Negative for what is no digit. */
export function digitOf(text: string, place: number): number {
  const code = text.charCodeAt(place);
  return code < 128 ? (valueOf[code] as number) : -1;
}

export const layouts = {
  2: { leafBit: 1 << 11, cutBits: 6 },
  3: { leafBit: 1 << 17, cutBits: 11 },
} as const;
const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** By character code; -1 for a character that is no digit. */
const valueOf = Int8Array.from({ length: 128 }, (_, code) =>
  digits.indexOf(String.fromCharCode(code)),
);
