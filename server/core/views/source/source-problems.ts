import { fileNameOf } from "../../base/file-name.js";
import type { Problem } from "../../base/problem.js";
import type { SourceRange, TextSpan } from "../../base/text-span.js";
import type { ProgramProblem } from "../../formats/torch-trace.js";
import type { TextProblem } from "../text/problems.js";
import { lineStartsOf, spanOfRange } from "../../base/line-starts.js";
import { misalignedSites } from "./misaligned.js";
import { sourceAnchors } from "./source-syntax.js";
import { messageOf, quantizationProblemsOf } from "./source-quantization.js";
import type { AnalysedModel, SourceState } from "./source-state.js";
import { unsupportedCalls } from "./unsupported.js";

/** More than anyone reads. */
const problemLimit = 500;

/**
 * What is wrong, each on the line that causes it. While the numbers are old, only what the last run has said: what
 * was found of the layers may be untrue by now.
 */
export function sourceProblems(state: SourceState): readonly TextProblem[] {
  const { program, stop, numbers, choiceProblems } = state;
  const hasModel = (program?.models.length ?? 0) > 0;
  const found: Placed[] = [
    ...(stop === undefined ? [] : [placed(state, stop, [])]),
    ...(program?.problems ?? [])
      .filter(({ code }) => code !== noModelCode)
      .map((problem) => placed(state, problem, problem.related)),
    ...(program?.models ?? []).flatMap(({ problems }) =>
      problems.map((problem) => placed(state, problem, problem.related)),
    ),
    ...(hasModel ? choiceProblems.map((problem) => placed(state, problem, [])) : []),
    ...(numbers === undefined || numbers.moved !== undefined
      ? []
      : [
          ...numbers.models.slice(0, 1).flatMap((model) => problemsOfModel(state, model)),
          ...misalignedSites(numbers.index).map(({ site, message }): Placed => {
            return { code: "RP2104", severity: "information", message, span: site.span };
          }),
          ...quantizationProblemsOf(state).map((found): Placed => {
            const { code, severity } = found.problem;
            return { code, severity, message: messageOf(found), span: found.span };
          }),
          ...(state.quantizationProblems ?? [])
            .filter(({ nodeId }) => nodeId === undefined)
            .map((problem) => placed(state, problem, [])),
        ]),
  ];
  const unique = new Map<string, TextProblem>();
  for (const problem of found) {
    if (problem === undefined) continue;
    const { code, message, span } = problem;
    const key = `${code} ${span.start} ${span.end} ${message}`;
    if (!unique.has(key)) unique.set(key, problem);
    if (unique.size >= problemLimit) break;
  }
  return [...unique.values()];
}

/** That a file holds no model is no mistake of its author. */
const noModelCode = "RP1505";

type Placed = TextProblem | undefined;

function problemsOfModel(state: SourceState, model: AnalysedModel): readonly Placed[] {
  const { analysis } = model;
  // What a target does not run is told of the whole model elsewhere, and here of each line.
  const ofTargets = analysis.targets.flatMap(({ problems }) =>
    problems.filter(({ code }) => code !== "RP1203"),
  );
  const problems = [...analysis.problems, ...ofTargets, ...unsupportedCalls(model)];
  return problems.map((problem) => {
    const node =
      problem.nodeId === undefined ? undefined : analysis.model.graph.nodes[problem.nodeId];
    return placed(
      state,
      {
        ...problem,
        ...(problem.place === undefined && node?.place !== undefined && { place: node.place }),
      },
      [],
    );
  });
}

function placed(
  state: SourceState,
  problem: Problem,
  related: ProgramProblem["related"],
): TextProblem {
  const { code, severity, message } = problem;
  const { text, file } = state;
  const starts = lineStartsOf(text);
  const own = problem.place?.kind === "source" ? problem.place : undefined;
  const chain: readonly SourceRange[] = [
    ...(own === undefined ? [] : [own]),
    ...related.map(({ source }) => source),
  ];
  const here = chain.find((range) => range.file === file);
  const isElsewhere = own !== undefined && own.file !== file;
  const where = isElsewhere ? ` (${fileNameOf(own.file)}, line ${own.line + 1})` : "";
  return {
    code,
    severity,
    message: `${message}${where}`,
    span: here === undefined ? anchorSpan(text) : spanOfRange(text, starts, here),
  };
}

/** What has no place in the file stands at its first model, else at its first line. */
function anchorSpan(text: string): TextSpan {
  return sourceAnchors(text)[0]?.span ?? { start: 0, end: text.search(/[\r\n]|$/) };
}
