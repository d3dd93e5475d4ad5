import { productOf } from "../base/product.js";
import type { NodeId, ValueId } from "../graph/graph.js";

/**
 * What nodes between two values do when it is linear and the same at every position: one convolution of `base`. Sums of
 * such maps and a convolution 1×1 behind one are such maps again (Ding et al. 2021, RepVGG, section 3.3; Bhardwaj et
 * al. 2022, Collapsible Linear Blocks, section 3). Only extents are known here: weights are never read.
 */
export interface LinearForm {
  readonly base: ValueId;
  /** Nodes that the one convolution replaces, in execution order. */
  readonly nodeIds: readonly NodeId[];
  /** Those of them that are convolutions. */
  readonly convolutionCount: number;
  /** Parallel ways from the base that are added up, the identity among them. */
  readonly branchCount: number;
  readonly channels: number;
  /** Undefined for an identity or a factor per channel, which goes with any convolution of the same channels. */
  readonly window: Window | undefined;
  /** Of all its convolutions as they are. */
  readonly macs: number;
}

/** Input positions that an output position reads: from `first` to `last` around it, by axis. */
export interface Window {
  readonly groups: number;
  readonly inputChannels: number;
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly strides: readonly number[];
  readonly outputSize: readonly number[];
}

export function identityOf(base: ValueId, channels: number): LinearForm {
  return {
    base,
    nodeIds: [],
    convolutionCount: 0,
    branchCount: 1,
    channels,
    window: undefined,
    macs: 0,
  };
}

/** The convolution behind the form, where both together are one that takes no more arithmetic. */
export function followedBy(
  form: LinearForm,
  nodeId: NodeId,
  next: { readonly window: Window; readonly channels: number; readonly macs: number },
): LinearForm | undefined {
  const { window } = form;
  const own = {
    ...form,
    nodeIds: [...form.nodeIds, nodeId],
    convolutionCount: form.convolutionCount + 1,
    channels: next.channels,
    macs: form.macs + next.macs,
  };
  // A factor or a shift before a convolution does not survive its padding.
  if (window === undefined)
    return form.nodeIds.length === 0 ? { ...own, window: next.window } : undefined;
  const isPointwise = next.window.first.every(
    (first, axis) => first === 0 && next.window.last[axis] === 0 && next.window.strides[axis] === 1,
  );
  const isAlike = next.window.groups === window.groups;
  const isDepthwise = window.groups === form.channels;
  if (!isPointwise || !isAlike || (window.groups !== 1 && !isDepthwise)) return undefined;
  const merged = { ...own, window };
  return macsOf(merged) <= merged.macs ? merged : undefined;
}

/** The sum of two forms of one value. */
export function sumOf(a: LinearForm, b: LinearForm, nodeId: NodeId): LinearForm | undefined {
  if (a.base !== b.base || a.channels !== b.channels) return undefined;
  const window = unionOf(a, b);
  if (window === "apart") return undefined;
  return {
    base: a.base,
    nodeIds: [...new Set([...a.nodeIds, ...b.nodeIds, nodeId])].sort((x, y) => x - y),
    convolutionCount: a.convolutionCount + b.convolutionCount,
    branchCount: a.branchCount + b.branchCount,
    channels: a.channels,
    window,
    macs: a.macs + b.macs,
  };
}

function unionOf(a: LinearForm, b: LinearForm): Window | undefined | "apart" {
  if (a.window === undefined || b.window === undefined) {
    const window = a.window ?? b.window;
    if (window === undefined) return undefined;
    // An identity is a convolution of stride 1 with as many channels in as out.
    const keeps = window.strides.every((stride) => stride === 1);
    return keeps && window.inputChannels === a.channels ? around(window, window) : "apart";
  }
  const isAlike =
    a.window.groups === b.window.groups &&
    String(a.window.strides) === String(b.window.strides) &&
    String(a.window.outputSize) === String(b.window.outputSize);
  return isAlike ? around(a.window, b.window) : "apart";
}

function around(a: Window, b: Window): Window {
  return {
    ...a,
    first: a.first.map((first, axis) => Math.min(first, b.first[axis] ?? 0, 0)),
    last: a.last.map((last, axis) => Math.max(last, b.last[axis] ?? 0, 0)),
  };
}

/** Extents of the weights of the one convolution: [out, in ÷ groups, k…]. */
export function weightShapeOf({ channels, window }: LinearForm): readonly number[] {
  if (window === undefined) return [channels, 1];
  const kernel = window.first.map((first, axis) => (window.last[axis] ?? 0) - first + 1);
  return [channels, window.inputChannels / window.groups, ...kernel];
}

export function macsOf(form: LinearForm): number {
  const outputs = (form.window?.outputSize ?? []).reduce((product, size) => product * size, 1);
  return outputs * productOf(weightShapeOf(form));
}
