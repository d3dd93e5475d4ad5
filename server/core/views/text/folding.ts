import type { TextSpan } from "../../base/text-span.js";
import type { TextMap } from "../../formats/onnx-text/text-map.js";

export interface Fold {
  readonly span: TextSpan;
  readonly kind: "body" | "weights";
}

/** The model's header, bodies of graphs and functions, and lists of weights. */
export function foldsOf({ header, graphs }: TextMap): readonly Fold[] {
  const folds: Fold[] = header === undefined ? [] : [{ span: header, kind: "body" }];
  for (const { valueInfos, body } of graphs) {
    if (valueInfos !== undefined) folds.push({ span: valueInfos, kind: "weights" });
    if (body !== undefined) folds.push({ span: body, kind: "body" });
  }
  return folds;
}
