import type { Problem } from "../../base/problem.js";
import { lineStartsOf, spanOfRange } from "../../base/line-starts.js";
import type { TextSpan } from "../../base/text-span.js";
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
  const { graph, trace } = main.analysis.model;
  const { mainFile = "", frames = [], modules = [], moduleOfNode = [] } = trace?.sources ?? {};
  const starts = lineStartsOf(numbers.text);
  const found = new Map<string, PlacedProblem>();
  for (const problem of quantizationProblems ?? []) {
    const { nodeId } = problem;
    if (nodeId === undefined) continue;
    const made = modules[moduleOfNode[nodeId] ?? -1]?.creationFrames ?? [];
    const place = graph.nodes[nodeId]?.place;
    const frame =
      made.map((frameId) => frames[frameId]).find((one) => one?.file === mainFile) ??
      (place?.kind === "source" && place.file === mainFile ? place : undefined);
    if (frame === undefined) continue;
    const key = `${problem.code} ${problem.format ?? ""} ${frame.line}`;
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

export function messageOf({ problem: { message }, count }: PlacedProblem): string {
  return count === 1 ? message : `${message} So do ${count - 1} more layers of this line.`;
}

/** The pin that has the plan take the better format for what the line makes. */
export function quantizationFixes(state: SourceState, line: number): readonly SourceFix[] {
  return quantizationProblemsOf(state).flatMap((found): readonly SourceFix[] => {
    const { code, format } = found.problem;
    if (found.line !== line || format === undefined || !isTaken(state, format)) return [];
    const { span, words } = pinSpan(state.text, line, "format");
    return [
      {
        title: pinTitle(format),
        code,
        edits: [{ span, text: `${words}format=${format === "" ? ownFormat : format}` }],
      },
    ];
  });
}

export function pinTitle(format: string): string {
  return format === ""
    ? "Leave this layer unquantized in the plan"
    : `Plan this layer in ${format}`;
}

function isTaken({ quantization }: SourceState, format: string): boolean {
  const way = quantization?.choices?.executability.get(format);
  return format === "" || way === undefined || way.kind !== "unsupported";
}
