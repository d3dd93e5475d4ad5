import type { TargetAnalysis } from "../../analysis.js";
import { formatBytes, formatParameters } from "../../base/units.js";
import { costTable, errorSentence } from "../text/cost-table.js";
import { secondsWithInterval } from "../text/estimate-text.js";
import type { HoverText } from "../text/hover.js";
import { plain } from "../text/markdown.js";
import { summedWork } from "../text/summed-cost.js";
import { moveBack, moveSpan, oldNumbersText } from "../text/text-state.js";
import { bytesPerToken, tokenText } from "./cache-size.js";
import { whatItIs } from "./config-hints.js";
import { rateText, servedBatch, servedRate } from "./config-lens.js";
import type { ConfigFact } from "./config-lines.js";
import { type ConfigNumbers, type ConfigState, nodesOf } from "./config-state.js";

/** Over a field that sizes the model: what it decides on every chosen target. */
export function configHover({ numbers }: ConfigState, offset: number): HoverText | null {
  if (numbers === undefined) return null;
  const before = moveBack(numbers.edit, offset);
  const line = numbers.lines.find(
    ({ span }) => before !== undefined && span.start <= before && before <= span.end,
  );
  const span = line && moveSpan(numbers.edit, line.span);
  if (line === undefined || span === undefined || numbers.analysis.targets.length === 0)
    return null;
  const mark = numbers.edit === undefined ? [] : [`*${oldNumbersText}*`];
  const parts = [...mark, ...partsOf(numbers, line.fact)];
  return { span, markdown: parts.filter((part) => part !== "").join("\n\n") };
}

function partsOf(numbers: ConfigNumbers, fact: ConfigFact): readonly string[] {
  const { analysis } = numbers;
  if (fact === "layers")
    return [
      `**${plain(analysis.model.name)}**, writing one token`,
      stepTable(numbers),
      errorSentence(analysis),
    ];
  if (fact === "cache" || fact === "context") return ["**Keys and values**", cacheTable(numbers)];
  const nodeIds = nodesOf(analysis, fact);
  const { parameterCount } = summedWork(analysis, nodeIds);
  return [
    `**${whatItIs[fact] ?? ""}** · ${formatParameters(parameterCount)} params, of one step`,
    costTable(analysis, nodeIds),
    errorSentence(analysis),
  ];
}

function stepTable(numbers: ConfigNumbers): string {
  const rows = numbers.analysis.targets.map((target) => {
    const { generation, fits } = target;
    const { step, prompt } = generation ?? {};
    const rate = servedRate(numbers, target);
    return [
      target.target.label,
      step === undefined ? "?" : secondsWithInterval(step),
      fits === false ? "does not fit" : rate === undefined ? "no" : rateText(rate),
      prompt === undefined
        ? "?"
        : `${secondsWithInterval(prompt.latency)}, ${rateText(prompt.tokens / prompt.latency.value)}`,
      step?.method ?? "",
    ];
  });
  const tokens = numbers.analysis.targets[0]?.generation?.prompt?.tokens;
  return tableOf(
    [
      "target",
      "token",
      `batch ${servedBatch}`,
      `prompt${tokens === undefined ? "" : ` of ${tokens}`}`,
      "method",
    ],
    rows,
  );
}

/** How much of a context the target keeps, and how many of the longest texts beside the weights. */
function cacheTable({ analysis, suppose }: ConfigNumbers): string {
  const limit = analysis.model.generation?.contextLimit;
  const longest = limit === undefined ? undefined : suppose({ batch: 1, past: limit });
  const rows = analysis.targets.map((target, index) => {
    const perToken = bytesPerToken(target);
    const most = longest?.targets[index];
    return [
      target.target.label,
      perToken === undefined ? "?" : formatBytes(perToken),
      most?.generation === undefined ? "?" : formatBytes(most.generation.cacheBytes),
      textsBeside(most),
    ];
  });
  return tableOf(
    [
      "target",
      "a token",
      `a text of ${limit === undefined ? "?" : tokenText(limit)}`,
      "texts beside the weights",
    ],
    rows,
  );
}

function textsBeside(target: TargetAnalysis | undefined): string {
  const bytes = target?.generation?.cacheBytes;
  const capacity = target?.capacityBytes;
  if (target === undefined || bytes === undefined || capacity === undefined || bytes === 0)
    return "?";
  const left = capacity - target.weightBytes;
  return left < bytes ? "none" : String(Math.floor(left / bytes));
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "¦")).join(" | ")} |`;
  return [line(head), `|${" :-- |".repeat(head.length)}`, ...rows.map(line)].join("\n");
}
