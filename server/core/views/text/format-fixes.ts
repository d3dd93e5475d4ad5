import { pinTitle } from "../source/source-quantization.js";
import { statementAt } from "./text-index.js";
import { type TextState, moveBack } from "./text-state.js";

/** A format for some layers that a plan file may fix. */
export interface FormatFix {
  readonly code: string;
  readonly title: string;
  readonly layers: readonly string[];
  /** Scheme id; "" is the target's own precision. */
  readonly format: string;
}

/** What answers the quantization problems of the statement at the offset, where the target takes it. */
export function formatFixes({ numbers }: TextState, offset: number): readonly FormatFix[] {
  const before = numbers && moveBack(numbers.edit, offset);
  if (numbers === undefined || before === undefined) return [];
  const { analysis, index } = numbers;
  const nodeIds = statementAt(index, before)?.nodeIds ?? [];
  const seen = new Set<string>();
  return analysis.problems.flatMap(({ code, nodeId = -1, answer }): readonly FormatFix[] => {
    if (answer === undefined || !nodeIds.includes(nodeId)) return [];
    const { format } = answer;
    const layers = answer.nodeIds.map((id) => analysis.model.graph.nodes[id]?.name ?? "");
    const key = `${code} ${format} ${layers.join(" ")}`;
    if (layers.includes("") || seen.has(key)) return [];
    seen.add(key);
    return [{ code, title: pinTitle(answer, nodeId), layers, format }];
  });
}
