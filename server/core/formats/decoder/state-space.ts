import { absent, type ValueId } from "../../graph/graph.js";
import type { StateSpace } from "./description.js";
import { batch, linear, norm, type Builder } from "./layers.js";

/**
 * A layer of Mamba: a causal convolution over a few tokens and a recurrence over all of them, each with a state that does not
 * grow (Gu & Dao 2023, arXiv:2312.00752, section 3; Dao & Gu 2024, arXiv:2405.21060, section 8). The second generation
 * projects what goes in and out of the states, and the steps, from the layer's input; the first from the convolved values.
 */
export function stateSpace(
  builder: Builder,
  layer: number,
  x: ValueId,
  sizes: StateSpace,
): ValueId {
  const { draft, description, names } = builder;
  const { hidden } = description;
  const { generation, inner, heads, groups, stateSize, hasProjectionBias } = sizes;
  draft.scope = names.scope(layer, "state");
  const isSelective = generation === 1;
  const convolved = isSelective ? inner : inner + 2 * groups * stateSize;
  const projected = linear(builder, x, {
    name: names.of(layer, "stateIn"),
    role: "in",
    from: hidden,
    to: inner + convolved + (isSelective ? 0 : heads),
    hasBias: hasProjectionBias,
  });
  const mixed = convolution(
    builder,
    layer,
    part(builder, projected, inner, convolved),
    convolved,
    sizes,
  );
  const [selected, step] = isSelective ? selection(builder, layer, mixed, sizes) : [absent, absent];
  const parameter = (
    role: "stateStepBias" | "stateDecay" | "stateDirect",
    ...shape: readonly number[]
  ): ValueId =>
    // These belong to the module itself.
    draft.weight(names.of(layer, role).replace(/\.weight$/, ""), shape);
  const scanned = draft.node(
    "ridgepoint:StateSpace",
    [
      projected,
      mixed,
      selected,
      step,
      isSelective ? absent : parameter("stateStepBias", heads),
      isSelective ? parameter("stateDecay", inner, stateSize) : parameter("stateDecay", heads),
      parameter("stateDirect", heads),
      draft.state(`state.${layer}.recurrence`, [batch, heads, stateSize, inner / heads]),
    ],
    { name: "recurrence", outputCount: 2, attributes: { inner, groups } },
  );
  const normed = sizes.hasNorm
    ? norm(builder, scanned, names.of(layer, "stateNorm"), inner, "norm")
    : scanned;
  return linear(builder, normed, {
    name: names.of(layer, "stateOut"),
    role: "output",
    from: inner,
    to: hidden,
    hasBias: hasProjectionBias,
  });
}

function convolution(
  { draft, names }: Builder,
  layer: number,
  x: ValueId,
  channels: number,
  { kernelSize, hasConvolutionBias }: StateSpace,
): ValueId {
  const name = names.of(layer, "stateConvolution");
  const inputs = [
    x,
    draft.weight(name, [channels, 1, kernelSize]),
    hasConvolutionBias ? draft.weight(name.replace(/weight$/, "bias"), [channels]) : absent,
    draft.state(`state.${layer}.convolution`, [batch, kernelSize - 1, channels]),
  ];
  return draft.node("com.microsoft:CausalConvWithState", inputs, {
    name: "convolution",
    outputCount: 2,
    attributes: { activation: "silu", channels_last: 1 },
  });
}

/** What each channel takes in and lets out, and its step: from a few elements for all. */
function selection(
  builder: Builder,
  layer: number,
  mixed: ValueId,
  { inner, stepRank, stateSize }: StateSpace,
): readonly [ValueId, ValueId] {
  const { names } = builder;
  const selected = linear(builder, mixed, {
    name: names.of(layer, "stateSelect"),
    role: "select",
    from: inner,
    to: stepRank + 2 * stateSize,
    hasBias: false,
  });
  const step = linear(builder, part(builder, selected, 0, stepRank), {
    name: names.of(layer, "stateStep"),
    role: "step",
    from: stepRank,
    to: inner,
    hasBias: true,
  });
  return [selected, step];
}

function part({ draft }: Builder, x: ValueId, start: number, length: number): ValueId {
  return draft.node("Slice", [x, draft.whole(start), draft.whole(start + length), draft.whole(-1)]);
}
