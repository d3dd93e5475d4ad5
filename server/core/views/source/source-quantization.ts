import type { FormatAnswer, Problem } from "../../base/problem.js";
import { lineStartsOf, spanOfRange } from "../../base/line-starts.js";
import type { SourceRange, TextSpan } from "../../base/text-span.js";
import type { NodeId } from "../../graph/graph.js";
import type { SourceFix } from "./source-fixes.js";
import { pinSpan } from "./pin-span.js";
import { ownFormat } from "./quantization-pins.js";
import type { SourceState } from "./source-state.js";

/** A problem of quantization on the line that makes its layer, else on the one that calls it. */
interface PlacedProblem {
  readonly problem: Problem;
  readonly line: number;
  readonly span: TextSpan;
  /** Layers of the line that have it; the problem is of the first. */
  readonly count: number;
}

/** One for each kind and line: a line that makes twenty layers says it once. */
export function quantizationProblemsOf({
  numbers,
  quantizationProblems,
}: SourceState): readonly PlacedProblem[] {
  const [main] = numbers?.models ?? [];
  if (numbers === undefined || numbers.moved !== undefined || main === undefined) return [];
  const starts = lineStartsOf(numbers.text);
  const found = new Map<string, PlacedProblem>();
  for (const problem of quantizationProblems ?? []) {
    const { nodeId } = problem;
    if (nodeId === undefined) continue;
    const frame = frameOf({ numbers }, nodeId);
    if (frame === undefined) continue;
    const key = `${problem.code} ${problem.answer?.format ?? ""} ${frame.line}`;
    const before = found.get(key);
    found.set(
      key,
      before === undefined
        ? { problem, line: frame.line, span: spanOfRange(numbers.text, starts, frame), count: 1 }
        : { ...before, count: before.count + 1 },
    );
  }
  return [...found.values()];
}

/** Where the node's layer is made in the main file, else where it is called. */
function frameOf(
  { numbers }: Pick<SourceState, "numbers">,
  nodeId: NodeId,
): SourceRange | undefined {
  const model = numbers?.models[0]?.analysis.model;
  const {
    mainFile = "",
    frames = [],
    modules = [],
    moduleOfNode = [],
  } = model?.trace?.sources ?? {};
  const made = modules[moduleOfNode[nodeId] ?? -1]?.creationFrames ?? [];
  const place = model?.graph.nodes[nodeId]?.place;
  return (
    made.map((frameId) => frames[frameId]).find((one) => one?.file === mainFile) ??
    (place?.kind === "source" && place.file === mainFile ? place : undefined)
  );
}

export function messageOf({ problem: { message }, count }: PlacedProblem): string {
  return count === 1 ? message : `${message} So do ${count - 1} more layers of this line.`;
}

/** The pins that have the plan take the better format for what the line makes, or what surrounds it. */
export function quantizationFixes(state: SourceState, line: number): readonly SourceFix[] {
  return quantizationProblemsOf(state).flatMap((found): readonly SourceFix[] => {
    const { code, answer, nodeId } = found.problem;
    if (found.line !== line || answer === undefined) return [];
    const lines = new Set(answer.nodeIds.map((id) => frameOf(state, id)?.line));
    if (lines.has(undefined)) return [];
    const edits = [...lines].flatMap((at = 0) => {
      const { span, words } = pinSpan(state.text, at, "format");
      return { span, text: `${words}format=${answer.format === "" ? ownFormat : answer.format}` };
    });
    // Numbers are of one layer: a line that makes several changes all of them.
    const own = found.count === 1 ? answer : { ...answer, change: "" };
    return [{ title: pinTitle(own, nodeId), code, edits }];
  });
}

/** `Plan this layer in int4-g128: +18 dB, +1.2 KiB`; `nodeId` is what the problem speaks of. */
export function pinTitle({ nodeIds, format, change }: FormatAnswer, nodeId?: NodeId): string {
  const isOwn = nodeIds.length === 1 && nodeIds[0] === nodeId;
  const count = nodeIds.length;
  const what = isOwn
    ? "this layer"
    : count === 1
      ? "the layer beside this"
      : `the ${count} layers around this`;
  const title =
    format === "" ? `Leave ${what} unquantized in the plan` : `Plan ${what} in ${format}`;
  return change === "" ? title : `${title}: ${change}`;
}
