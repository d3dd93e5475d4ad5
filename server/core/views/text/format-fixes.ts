import { statementAt } from "./text-index.js";
import { type TextState, moveBack } from "./text-state.js";

/** A format for one layer that a plan file may fix. */
export interface FormatFix {
  readonly code: string;
  readonly layer: string;
  /** Scheme id; "" is the target's own precision. */
  readonly format: string;
}

/** What answers the quantization problems of the statement at the offset, where the target takes it. */
export function formatFixes({ numbers }: TextState, offset: number): readonly FormatFix[] {
  const before = numbers && moveBack(numbers.edit, offset);
  if (numbers === undefined || before === undefined) return [];
  const { analysis, index } = numbers;
  const nodeIds = statementAt(index, before)?.nodeIds ?? [];
  const ways = analysis.quantization?.choices?.executability;
  const seen = new Set<string>();
  return analysis.problems.flatMap(({ code, nodeId = -1, format }): readonly FormatFix[] => {
    const layer = analysis.model.graph.nodes[nodeId]?.name ?? "";
    const key = `${code} ${nodeId} ${format ?? ""}`;
    if (format === undefined || layer === "" || !nodeIds.includes(nodeId) || seen.has(key))
      return [];
    seen.add(key);
    return format !== "" && ways?.get(format)?.kind === "unsupported"
      ? []
      : [{ code, layer, format }];
  });
}
