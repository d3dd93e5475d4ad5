import type { Analysis } from "../../analysis.js";
import type { TextSpan } from "../../base/text-span.js";
import { formatBytes, formatShare } from "../../base/units.js";
import { dimText } from "../../graph/dim.js";
import { typeText } from "../../graph/value-type.js";
import { secondsText, secondsWithInterval } from "./estimate-text.js";
import { plain } from "./markdown.js";
import { quantizationMeasure } from "./quantization-text.js";
import { summedCost } from "./summed-cost.js";
import { type Statement, statementsIn } from "./text-index.js";
import { outputTypeOf } from "./value-of.js";
import { type TextState, moveBack, moveSpan, oldNumbersText } from "./text-state.js";

/** What stands at the end of a node's line. */
export interface Hint {
  readonly offset: number;
  /** It stands before the text at its offset, not behind. */
  readonly isBefore?: true;
  /** At most 20 characters. */
  readonly label: string;
  /** Markdown. */
  readonly tooltip: string;
}

export interface HintKinds {
  readonly latency: boolean;
  readonly shape: boolean;
  readonly memory: boolean;
  /** Where the analysis has it. */
  readonly quantization?: boolean;
}

/** Editors give a line's hints 43 characters, for all providers together. */
const labelLimit = 20;

/**
 * One hint a node: the first measure that is switched on (latency, shape, weights) and one more at most, which for
 * latency alone is its share.
 */
export function hintsOf(state: TextState, span: TextSpan, kinds: HintKinds): readonly Hint[] {
  const { numbers } = state;
  if (numbers === undefined) return [];
  const { analysis, index, edit } = numbers;
  const asked = {
    start: moveBack(edit, span.start) ?? edit?.start ?? 0,
    end: moveBack(edit, span.end) ?? edit?.oldEnd ?? 0,
  };
  const hints: Hint[] = [];
  for (const statement of statementsIn(index, asked)) {
    const now = moveSpan(edit, statement.map.statement);
    if (now === undefined || statement.nodeIds.length === 0) continue;
    const measures = measuresOf(analysis, statement, kinds);
    if (measures.length === 0) continue;
    const isOld = edit !== undefined;
    hints.push({
      ...hintPlace(state.text, now),
      label: labelOf(measures, isOld),
      tooltip: [
        ...(isOld ? [oldNumbersText] : []),
        ...measures.map((measure) => measure.tooltip),
        ...(statement.nodeIds.length > 1 ? [sumText(statement)] : []),
      ].join("\n\n"),
    });
  }
  return hints;
}

export interface Measure {
  readonly text: string;
  /** As the second measure of a hint that has no room for `text`. */
  readonly short?: string;
  /** Shown where there is room and nothing else is asked for. */
  readonly more?: string;
  readonly tooltip: string;
}

function measuresOf(
  analysis: Analysis,
  statement: Statement,
  kinds: HintKinds,
): readonly Measure[] {
  return [
    ...(kinds.latency ? latencyMeasure(analysis, statement) : []),
    ...(kinds.shape ? shapeMeasure(analysis, statement) : []),
    ...(kinds.memory ? weightMeasure(analysis, statement) : []),
    ...(kinds.quantization === true && analysis.quantization !== undefined
      ? quantizationMeasure(analysis.quantization, statement.nodeIds)
      : []),
  ];
}

function latencyMeasure(analysis: Analysis, { nodeIds }: Statement): readonly Measure[] {
  const target = analysis.targets[0];
  const cost = summedCost(analysis, target, nodeIds);
  const unknown = (reason: string): readonly Measure[] => [
    { text: "?", tooltip: `Not known: ${plain(reason)}` },
  ];
  switch (cost.kind) {
    case "unknown":
      return unknown(cost.reason);
    case "none":
      // That a view takes nothing is no news; that a kernel swallowed the node explains its missing number.
      return cost.word === "fused" ? [{ text: "fused", tooltip: plain(cost.reason) }] : [];
    case "time": {
      // A sum without one of its parts is no number for a line.
      if (cost.unknownCount > 0) return unknown(cost.unknownReason);
      const share = cost.share === undefined ? undefined : formatShare(cost.share);
      const lines = [
        `${secondsWithInterval(cost.seconds)} · ${cost.bound} · ${cost.seconds.method}`,
        plain(target?.target.label ?? ""),
      ];
      return [
        {
          text: secondsText(cost.seconds),
          ...(share !== undefined && { more: share }),
          tooltip: lines.join("\n\n"),
        },
      ];
    }
  }
}

function shapeMeasure(analysis: Analysis, statement: Statement): readonly Measure[] {
  const type = outputTypeOf(analysis, statement, 0);
  if (type === undefined) return [{ text: "?", tooltip: "The shape is not known." }];
  if (type.kind !== "tensor" || type.shape === undefined)
    return [{ text: typeText(type), tooltip: plain(typeText(type)) }];
  const text = type.shape.length === 0 ? "scalar" : type.shape.map(dimText).join("×");
  return [{ text, tooltip: plain(typeText(type)) }];
}

function weightMeasure(analysis: Analysis, { nodeIds }: Statement): readonly Measure[] {
  const bytes = nodeIds.reduce((sum, id) => sum + (analysis.layers[id]?.weightBytes ?? 0), 0);
  if (bytes === 0) return [];
  const text = formatBytes(bytes);
  return [{ text, tooltip: `${text} of weights` }];
}

/** At most 20 characters, whatever the measures say. */
export function labelOf(measures: readonly Measure[], isOld: boolean): string {
  const [first, second] = measures;
  const was = isOld ? "was " : "";
  const head = `${was}${first?.text ?? ""}`;
  for (const rest of second === undefined ? [first?.more] : [second.text, second.short]) {
    const whole = `${head} · ${rest}`;
    if (rest !== undefined && whole.length <= labelLimit) return whole;
  }
  return head.length <= labelLimit ? head : `${head.slice(0, labelLimit - 1)}…`;
}

function sumText({ graph, nodeIds }: Statement): string {
  const what = graph.kind === "function" ? "calls" : "nodes of the function that it calls";
  return `Sum of ${nodeIds.length} ${what}.`;
}

/**
 * After the statement, or at the end of its first line when it has several; in front of one whose end is out of sight,
 * since converters leave names of hundreds of letters.
 */
function hintPlace(text: string, span: TextSpan): Pick<Hint, "offset" | "isBefore"> {
  const lineStart = text.lastIndexOf("\n", span.start - 1) + 1;
  const newline = text.indexOf("\n", span.start);
  const lineEnd = newline > 0 && text.charAt(newline - 1) === "\r" ? newline - 1 : newline;
  const end = newline < 0 ? span.end : Math.min(span.end, lineEnd);
  return end - lineStart > columnsInSight
    ? { offset: span.start, isBefore: true }
    : { offset: end };
}

/** About what a wide editor shows of a line. */
const columnsInSight = 160;
