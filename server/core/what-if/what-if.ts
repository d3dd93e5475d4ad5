import type { Analysis, TargetAnalysis } from "../analysis.js";
import { analyze } from "../analyze.js";
import type { Cancel } from "../base/cancel.js";
import type { Estimate } from "../cost/cost.js";
import { operatorKey, type Model, type NodeId } from "../graph/graph.js";
import { knownShape, typeText } from "../graph/value-type.js";
import type { Quantity } from "../views/layer-cost.js";
import { modelOfNode } from "./node-model.js";
import type { Sizes } from "./resize.js";

/** What the operators of a line cost by themselves, as they are and with other extents. */
export interface WhatIf {
  /** `MatMul(float32[8,4096], float32[4096,11008])`, of the costliest; `… and 3 more` behind it. */
  readonly text: string;
  /** The same with the changes; the same text where nothing is changed. */
  readonly changedText: string;
  readonly callCount: number;
  /** Extents that may be changed, the most frequent first. */
  readonly sizes: readonly number[];
  readonly macs: Change;
  readonly weightBytes: Change;
  readonly targets: readonly WhatIfTarget[];
  /** Why nothing could be said; "" when something was. */
  readonly reason: string;
}

export interface Change {
  readonly before: number | null;
  readonly after: number | null;
}

export interface WhatIfTarget {
  readonly id: string;
  readonly label: string;
  readonly before: Quantity | null;
  readonly after: Quantity | null;
  /** Why a number is missing; "" when none is. */
  readonly reason: string;
}

/**
 * Every operator by itself, as `--op` costs it, times its calls: fused neighbours and the inference's own time are left out,
 * before as after, so that the difference is that of the sizes alone.
 */
export function whatIf(
  analysis: Analysis,
  nodeIds: readonly NodeId[],
  sizes: Sizes,
  cancel: Cancel,
): WhatIf {
  const targets = analysis.targets.map(({ target }) => target);
  const alike = new Map<string, Call>();
  for (const nodeId of nodeIds.slice(0, nodeLimit)) {
    if (analysis.layers[nodeId]?.isFolded === true) continue;
    const model = modelOfNode(analysis, nodeId, noSizes);
    if (model === undefined) continue;
    const key = `${callText(model)} ${attributesText(model)}`;
    const known = alike.get(key);
    if (known === undefined) alike.set(key, { nodeId, model, count: 1 });
    else known.count += 1;
  }
  const calls = [...alike.values()];
  const found = calls.map(({ model }) => sizesOf(model));
  const all = countedSizes(found);
  const missing = [...sizes.keys()].filter((size) => !all.includes(size));
  const base = { callCount: calls.reduce((sum, { count }) => sum + count, 0), sizes: all };
  const before = calls.map(({ model }) => analyze(model, noBindings, targets, cancel));
  const after =
    sizes.size === 0
      ? before
      : calls.map(({ nodeId, model }) =>
          analyze(modelOfNode(analysis, nodeId, sizes) ?? model, noBindings, targets, cancel),
        );
  const costliest = indexOfMost(before.map(({ layers }) => layers[0]?.macs ?? 0));
  const more = calls.length > 1 ? ` and ${calls.length - 1} more` : "";
  const shown = (analyses: readonly Analysis[]): string =>
    calls.length === 0 ? "" : `${textOf(analyses[costliest])}${more}`;
  return {
    ...base,
    text: shown(before),
    changedText: shown(after),
    macs: {
      before: sumOf(calls, before, ({ totals }) => totals.macs),
      after: sumOf(calls, after, ({ totals }) => totals.macs),
    },
    weightBytes: {
      before: sumOf(calls, before, ({ totals }) => totals.weightBytes),
      after: sumOf(calls, after, ({ totals }) => totals.weightBytes),
    },
    targets: targets.map(({ id, label }, index) => {
      const [was, is] = [before, after].map((analyses) =>
        quantityOf(calls, analyses, (item) => item.targets[index]),
      );
      return {
        id,
        label,
        before: was?.quantity ?? null,
        after: is?.quantity ?? null,
        reason: was?.reason ?? is?.reason ?? "",
      };
    }),
    reason: reasonOf(calls, missing, all),
  };
}

interface Call {
  readonly nodeId: NodeId;
  readonly model: Model;
  count: number;
}

/** A line of a whole network has thousands; its parts are better asked one by one. */
const nodeLimit = 5000;
const noSizes: Sizes = new Map();
const noBindings = { inputs: new Map(), dims: new Map() };

function reasonOf(
  calls: readonly Call[],
  missing: readonly number[],
  sizes: readonly number[],
): string {
  if (calls.length === 0) return "No operator runs here whose sizes could be changed.";
  if (missing.length === 0) return "";
  return `Nothing here has a size of ${missing.join(" or ")}; the sizes are ${sizes.slice(0, 12).join(", ")}.`;
}

function callText({ graph }: Model): string {
  const [node] = graph.nodes;
  const operands = (node?.inputs ?? []).map((id) => {
    const value = graph.values[id];
    if (value === undefined) return "_";
    const { declared, weight } = value;
    return typeText(
      declared ??
        (weight && { kind: "tensor", elementType: weight.elementType, shape: weight.shape }),
    );
  });
  return `${node === undefined ? "" : operatorKey(node.domain, node.op)}(${operands.join(", ")})`;
}

function textOf(analysis: Analysis | undefined): string {
  return analysis === undefined ? "" : callText(analysis.model);
}

function attributesText({ graph }: Model): string {
  const attributes = [...(graph.nodes[0]?.attributes ?? [])];
  return JSON.stringify(attributes, (_, value: unknown) =>
    value instanceof Map ? [...(value as Map<unknown, unknown>)] : value,
  );
}

function sizesOf({ graph }: Model): readonly number[] {
  return graph.values.flatMap(({ declared, weight }) => {
    const shape =
      weight?.shape ?? (declared?.kind === "tensor" ? knownShape(declared.shape) : undefined) ?? [];
    return shape.filter((extent) => extent > 1);
  });
}

function countedSizes(found: readonly (readonly number[])[]): readonly number[] {
  const counts = new Map<number, number>();
  for (const sizes of found)
    for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0]).map(([size]) => size);
}

function indexOfMost(values: readonly number[]): number {
  return values.reduce((best, value, index) => (value > (values[best] ?? 0) ? index : best), 0);
}

function sumOf(
  calls: readonly Call[],
  analyses: readonly Analysis[],
  pick: (analysis: Analysis) => number | undefined,
): number | null {
  let sum = 0;
  for (const [index, { count }] of calls.entries()) {
    const analysis = analyses[index];
    const own = analysis && pick(analysis);
    if (own === undefined) return null;
    sum += count * own;
  }
  return sum;
}

/** Errors of one target's kernels have one cause, so the ends of the intervals add up like the values. */
function quantityOf(
  calls: readonly Call[],
  analyses: readonly Analysis[],
  pick: (analysis: Analysis) => TargetAnalysis | undefined,
): { readonly quantity?: Quantity; readonly reason?: string } {
  let value = 0;
  let low = 0;
  let high = 0;
  let method: Estimate["method"] | undefined;
  let longest = 0;
  for (const [index, { count }] of calls.entries()) {
    const analysis = analyses[index];
    const target = analysis && pick(analysis);
    const latency = target?.latency;
    if (analysis === undefined || target === undefined || latency === undefined) {
      const first = target?.lowered.uncosted[0]?.reason ?? analysis?.problems[0]?.message;
      return { reason: first ?? "Its shapes are not known, so its cost is not." };
    }
    value += count * latency.value;
    low += count * latency.low;
    high += count * latency.high;
    if (method !== undefined && count * latency.value <= longest) continue;
    longest = count * latency.value;
    method = latency.method;
  }
  return method === undefined ? {} : { quantity: { value, low, high, method } };
}
