import type { TextSpan } from "../../base/text-span.js";
import type { TextIndex } from "./text-index.js";

export interface Fold {
  readonly span: TextSpan;
  readonly kind: "body" | "weights" | "comment";
}

/** Bodies of graphs and functions, and lists of weights. */
export function foldsOf({ scopes }: TextIndex): readonly Fold[] {
  return scopes.flatMap((scope) => [
    ...(scope.weightList === undefined
      ? []
      : [{ span: scope.weightList, kind: "weights" as const }]),
    ...(scope.body === undefined ? [] : [{ span: scope.body, kind: "body" as const }]),
  ]);
}
