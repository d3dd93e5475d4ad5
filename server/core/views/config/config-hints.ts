import type { TextSpan } from "../../base/text-span.js";
import { formatBytes, formatParameters, formatShare } from "../../base/units.js";
import { secondsText, secondsWithInterval } from "../text/estimate-text.js";
import type { Hint, HintKinds } from "../text/hints.js";
import { plain } from "../text/markdown.js";
import { summedCost, summedWork } from "../text/summed-cost.js";
import { moveSpan } from "../text/text-state.js";
import { bytesPerToken, cacheAtLimit, perTokenText, tokenText } from "./cache-size.js";
import type { ConfigFact } from "./config-lines.js";
import { type ConfigNumbers, type ConfigState, nodesOf } from "./config-state.js";

/** What each field that sizes the model decides, at the end of its line. */
export function configHints(
  { text, numbers }: ConfigState,
  span: TextSpan,
  kinds: HintKinds,
): readonly Hint[] {
  if (numbers === undefined) return [];
  const hints: Hint[] = [];
  for (const line of numbers.lines) {
    const now = moveSpan(numbers.edit, line.span);
    if (now === undefined || now.end < span.start || span.end < now.start) continue;
    const measure = measureOf(numbers, line.fact, kinds);
    if (measure === undefined) continue;
    const was = numbers.edit === undefined ? "" : "was ";
    hints.push({
      // Behind the comma, which belongs to the line.
      offset: text.charAt(now.end) === "," ? now.end + 1 : now.end,
      label: `${was}${measure.label}`.slice(0, labelLimit),
      tooltip: measure.tooltip,
    });
  }
  return hints;
}

const labelLimit = 20;

interface FieldMeasure {
  readonly label: string;
  readonly tooltip: string;
}

function measureOf(
  numbers: ConfigNumbers,
  fact: ConfigFact,
  kinds: HintKinds,
): FieldMeasure | undefined {
  switch (fact) {
    case "layers":
      return kinds.latency ? timeOfLayer(numbers) : undefined;
    case "attention":
    case "feedForward":
    case "vocabulary":
      return shareOfWeights(numbers, fact);
    case "cache": {
      const bytes = bytesPerToken(numbers.analysis.targets[0]);
      return bytes === undefined
        ? undefined
        : { label: perTokenText(bytes), tooltip: `${keptAs(numbers)} Of every text.` };
    }
    case "context": {
      const most = cacheAtLimit(numbers);
      return most === undefined
        ? undefined
        : {
            label: `${formatBytes(most.bytes)} KV at ${tokenText(most.tokens)}`,
            tooltip: `${keptAs(numbers)} One text of the longest context.`,
          };
    }
  }
}

function keptAs({ analysis }: ConfigNumbers): string {
  const target = analysis.targets[0]?.target;
  return `Keys and values as ${plain(target?.label ?? "the target")} keeps them.`;
}

/** `32 × 88 µs`: a step's time in the layers, by their number. */
function timeOfLayer(numbers: ConfigNumbers): FieldMeasure | undefined {
  const { analysis } = numbers;
  const [target] = analysis.targets;
  const count = analysis.model.generation?.layerCount ?? 0;
  const cost = summedCost(analysis, target, nodesOf(analysis, "layers"));
  if (cost.kind !== "time" || count === 0) return undefined;
  const { seconds, share } = cost;
  const each = {
    value: seconds.value / count,
    low: seconds.low / count,
    high: seconds.high / count,
  };
  return {
    label: `${count} × ${secondsText(each)}`,
    tooltip: `The layers of one step: ${secondsWithInterval(seconds)}${share === undefined ? "" : `, ${formatShare(share)} of it`}, ${seconds.method}.\n\n${plain(target?.target.label ?? "")}`,
  };
}

/** `70 % of weights`, with what it takes of a step's time behind it. */
function shareOfWeights(numbers: ConfigNumbers, fact: ConfigFact): FieldMeasure | undefined {
  const { analysis } = numbers;
  const nodeIds = nodesOf(analysis, fact);
  const { parameterCount } = summedWork(analysis, nodeIds);
  const whole = analysis.totals.parameterCount;
  if (parameterCount === 0 || whole === 0) return undefined;
  const [target] = analysis.targets;
  const cost = summedCost(analysis, target, nodeIds);
  const time =
    cost.kind === "time"
      ? [
          `${secondsWithInterval(cost.seconds)}${cost.share === undefined ? "" : `, ${formatShare(cost.share)}`} of a step on ${plain(target?.target.label ?? "")}.`,
        ]
      : [];
  return {
    label: `${formatShare(parameterCount / whole)} of weights`,
    tooltip: [
      `${whatItIs[fact] ?? ""}: ${formatParameters(parameterCount)} of ${formatParameters(whole)} params.`,
      ...time,
    ].join("\n\n"),
  };
}

export const whatItIs: Partial<Readonly<Record<ConfigFact, string>>> = {
  attention: "Attention",
  feedForward: "Feed-forward",
  vocabulary: "Embedding and output head",
};
