import type { TextSpan } from "../../base/text-span.js";
import type { TextMap } from "../../formats/onnx-text/text-map.js";
import { definition, identifierAt, occurrences } from "../../formats/onnx-text/text-queries.js";

/** One place where a tensor's name stands. */
export interface Mention {
  readonly span: TextSpan;
  /** It is made here: a node's output, an input, a weight. */
  readonly isDefinition: boolean;
}

/** All places of the tensor whose name stands at the offset, in the order of the text. */
export function mentionsAt(map: TextMap, offset: number): readonly Mention[] {
  const here = identifierAt(map, offset);
  if (here === undefined) return [];
  const { graphIndex, found } = here;
  const made = definition(map, graphIndex, found.valueId);
  return occurrences(map, graphIndex, found.valueId).map(({ span }) => ({
    span,
    isDefinition: span.start === made?.span.start && span.end === made.span.end,
  }));
}
