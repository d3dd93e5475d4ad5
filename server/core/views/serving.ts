import type { Analysis } from "../analysis.js";
import { type Cancel, neverCancelled } from "../base/cancel.js";
import type { Alternative } from "../search/alternatives.js";
import { formatBytes } from "../base/units.js";
import { exchangeReason } from "../cost/calibrated/unknown-exchanges.js";
import type { Model } from "../graph/graph.js";
import { serveApart } from "../serving/apart.js";
import { phasesOf, type Phases } from "../serving/phases.js";
import { perDevice, planServing, type ServingCurve } from "../serving/plan-serving.js";
import { textsThatFit } from "../serving/room.js";
import { beyondContext } from "../serving/beyond-context.js";
import { groupedRefusals, type GroupedRefusal, type Refusal } from "../serving/grouped-refusals.js";
import { usualServing } from "../serving/usual-params.js";
import type { ServedPlan, ServedPoint } from "../serving/served-plan.js";
import { servedAlternatives } from "../serving/alternatives.js";
import { serveTogether, type ServingPoint } from "../serving/together.js";
import type { ServingLimits, Workload } from "../serving/workload.js";

export interface ServingParams {
  readonly workload: Workload;
  readonly limits: ServingLimits;
  /** Sizes of the groups that share the model. */
  readonly devices: readonly number[];
  /** Also prompts on groups of their own. */
  readonly isApart: boolean;
  /** Bytes a second from a device of one group to one of another. */
  readonly linkBytesPerSecond: number;
  /** What the server takes at once. */
  readonly mostTexts: number;
  /** Dollars an hour of one device, by target. */
  readonly prices: Readonly<Record<string, number>>;
}

/** A served language model: every target with every size of group, the most tokens a device first. */
export interface ServingView {
  readonly model: string;
  readonly workload: Workload;
  readonly limits: ServingLimits;
  /** That prompts and answers are longer than the model was made for. */
  readonly warning: string | null;
  readonly plans: readonly ServedPlan[];
  /** Every number of texts that was tried. */
  readonly alternatives: readonly Alternative[];
  /** Groups that there is no plan for. */
  readonly refused: readonly GroupedRefusal[];
}

/** Null for a model that writes no text. What is not asked is as usual. */
export function view(
  analysis: Analysis,
  asked: Partial<ServingParams>,
  cancel: Cancel = neverCancelled,
): ServingView | null {
  const { model } = analysis;
  if (model.generation === undefined) return null;
  const plans: ServedPlan[] = [];
  const refused: Refusal[] = [];
  const params = { ...usualServing, ...asked };
  const { inputTokens, outputTokens } = params.workload;
  for (const { target } of analysis.targets)
    for (const devices of new Set(params.devices)) {
      const refuse = (reason: string): void =>
        void refused.push({ target: target.id, label: target.label, devices, reason });
      const part = modelOn(model, devices);
      if ("reason" in part) {
        refuse(part.reason);
        continue;
      }
      const phases = phasesOf(part, { target, devices }, params.workload, cancel);
      const found = plansOf(phases, params, cancel);
      if (typeof found === "string") refuse(found);
      else plans.push(...found);
    }
  plans.sort((a, b) => rate(b) - rate(a));
  return {
    model: model.name,
    workload: params.workload,
    limits: params.limits,
    warning:
      beyondContext(inputTokens + outputTokens, model.generation.contextLimit ?? null) ?? null,
    plans,
    alternatives: plans.flatMap((plan) => servedAlternatives(model.name, plan)),
    refused: groupedRefusals(refused),
  };
}

function rate({ curve }: ServedPlan): number {
  return curve.best?.tokensPerSecondPerDevice ?? 0;
}

function modelOn(
  { generation, ...rest }: Model,
  devices: number,
): Model | { readonly reason: string } {
  if (generation?.modelOn !== undefined) return generation.modelOn(devices);
  return devices === 1
    ? { ...rest, ...(generation !== undefined && { generation }) }
    : { reason: "is a finished graph, which is not dealt out to devices" };
}

/** Prompts and steps in turns, and on devices of their own; or why neither can be told. */
function plansOf(
  phases: Phases,
  params: ServingParams,
  cancel: Cancel,
): string | readonly ServedPlan[] {
  const { target, devices, workload, capacityBytes, weightBytes } = phases;
  const fitting = textsThatFit(phases);
  if (fitting < 1)
    return `needs ${formatBytes(weightBytes + phases.workspaceBytes)} beside the cache of a text, ${formatBytes(phases.cacheBytes(workload.inputTokens + workload.outputTokens))} in nine tenths of the rest; it has ${formatBytes(capacityBytes)}`;
  const one = phases.step(1);
  if (one === undefined || phases.prompts(1) === undefined)
    return devices > 1 ? exchangeReason(target) : "not all of a step is costed";
  const { limits, mostTexts } = params;
  const common = {
    target: target.id,
    label: target.label,
    method: one.seconds.method,
    devices,
    capacityBytes,
    weightBytes,
    cacheBytes: phases.cacheBytes(workload.inputTokens + workload.outputTokens),
    fitting: Number.isFinite(fitting) ? fitting : null,
  };
  const price = params.prices[target.id];
  const dollars = (point: ServingPoint): number | null =>
    price === undefined ? null : (price * 1e6) / 3600 / perDevice(point);
  const together = (texts: number): ServedPoint | undefined => {
    const point = serveTogether(phases, texts);
    return (
      point && {
        ...point,
        tokensPerSecondPerDevice: perDevice(point),
        price: dollars(point),
        layout: String(devices),
      }
    );
  };
  const apart = (texts: number): ServedPoint | undefined => {
    const { linkBytesPerSecond } = params;
    const both = { reading: phases, writing: phases };
    const found = serveApart(both, texts, { linkBytesPerSecond, limits, mostGroups });
    if (found === undefined) return undefined;
    const { readingGroups, writingGroups, ...point } = found;
    return {
      ...point,
      tokensPerSecondPerDevice: perDevice(point),
      price: dollars(point),
      layout: `${readingGroups} × ${devices} + ${writingGroups} × ${devices}`,
      groups: { reading: readingGroups, writing: writingGroups },
    };
  };
  const plan = (serve: (texts: number) => ServedPoint | undefined): ServingCurve<ServedPoint> =>
    planServing(serve, { limits, fitting, mostTexts }, cancel);
  return [
    { ...common, mode: "together" as const, curve: plan(together) },
    ...(params.isApart ? [{ ...common, mode: "apart" as const, curve: plan(apart) }] : []),
  ];
}

/** Of either kind; more only refine their ratio. */
const mostGroups = 8;
