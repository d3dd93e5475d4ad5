import { numberOfConstant } from "../graph/constant.js";
import { inferLikeFirst, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, OpRule, WorkContext } from "./rule.js";

/** Domains that QONNX has had (github.com/fastmachinelearning/qonnx, `qonnx-custom-ops`), the oldest last. */
export const qonnxDomains = [
  "qonnx.custom_op.general",
  "onnx.brevitas",
  "finn.custom_op.general",
] as const;

/** Divide by the scale, add the zero point, clamp, round, and back again. */
const quantizeFlops = 6;

/** Quantizers of any number of bits: what comes out is the rounded number, in the type that went in. */
const operators: Readonly<Record<string, Pick<OpRule, "infer" | "work">>> = {
  Quant: { infer: inferQuantizer(3), work: quantizerWork },
  IntQuant: { infer: inferQuantizer(3), work: quantizerWork },
  FloatQuant: { infer: inferLikeFirst, work: quantizerWork },
  BipolarQuant: { infer: inferLikeFirst, work: quantizerWork },
  Trunc: { infer: inferLikeFirst, work: quantizerWork },
  MultiThreshold: { infer: inferLikeFirst, work: thresholdWork },
};

export const rule = ruleOfTable(
  Object.fromEntries(
    qonnxDomains.flatMap((domain) =>
      Object.entries(operators).map(([op, own]) => [`${domain}:${op}`, own]),
    ),
  ),
);

function inferQuantizer(bitsAt: number): OpRule["infer"] {
  return (ctx: InferContext): readonly (Inferred | undefined)[] => {
    const bits = ctx.hasInput(bitsAt) ? numberOfConstant(ctx.constant(bitsAt)) : undefined;
    if (bits !== undefined && !(bits >= 1))
      ctx.error(`it rounds to ${bits} bits; at least one is needed.`);
    return inferLikeFirst(ctx);
  };
}

function quantizerWork(ctx: WorkContext): ReturnType<OpRule["work"]> {
  const elements = ctx.outputElements(0);
  if (elements === undefined) return undefined;
  return { macs: 0, otherFlops: quantizeFlops * elements, kernel: { kind: "quantize", elements } };
}

/** An element is compared with every threshold of its channel. */
function thresholdWork(ctx: WorkContext): ReturnType<OpRule["work"]> {
  const elements = ctx.outputElements(0);
  const steps = ctx.shape(1)?.at(-1);
  if (elements === undefined || typeof steps !== "number") return undefined;
  return { macs: 0, otherFlops: steps * elements, kernel: { kind: "quantize", elements } };
}
