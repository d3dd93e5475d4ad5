import type { Place } from "../../base/text-span.js";
import { absent, type Graph, type Model, type ValueId } from "../../graph/graph.js";
import type { DecoderDescription, FeedForward } from "./description.js";
import { GraphDraft, type WeightFinder } from "./graph-draft.js";
import { expandedFrom, latentAttention } from "./latent-attention.js";
import { batch, linear, norm, past, reduced, sequence, type Builder } from "./layers.js";
import { stateSpace } from "./state-space.js";
import { imageTokens, visionGraph } from "./vision.js";
import type { WeightNames } from "./weight-names.js";

/** What a reader adds to a description: how the file calls weights, what it says of their storage, where it is. */
export interface DecoderSource {
  readonly format: string;
  readonly producer: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly names: WeightNames;
  readonly findWeight: WeightFinder;
  /** That share it, where one may choose. */
  readonly devices?: number;
  readonly modelOn?: NonNullable<Model["generation"]>["modelOn"];
  readonly place?: Place;
}

/**
 * One call of the model: `sequence` new tokens after `past` cached ones, for `batch` texts. A step of generation has one
 * new token, the prompt has no past. Only the last token's scores are computed, as every runtime does that generates.
 */
export function buildDecoder(description: DecoderDescription, source: DecoderSource): Model {
  const { latent, hidden, vocabulary, vision, elementType } = description;
  return {
    format: source.format,
    name: description.name,
    producer: source.producer,
    irVersion: undefined,
    opsets: new Map([
      ["", 24],
      ["com.microsoft", 1],
      ["ridgepoint", 1],
    ]),
    metadata: source.metadata,
    functions: [],
    graph: graphOf(description, source, { isExpanded: false }),
    generation: {
      contextLimit: description.contextLimit,
      layerCount: description.layerCount,
      hidden,
      heads: description.heads,
      vocabulary,
      ...(source.devices !== undefined && { devices: source.devices }),
      ...(source.modelOn !== undefined && { modelOn: source.modelOn }),
      ...(description.storedPrecision !== undefined && {
        storedPrecision: description.storedPrecision,
      }),
      ...(vision !== undefined && {
        image: {
          graph: visionGraph(vision, hidden, elementType),
          size: vision.imageSize,
          tokens: imageTokens(vision),
        },
      }),
      ...(latent !== undefined && {
        ofMany: {
          graph: graphOf(description, source, { isExpanded: true }),
          threshold: expandedFrom(latent),
        },
      }),
    },
  };
}

/** `isExpanded`: latent attention multiplies its keys out, rather than working on the latent vectors. */
function graphOf(
  description: DecoderDescription,
  source: DecoderSource,
  { isExpanded }: { readonly isExpanded: boolean },
): Graph {
  const { elementType, hidden, devices = 1 } = description;
  const vocabulary = Math.ceil(description.vocabulary / devices);
  const { names } = source;
  const draft = new GraphDraft({
    elementType,
    findWeight: source.findWeight,
    ...(source.place !== undefined && { place: source.place }),
  });
  const builder: Builder = { draft, description, names, isExpanded };
  const ids = draft.input("input_ids", "int64", [batch, sequence]);
  const staysWide = description.hasWideHead === true;
  const table = draft.weight(names.embedding, [vocabulary, hidden], { staysWide });
  draft.scope = names.scope(undefined, "embedding");
  let x = reduced(builder, draft.node("Gather", [table, ids], { name: "embedding" }));
  if (description.positions > 0) {
    const positions = draft.input("position_ids", "int64", [batch, sequence]);
    const learnt = draft.weight(names.positions, [description.positions, hidden]);
    x = draft.node("Add", [x, draft.node("Gather", [learnt, positions], { name: "positions" })]);
  }
  for (let layer = 0; layer < description.layerCount; layer++) x = block(builder, layer, x);
  draft.scope = names.scope(undefined, "output");
  x = norm(builder, x, names.finalNorm, hidden, "norm");
  const last = draft.node("Gather", [x, draft.scalar(-1)], {
    name: "last",
    attributes: { axis: 1 },
  });
  const scores = description.isTied
    ? draft.node("Gemm", [last, table], { name: "scores", attributes: { transB: 1 } })
    : draft.node(
        "MatMul",
        [last, draft.weight(names.output, [hidden, vocabulary], { isTransposed: true, staysWide })],
        { name: "scores" },
      );
  return draft.finish(description.name, [gathered(draft, scores, devices)]);
}

/** Every device scores its part of the vocabulary. */
function gathered(draft: GraphDraft, scores: ValueId, devices: number): ValueId {
  if (devices === 1) return scores;
  return draft.node("com.microsoft:AllGather", [scores], {
    name: "all_gather",
    attributes: { group_size: devices, axis: 1 },
  });
}

function block(builder: Builder, layer: number, x: ValueId): ValueId {
  const { draft, description, names } = builder;
  const { hidden, hasPreNorms, hasPostNorms, isParallel } = description;
  const normed = (input: ValueId, role: "inputNorm" | "feedForwardNorm"): ValueId =>
    hasPreNorms ? norm(builder, input, names.of(layer, role), hidden, role) : input;
  const after = (input: ValueId, role: "attentionPostNorm" | "feedForwardPostNorm"): ValueId =>
    hasPostNorms ? norm(builder, input, names.of(layer, role), hidden, role) : input;
  draft.scope = names.scope(layer, "block");
  const input = normed(x, "inputNorm");
  const mixed = mixer(builder, layer, input);
  draft.scope = names.scope(layer, "block");
  const attended = after(isParallel ? mixed : reduced(builder, mixed), "attentionPostNorm");
  if (isParallel) {
    const own = description.hasTwoNorms ? normed(x, "feedForwardNorm") : input;
    const other = feedForward(builder, layer, own);
    draft.scope = names.scope(layer, "block");
    if ((description.devices ?? 1) > 1) {
      const both = reduced(builder, draft.node("Add", [attended, other], { name: "add_parts" }));
      return draft.node("Add", [x, both], { name: "residual" });
    }
    return draft.node("Add", [draft.node("Add", [x, attended]), other], { name: "residual" });
  }
  const middle = draft.node("Add", [x, attended], { name: "attention_residual" });
  if (description.stateSpace?.hasFeedForward(layer) === false) return middle;
  const inner = feedForward(builder, layer, normed(middle, "feedForwardNorm"));
  draft.scope = names.scope(layer, "block");
  const fed = after(reduced(builder, inner), "feedForwardPostNorm");
  return draft.node("Add", [middle, fed], { name: "residual" });
}

/** Attention, a recurrence, or both of the same input, added up (Falcon-H1, section 2.1). */
function mixer(builder: Builder, layer: number, x: ValueId): ValueId {
  const { draft, description, names } = builder;
  const sizes = description.stateSpace;
  const kind = sizes?.mixerOf(layer) ?? "attention";
  if (sizes === undefined || kind === "attention") return attention(builder, layer, x);
  const remembered = stateSpace(builder, layer, x, sizes);
  if (kind === "state") return remembered;
  const attended = attention(builder, layer, x);
  draft.scope = names.scope(layer, "block");
  return draft.node("Add", [remembered, attended], { name: "add_heads" });
}

function attention(builder: Builder, layer: number, x: ValueId): ValueId {
  const { draft, description, names } = builder;
  const { heads, keyHeads, headSize, hidden, elementType, hasQkvBias } = description;
  draft.scope = names.scope(layer, "attention");
  if (description.latent !== undefined)
    return latentAttention(builder, layer, x, description.latent);
  const window = description.windowOf(layer);
  const cache = (name: string): ValueId =>
    draft.input(`past.${layer}.${name}`, elementType, [batch, keyHeads, past, headSize], true);
  const attributes = {
    num_heads: heads,
    kv_num_heads: keyHeads,
    ...(description.isRotary && { do_rotary: 1 }),
    ...(window > 0 && { local_window_size: window }),
  };
  const project = (role: "query" | "key" | "value" | "qkv", width: number): ValueId =>
    linear(builder, x, {
      name: names.of(layer, role),
      role,
      from: hidden,
      to: width,
      hasBias: hasQkvBias,
    });
  const attended = draft.node(
    "com.microsoft:GroupQueryAttention",
    [...projectedOf(builder, layer, project), cache("key"), cache("value")],
    { name: "attention", attributes },
  );
  return linear(builder, outputGate(builder, layer, x, attended), {
    name: names.of(layer, "attentionOutput"),
    role: "output",
    from: heads * headSize,
    to: hidden,
    hasBias: description.hasOutputBias,
  });
}

function outputGate(builder: Builder, layer: number, x: ValueId, attended: ValueId): ValueId {
  const { draft, description, names } = builder;
  if (description.hasOutputGate !== true) return attended;
  const gate = linear(builder, x, {
    name: names.of(layer, "query").replace(/\.weight$/, "_gate.weight"),
    role: "output_gate",
    from: description.hidden,
    to: description.heads * description.headSize,
    hasBias: false,
  });
  return draft.node("Mul", [attended, draft.node("Sigmoid", [gate], { name: "gate" })], {
    name: "gated",
  });
}

/** All products first, as runtimes compute them. */
function projectedOf(
  builder: Builder,
  layer: number,
  project: (role: "query" | "key" | "value" | "qkv", width: number) => ValueId,
): readonly ValueId[] {
  const { heads, keyHeads, headSize, isQkvFused } = builder.description;
  if (isQkvFused) return [project("qkv", (heads + 2 * keyHeads) * headSize), absent, absent];
  const query = project("query", heads * headSize);
  const key = project("key", keyHeads * headSize);
  const value = project("value", keyHeads * headSize);
  return [
    headNorm(builder, layer, query, heads, "queryNorm"),
    headNorm(builder, layer, key, keyHeads, "keyNorm"),
    value,
  ];
}

function headNorm(
  builder: Builder,
  layer: number,
  x: ValueId,
  count: number,
  role: "queryNorm" | "keyNorm",
): ValueId {
  const { draft, description, names } = builder;
  if (!description.hasHeadNorms) return x;
  const split = draft.node("Reshape", [x, draft.whole(0, 0, count, description.headSize)]);
  const normed = norm(builder, split, names.of(layer, role), description.headSize, role);
  return draft.node("Reshape", [normed, draft.whole(0, 0, count * description.headSize)]);
}

function feedForward(builder: Builder, layer: number, x: ValueId): ValueId {
  const { draft, description, names } = builder;
  draft.scope = names.scope(layer, "feedForward");
  const { experts } = description;
  if (experts === undefined || experts.isDense(layer))
    return dense(builder, layer, x, description.feedForward, "");
  const { hidden } = description;
  const { count, chosen, inner, sharedInner, hasRouterBias } = experts;
  const { isGated } = description.feedForward;
  const scored = linear(builder, x, {
    name: names.of(layer, "router"),
    role: "router",
    from: hidden,
    to: count,
    hasBias: false,
  });
  const router = hasRouterBias
    ? draft.node("Add", [
        scored,
        draft.weight(names.of(layer, "routerBias").replace(/\.weight$/, ""), [count]),
      ])
    : scored;
  const first = draft.weight(names.of(layer, "expertsIn"), [
    count,
    isGated ? 2 * inner : inner,
    hidden,
  ]);
  const second = draft.weight(names.of(layer, "expertsOut"), [count, hidden, inner]);
  const routed = draft.node("com.microsoft:MoE", [x, router, first, absent, second], {
    name: "experts",
    attributes: { k: chosen, activation_type: isGated ? "swiglu" : "silu" },
  });
  if (sharedInner === 0) return routed;
  const shared = dense(
    builder,
    layer,
    x,
    { ...description.feedForward, inner: sharedInner },
    "shared",
  );
  return draft.node("Add", [routed, shared], { name: "add_shared" });
}

function dense(
  builder: Builder,
  layer: number,
  x: ValueId,
  { inner, isGated, activation, hasBias, isFused }: FeedForward,
  prefix: "" | "shared",
): ValueId {
  const { draft, description, names } = builder;
  const { hidden } = description;
  const roles =
    prefix === ""
      ? ({ gate: "gate", up: "up", down: "down", gateUp: "gateUp" } as const)
      : ({ gate: "sharedGate", up: "sharedUp", down: "sharedDown", gateUp: "sharedGate" } as const);
  const into = (role: "gate" | "up" | "gateUp", width: number): ValueId =>
    linear(builder, x, {
      name: names.of(layer, roles[role]),
      role,
      from: hidden,
      to: width,
      hasBias,
    });
  const half = (input: ValueId, start: number): ValueId =>
    draft.node("Slice", [input, draft.whole(start), draft.whole(start + inner), draft.whole(-1)]);
  const [left, right] = !isGated
    ? [into("up", inner), undefined]
    : isFused
      ? fusedHalves(into("gateUp", 2 * inner))
      : [into("gate", inner), into("up", inner)];
  function fusedHalves(both: ValueId): readonly [ValueId, ValueId] {
    return [half(both, 0), half(both, inner)];
  }
  const active = draft.node(operators[activation], [left], { name: "activation" });
  const product =
    right === undefined ? active : draft.node("Mul", [active, right], { name: "gated" });
  return linear(builder, product, {
    name: names.of(layer, roles.down),
    role: "down",
    from: inner,
    to: hidden,
    hasBias,
  });
}

const operators = { silu: "Swish", gelu: "Gelu", relu: "Relu" } as const;
