import type { Binding } from "../../server/protocol/binding.js";

/** What a person types to fix what a model leaves open: `batch=8, sequence_length=128`. */
export type ParsedBinding =
  | { readonly kind: "binding"; readonly binding: Binding }
  | { readonly kind: "wrong"; readonly message: string };

export function parseBinding(text: string): ParsedBinding {
  const counts: { batch: number | null; devices: number | null } = { batch: null, devices: null };
  const dims = new Map<string, number>();
  for (const part of text.split(",").map((piece) => piece.trim())) {
    if (part === "") continue;
    const equals = part.lastIndexOf("=");
    const name = part.slice(0, Math.max(equals, 0)).trim();
    const extent = Number(part.slice(equals + 1));
    if (name === "")
      return { kind: "wrong", message: `\`${part}\` needs a name, as in \`batch=8\`.` };
    const isCount = name === "batch" || name === "devices";
    if (!Number.isSafeInteger(extent) || extent < (isCount ? 1 : 0))
      return {
        kind: "wrong",
        message: `\`${name}\` needs a whole number${isCount ? " of 1 or more" : ""}.`,
      };
    if (isCount) counts[name] = extent;
    else dims.set(name, extent);
  }
  return { kind: "binding", binding: { ...counts, dims: Object.fromEntries(dims) } };
}
