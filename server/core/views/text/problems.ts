import type { Problem, Severity } from "../../base/problem.js";
import type { TextSpan } from "../../base/text-span.js";
import { lensAnchor } from "./lens-anchor.js";
import { statementOfNode } from "./text-index.js";
import { type TextState, moveSpan } from "./text-state.js";

export interface TextProblem {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span: TextSpan;
}

/** More than anyone reads; a generated text may have one on every line. */
const problemLimit = 1000;

/**
 * What is wrong with the text; while it cannot be read, that alone, for what was said of the nodes may be untrue by
 * now. A problem without a place in the text stands at the graph's name.
 */
export function problemsOf(state: TextState): readonly TextProblem[] {
  const found = new Map<string, TextProblem>();
  for (const problem of problemsInOrder(state)) {
    const { code, severity, message } = problem;
    const span = spanOf(state, problem);
    const key = `${code} ${span.start} ${span.end} ${message}`;
    if (!found.has(key)) found.set(key, { code, severity, message, span });
    if (found.size >= problemLimit) break;
  }
  return [...found.values()];
}

function problemsInOrder({ problems, numbers }: TextState): readonly Problem[] {
  if (numbers === undefined || numbers.edit !== undefined) return problems;
  const { analysis } = numbers;
  return [
    ...problems,
    ...analysis.problems,
    ...analysis.targets.flatMap((target) => target.problems),
  ];
}

function spanOf(state: TextState, problem: Problem): TextSpan {
  const { place, nodeId } = problem;
  if (place?.kind === "text") return inside(state.text, place.span);
  const { numbers } = state;
  const statement =
    nodeId === undefined || numbers === undefined
      ? undefined
      : statementOfNode(numbers.index, nodeId);
  const moved = statement && moveSpan(numbers?.edit, statement.map.operator);
  return inside(state.text, moved ?? lensAnchor(state.text));
}

function inside(text: string, { start, end }: TextSpan): TextSpan {
  const first = Math.max(0, Math.min(start, text.length));
  return { start: first, end: Math.max(first, Math.min(end, text.length)) };
}
