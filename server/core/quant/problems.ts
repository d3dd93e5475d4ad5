import type { Problem } from "../base/problem.js";
import { formatNumber } from "../base/units.js";
import type { Graph } from "../graph/graph.js";
import { type QuantizationFacts, riskClass, riskShare } from "./facts.js";

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

function slowerLayers({ choices, result }: QuantizationFacts): readonly Problem[] {
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
        format: "",
        message: `${name} is predicted slower than ${choices?.target.precision.name ?? "float"} here (${formatNumber(ratio, 2)}×, interval ${formatNumber(base.low / int8.high, 2)}–${formatNumber(base.high / int8.low, 2)}).`,
      },
    ];
  });
}

/** Decibels that finer scales must win to be worth a word. */
const worthwhileDb = 6;

function coarseScales({ result }: QuantizationFacts): readonly Problem[] {
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
          format: fine,
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
        format: "",
        message: `This layer alone makes ${formatNumber(part.share * 100, 2)} % of the error that ${part.scheme.name} weights make; keep it in a wider format.`,
      },
    ];
  });
}

/** What has no integer form in the usual kernels (I-ViT, arXiv 2207.01405, section 3). */
const floatOperators = new Set([
  "Softmax",
  "LogSoftmax",
  "LayerNormalization",
  "InstanceNormalization",
  "Gelu",
  "Erf",
  "Exp",
  "Sqrt",
  "Pow",
]);

function floatIslands(graph: Graph, { support, choices }: QuantizationFacts): readonly Problem[] {
  if (support?.isIntegerOnly !== true) return [];
  const { length: last } = graph.nodes;
  return graph.nodes.flatMap((node, nodeId): Problem[] => {
    // A softmax at the very end is left to the host as a rule.
    if (!floatOperators.has(node.op) || nodeId >= last - 1) return [];
    return [
      {
        code: "RP2304",
        severity: "information",
        nodeId,
        message: `This ${node.op} forces a float island in an integer-only pipeline (${choices?.target.runtime.name ?? ""}): values are widened before it and rounded again after it.`,
      },
    ];
  });
}

/** Sums of products of 8-bit numbers that an accumulator must hold: 127 · 255 for each element of the reduction. */
function overflows({ result, support }: QuantizationFacts): readonly Problem[] {
  if (support === undefined) return [];
  const most = 2 ** (support.accumulatorBits - 1);
  return result.layers.flatMap(({ nodeId, elementCount, rowCount }): Problem[] => {
    const depth = elementCount / Math.max(1, rowCount);
    if (depth * 127 * 255 < most) return [];
    return [
      {
        code: "RP2305",
        severity: "warning",
        nodeId,
        message: `A reduction over ${depth} elements can overflow a ${support.accumulatorBits}-bit accumulator in 8 bits; split it or use fewer bits.`,
      },
    ];
  });
}
