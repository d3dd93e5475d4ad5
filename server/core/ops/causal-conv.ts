import { productOf } from "../base/product.js";
import { type Dim, isKnown } from "../graph/dim.js";
import type { Shape } from "../graph/value-type.js";
import { outputLike, output, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";

/** Depthwise convolutions over time that carry the last inputs as a state (ONNX CausalConvWithState-27; ContribOperators.md). */
export const rule = ruleOfTable({
  CausalConvWithState: { infer: inferCausal, work: causalWork },
  "com.microsoft:CausalConvWithState": { infer: inferCausal, work: causalWork },
  "com.microsoft:VarlenCausalConvWithState": { infer: inferVarlen, work: causalWork },
});

/** SiLU, x / (1 + exp(-x)). */
const siluFlops = 4;

/** Inputs that the next step needs: (kernel - 1) × dilation positions of the causal axis. */
function stateLength(ctx: NodeContext): Dim | undefined {
  const kernel = ctx.shape(1)?.at(-1);
  if (kernel === undefined || !isKnown(kernel)) return undefined;
  return (kernel - 1) * ctx.int("dilation", 1);
}

function inferCausal(ctx: InferContext): readonly Inferred[] {
  const input = ctx.shape(0);
  const channels = ctx.shape(1)?.[0];
  const isChannelsLast = ctx.int("channels_last", 0) !== 0;
  const given = isChannelsLast ? undefined : input?.[1];
  if (given !== undefined && channels !== undefined && isKnown(given) && isKnown(channels))
    if (given !== channels) ctx.error(`input has ${given} channels, weights expect ${channels}.`);
  if (input === undefined) return [outputLike(ctx, 0), output(ctx.elementType(0), undefined)];
  const length = stateLength(ctx) ?? ctx.freshDim();
  const slot: Shape = isChannelsLast
    ? [input[0] ?? 1, length, ...input.slice(2)]
    : [...input.slice(0, -1), length];
  const window = ctx.int("state_window", 0);
  return [
    outputLike(ctx, 0),
    output(ctx.elementType(3) ?? ctx.elementType(0), window > 0 ? [window, ...slot] : slot),
  ];
}

function inferVarlen(ctx: InferContext): readonly Inferred[] {
  const state = ctx.shape(4);
  const channels = ctx.shape(0)?.[1];
  const batch = state?.[0];
  const captured: Shape | undefined =
    batch === undefined || channels === undefined
      ? undefined
      : [batch, ctx.int("state_update_capacity", 0), channels];
  return [outputLike(ctx, 0), outputLike(ctx, 4), output(ctx.elementType(0), captured)];
}

/** MACs = elements × kernel. */
function causalWork(ctx: WorkContext): Work | undefined {
  const dims = ctx.dims(0);
  const weights = ctx.dims(1);
  if (dims === undefined || weights === undefined) return undefined;
  const elements = productOf(dims);
  const kernelSize = weights.slice(2);
  const channels = weights[0] ?? 1;
  const isPacked = ctx.node.op === "VarlenCausalConvWithState";
  const isChannelsLast = ctx.int("channels_last", 0) !== 0;
  const size = isPacked ? dims.slice(0, 1) : isChannelsLast ? dims.slice(1, 2) : dims.slice(2);
  const hasActivation = ctx.string("activation", "none") !== "none";
  const bias = ctx.hasInput(isPacked ? 3 : 2) ? 1 : 0;
  return {
    macs: elements * productOf(kernelSize),
    otherFlops: elements * (bias + (hasActivation ? siluFlops : 0)),
    kernel: {
      kind: "conv",
      batch: isPacked ? 1 : (dims[0] ?? 1),
      groups: channels,
      inputChannels: channels,
      outputChannels: channels,
      inputSize: size,
      outputSize: size,
      kernelSize,
      strides: kernelSize.map(() => 1),
      isTransposed: false,
    },
  };
}
