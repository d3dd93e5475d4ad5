import type { FormatAnswer, Problem } from "../base/problem.js";
import { formatNumber } from "../base/units.js";
import type { Graph } from "../graph/graph.js";
import { type QuantizationFacts, riskClass, riskShare } from "./facts.js";
import { floatIslands } from "./float-islands.js";
import { formatAnswer } from "./format-answer.js";
import { overflows } from "./overflows.js";

/** RP23xx: where quantization does not pay, costs accuracy without need, or is broken up by floating point. */
export function quantizationProblems(graph: Graph, facts: QuantizationFacts): readonly Problem[] {
  return [
    ...slowerLayers(facts),
    ...coarseScales(facts),
    ...riskyLayers(facts),
    ...floatIslands(graph, facts),
    ...overflows(facts),
  ];
}

/** Predictions below this are within what kernels differ by anyway. */
const slowerBelow = 0.97;

function slowerLayers(facts: QuantizationFacts): readonly Problem[] {
  const { choices, result } = facts;
  const name = result.schemes.find(({ id }) => id === "int8")?.name ?? "int8";
  return (choices?.layers ?? []).flatMap(({ nodeId, choices: own }): Problem[] => {
    const base = own[0];
    const int8 = own.find(({ schemeId, kind }) => schemeId === "int8" && kind === "computed");
    if (base === undefined || int8 === undefined || base.seconds === 0 || int8.seconds === 0)
      return [];
    const ratio = base.seconds / int8.seconds;
    if (ratio >= slowerBelow) return [];
    return [
      {
        code: "RP2301",
        severity: "information",
        nodeId,
        ...answered(formatAnswer(facts, [nodeId], "int8", "")),
        message: `${name} is predicted slower than ${choices?.target.precision.name ?? "float"} here (${formatNumber(ratio, 2)}×, interval ${formatNumber(base.low / int8.high, 2)}–${formatNumber(base.high / int8.low, 2)}).`,
      },
    ];
  });
}

/** Decibels that finer scales must win to be worth a word. */
const worthwhileDb = 6;

function coarseScales(facts: QuantizationFacts): readonly Problem[] {
  const { result } = facts;
  const pairs = [
    ["int8@tensor", "int8", "INT8 with one scale for the tensor", "one for each channel"],
    ["int4", "int4-g128", "INT4 with a scale for each channel", "one for each group of 128"],
  ] as const;
  return result.layers.flatMap(({ nodeId, schemes }) =>
    pairs.flatMap(([coarse, fine, coarseName, fineName]): Problem[] => {
      const dbOf = (id: string): number | undefined =>
        schemes[result.schemes.findIndex((scheme) => scheme.id === id)]?.sqnrDb;
      const lost = (dbOf(fine) ?? 0) - (dbOf(coarse) ?? 0);
      if (!(lost >= worthwhileDb) || !Number.isFinite(lost)) return [];
      return [
        {
          code: "RP2302",
          severity: "hint",
          nodeId,
          ...answered(formatAnswer(facts, [nodeId], coarse, fine)),
          message: `${coarseName} loses ${formatNumber(lost, 2)} dB against ${fineName}.`,
        },
      ];
    }),
  );
}

function riskyLayers(facts: QuantizationFacts): readonly Problem[] {
  return facts.result.layers.flatMap((layer): Problem[] => {
    if (riskClass(facts, layer) !== "high" || facts.result.layers.length < 4) return [];
    const part = riskShare(facts, layer);
    if (part === undefined) return [];
    return [
      {
        code: "RP2303",
        severity: "information",
        nodeId: layer.nodeId,
        ...answered(formatAnswer(facts, [layer.nodeId], part.scheme.id, "")),
        message: `This layer alone makes ${formatNumber(part.share * 100, 2)} % of the error that ${part.scheme.name} weights make; keep it in a wider format.`,
      },
    ];
  });
}

function answered(answer: FormatAnswer | undefined): Pick<Problem, "answer"> {
  return answer === undefined ? {} : { answer };
}
