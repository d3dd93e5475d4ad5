/** What a person types to fix extents: `batch=8, sequence_length=128`. */
export type ParsedBinding =
  | {
      readonly kind: "binding";
      readonly batch: number | null;
      readonly dims: Readonly<Record<string, number>>;
    }
  | { readonly kind: "wrong"; readonly message: string };

export function parseBinding(text: string): ParsedBinding {
  let batch: number | null = null;
  const dims = new Map<string, number>();
  for (const part of text.split(",").map((piece) => piece.trim())) {
    if (part === "") continue;
    const equals = part.lastIndexOf("=");
    const name = part.slice(0, Math.max(equals, 0)).trim();
    const extent = Number(part.slice(equals + 1));
    if (name === "")
      return { kind: "wrong", message: `\`${part}\` needs a name, as in \`batch=8\`.` };
    if (!Number.isSafeInteger(extent) || extent < (name === "batch" ? 1 : 0))
      return {
        kind: "wrong",
        message: `\`${name}\` needs a whole number${name === "batch" ? " of 1 or more" : ""}.`,
      };
    if (name === "batch") batch = extent;
    else dims.set(name, extent);
  }
  return { kind: "binding", batch, dims: Object.fromEntries(dims) };
}
