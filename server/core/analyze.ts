import type {
  Analysis,
  Bindings,
  Layer,
  TargetAnalysis,
  TargetGeneration,
  Totals,
} from "./analysis.js";
import { throwIfCancelled, type Cancel } from "./base/cancel.js";
import { once } from "./base/once.js";
import type { Problem } from "./base/problem.js";
import type { Estimate } from "./cost/cost.js";
import { exchangeReason, withoutUnknownExchanges } from "./cost/calibrated/unknown-exchanges.js";
import { costModel } from "./cost/evaluate.js";
import { movementProblem } from "./cost/movement-problem.js";
import { budgetProblems, type Goals } from "./goals.js";
import { bindInputs } from "./graph/bind.js";
import { expandFunctions } from "./graph/expand-functions.js";
import { operatorKey, type Model, type NodeId } from "./graph/graph.js";
import { infer } from "./graph/infer.js";
import type { InferredGraph } from "./graph/inferred.js";
import {
  deploymentOn,
  deploymentProblem,
  type Deployable,
  type Deployment,
  type Execution,
} from "./linear-blocks/deployment.js";
import { findLinearBlocks } from "./linear-blocks/find-blocks.js";
import { mergeBlocks } from "./linear-blocks/merge-blocks.js";
import { lower } from "./lower/lower.js";
import { emptyReason, withoutEmptyKernels } from "./lower/empty-operator.js";
import type { Lowered } from "./lower/lowered.js";
import { targetBytes } from "./lower/target-bytes.js";
import { fitOf } from "./memory/fit.js";
import { computeBufferBytes, rememberedBytes } from "./memory/generation-memory.js";
import type { Schedule } from "./memory/buffers.js";
import { lineBuffered } from "./memory/line-buffers.js";
import { planMemory } from "./memory/make-plan.js";
import type { MemoryPlan } from "./memory/plan.js";
import { declaredSchedule, loweredSchedule } from "./memory/schedules.js";
import type { Target } from "./targets/target.js";
import { problemsOfControlFlow, problemsOfDataExtents } from "./work/control-flow.js";
import { layersOf } from "./work/layers.js";
import { problemsOfTotals, totalsOf } from "./work/totals.js";
import { batchOf, withDefaultBatch } from "./work/default-batch.js";
import { callOf, withDefaultTokens, type Call } from "./work/default-tokens.js";
import { worksOf, type GraphWork } from "./work/works.js";

/** The whole pipeline for one model. Throws for cancellation only. */
export function analyze(
  model: Model,
  bindings: Bindings,
  targets: readonly Target[],
  cancel: Cancel,
): Analysis {
  const inferred = inferModel(model, bindings, cancel);
  return assemble(
    inferred,
    targets.map((target) => analyzeTarget(inferred, target, cancel)),
  );
}

/** All that does not depend on a target: changing the chosen targets does not redo it. */
export interface InferredModel {
  /** With functions expanded, as the file declares it: parallel to `inferred.graph`. */
  readonly model: Model;
  readonly inferred: InferredGraph;
  readonly graphWork: GraphWork;
  readonly layers: readonly Layer[];
  readonly totals: Totals;
  readonly memoryPlan: MemoryPlan | undefined;
  readonly batch: number | undefined;
  /** Of a model that generates text: what its call is. */
  readonly call: Call | undefined;
  /** Of a step of generation: the same model reading a text as long as the cached one. */
  readonly prompt: () => InferredModel | undefined;
  /** Of a model that sees: what makes tokens of an image. */
  readonly image: () => InferredModel | undefined;
  /** Where blocks of it are linear: the same model with each as one convolution. */
  readonly deployable: () => Deployable<InferredModel> | undefined;
  readonly problems: readonly Problem[];
  readonly goals?: Goals;
}

export function inferModel(model: Model, bindings: Bindings, cancel: Cancel): InferredModel {
  const problems: Problem[] = [];
  const report = (problem: Problem): void => void problems.push(problem);
  const expanded = expandFunctions(model, cancel);
  problems.push(...expanded.problems);
  const asked = bindInputs(expanded.value, bindings);
  problems.push(...asked.problems);
  const batched = withDefaultBatch(asked.value, bindings);
  const bound = withDefaultTokens(batched.value, bindings);
  problems.push(...batched.problems, ...bound.problems);
  const ofMany = modelOfMany(model, callOf(bound.value));
  if (ofMany !== undefined) return inferModel(ofMany, bindings, cancel);
  const inferred = infer(bound.value, cancel);
  problems.push(...inferred.problems);
  throwIfCancelled(cancel);
  const open = worksOf(inferred, bound.value.opsets, cancel, report);
  const graphWork =
    inferred.hasDataExtents === true ? worksAtMost(bound.value, open, cancel) : open;
  problems.push(...problemsOfDataExtents(open, graphWork));
  const layers = layersOf(graphWork);
  problems.push(...problemsOfTotals(graphWork, layers), ...problemsOfControlFlow(graphWork));
  const outcome = planMemory(declaredSchedule(graphWork));
  const call = callOf(bound.value);
  return {
    model: expanded.value,
    inferred,
    graphWork,
    layers,
    totals: withDeclaredParameters(totalsOf(graphWork, layers), model),
    memoryPlan: outcome.kind === "planned" ? outcome.plan : undefined,
    batch: batchOf(inferred),
    call,
    prompt: once(() => promptOf(model, bindings, call, cancel)),
    image: once(() => imageOf(model, bindings, cancel)),
    deployable: once(() => deployableOf(bound.value, bindings, { graphWork, layers }, cancel)),
    problems,
    ...(bindings.goals !== undefined && { goals: bindings.goals }),
  };
}

/** Latent attention multiplies its keys out for a prompt and not for a step: the graph with less work. */
function modelOfMany(model: Model, call: Call | undefined): Model | undefined {
  const { generation } = model;
  if (call === undefined || call.tokens < 2 || generation?.ofMany === undefined) return undefined;
  const { graph, threshold } = generation.ofMany;
  if (call.tokens * (call.past + call.tokens) < threshold * call.past) return undefined;
  return { ...model, graph, generation: { ...generation, ofMany: undefined } };
}

function promptOf(
  model: Model,
  bindings: Bindings,
  call: Call | undefined,
  cancel: Cancel,
): InferredModel | undefined {
  if (call?.tokens !== 1 || call.past < 2) return undefined;
  const dims = new Map(bindings.dims).set("sequence", call.past).set("past", 0);
  return inferModel(model, { ...bindings, dims }, cancel);
}

function imageOf(model: Model, { batch }: Bindings, cancel: Cancel): InferredModel | undefined {
  const { generation, ...rest } = model;
  if (generation?.image === undefined) return undefined;
  const bindings = { inputs: new Map(), dims: new Map(), ...(batch !== undefined && { batch }) };
  return inferModel({ ...rest, graph: generation.image.graph }, bindings, cancel);
}

function deployableOf(
  model: Model,
  bindings: Bindings,
  { graphWork, layers }: Pick<InferredModel, "graphWork" | "layers">,
  cancel: Cancel,
): Deployable<InferredModel> | undefined {
  const blocks = findLinearBlocks(graphWork);
  if (blocks.length === 0) return undefined;
  const merged = mergeBlocks(model, graphWork.flow, blocks);
  const inferred = inferModel(merged.model, bindings, cancel);
  const parametersIn = (all: readonly Layer[]): number =>
    all.reduce((sum, { parameterCount }) => sum + parameterCount, 0);
  return {
    blocks,
    inferred,
    nodeIds: merged.nodeIds,
    savedParameters: parametersIn(layers) - parametersIn(inferred.layers),
  };
}

/**
 * Where extents depend on data (which boxes a detector keeps), the work at the most that they can be, so that the model
 * has a cost at all. Types are shown as they are known; what is told of shapes is told of those.
 */
function worksAtMost(model: Model, open: GraphWork, cancel: Cancel): GraphWork {
  if (open.works.every(({ kind }) => kind !== "no-shapes")) return open;
  const inferred = infer(model, cancel, { takesMost: true });
  return worksOf(inferred, model.opsets, cancel, () => undefined);
}

/** A framework counts the parameters of its model itself, the unused ones too. */
function withDeclaredParameters(totals: Totals, { trace }: Model): Totals {
  return trace === undefined ? totals : { ...totals, parameterCount: trace.parameterCount };
}

export function analyzeTarget(
  inferred: InferredModel,
  target: Target,
  cancel: Cancel,
): TargetAnalysis {
  const { flow } = inferred.graphWork;
  const isOperator = inferred.model.format === "op";
  const all = lower(inferred.graphWork, target, cancel);
  const whole = withoutUnknownExchanges(all, target);
  const lowered = isOperator ? withoutEmptyKernels(whole) : whole;
  // While a node is not costed, what it keeps alive is not known either.
  const outcome =
    lowered.uncosted.length > 0 ? undefined : planMemory(targetSchedule(inferred, target, lowered));
  const memoryPlan = outcome?.kind === "planned" ? outcome.plan : undefined;
  throwIfCancelled(cancel);
  const footprint = {
    weightBytes: lowered.weightBytes,
    activationBytes: memoryPlan?.best.size,
  };
  const cost = costModel(target, lowered, footprint, isOperator);
  const generation = generationOf(inferred, target, cost.latency, cancel);
  const now = { latency: cost.latency, lowered, kernelCosts: cost.kernelCosts };
  const deployment = isOperator ? undefined : deploymentOf(inferred, target, now, cancel);
  const unsupported = unsupportedNodes(inferred, target, lowered);
  // An encoder of images stays in memory beside the text model.
  const residentBytes = lowered.weightBytes + (generation?.image?.weightBytes ?? 0);
  const fit = fitOf(target, flow.graph, residentBytes, {
    plan: memoryPlan,
    workspaceBytes: generation?.computeBytes ?? 0,
  });
  return {
    target,
    batch: inferred.batch,
    ...now,
    energy: cost.energy,
    ...(generation !== undefined && { generation }),
    ...(deployment !== undefined && { deployment }),
    weightBytes: lowered.weightBytes,
    memoryPlan,
    peakActivationBytes: memoryPlan?.best.size,
    totalBytes: fit.totalBytes,
    capacityBytes: fit.capacityBytes,
    fits: fit.fits,
    unsupportedNodes: unsupported,
    problems: [
      ...fallbackProblems(inferred, target, unsupported),
      ...(whole === all
        ? []
        : [{ code: "RP1206", severity: "warning", message: exchangeReason(target) } as const]),
      ...(lowered === whole
        ? []
        : [{ code: "RP1205", severity: "warning", message: emptyReason } as const]),
      ...fit.problems,
      ...(isOperator
        ? []
        : movementProblem(target, flow.graph, lowered, cost.kernelCosts, cost.latency)),
      ...budgetProblems(inferred.goals ?? {}, flow.graph, {
        target,
        batch: inferred.batch,
        ...now,
      }),
      ...(deployment === undefined ? [] : [deploymentProblem(target, now, deployment)]),
    ],
  };
}

/** What the target would make of the model with its linear blocks merged. */
function deploymentOf(
  inferred: InferredModel,
  target: Target,
  now: Execution,
  cancel: Cancel,
): Deployment | undefined {
  const deployable = now.latency === undefined ? undefined : inferred.deployable();
  if (deployable === undefined) return undefined;
  return deploymentOn(deployable, now, executionOf(deployable.inferred, target, cancel));
}

/** Kernels and their times alone, without plans of memory and what else is told of a target. */
export function executionOf(
  { graphWork }: InferredModel,
  target: Target,
  cancel: Cancel,
): Execution & { readonly energy: Estimate | undefined } {
  const lowered = lower(graphWork, target, cancel);
  const footprint = { weightBytes: lowered.weightBytes, activationBytes: undefined };
  return { lowered, ...costModel(target, lowered, footprint, false) };
}

/** A step's rate, and what reading a prompt of the same length takes. */
function generationOf(
  inferred: InferredModel,
  target: Target,
  latency: Estimate | undefined,
  cancel: Cancel,
): TargetGeneration | undefined {
  const { call, model, graphWork, batch = 1 } = inferred;
  if (call === undefined || model.generation === undefined) return undefined;
  const { flow } = graphWork;
  const { cacheBytes, stateBytes } = rememberedBytes(flow, target);
  const context = call.past + call.tokens;
  const computeBytes = computeBufferBytes(model.generation, target, context);
  const prompt = inferred.prompt();
  const promptLatency = prompt && executionOf(prompt, target, cancel).latency;
  const image = inferred.image();
  const seen = image && executionOf(image, target, cancel);
  return {
    ...(model.generation.image !== undefined &&
      image !== undefined &&
      seen?.latency !== undefined && {
        image: {
          size: model.generation.image.size,
          tokens: model.generation.image.tokens,
          parameterCount: image.totals.parameterCount,
          weightBytes: seen.lowered.weightBytes,
          latency: seen.latency,
        },
      }),
    call,
    batch,
    step: call.tokens === 1 ? latency : undefined,
    prompt:
      call.tokens > 1
        ? latency && { tokens: call.tokens, latency }
        : promptLatency && { tokens: call.past, latency: promptLatency },
    cacheBytes,
    stateBytes,
    ...(computeBytes !== undefined && { computeBytes }),
  };
}

function targetSchedule(
  { graphWork: { flow } }: InferredModel,
  { runtime, precision }: Target,
  lowered: Lowered,
): Schedule {
  const schedule = loweredSchedule(
    flow,
    lowered,
    targetBytes(flow, precision, lowered.valueBits).of,
  );
  return runtime.arena === "line-buffered" ? lineBuffered(schedule, lowered, flow) : schedule;
}

export function assemble(inferred: InferredModel, targets: readonly TargetAnalysis[]): Analysis {
  const { model, layers, totals, memoryPlan, problems, goals } = inferred;
  return {
    model,
    inferred: inferred.inferred,
    layers,
    totals,
    memoryPlan,
    targets,
    problems,
    ...(goals !== undefined && { goals }),
  };
}

/** Nodes that the runtime's engine does not run, in their order. */
function unsupportedNodes(
  { graphWork }: InferredModel,
  { runtime }: Target,
  lowered: Lowered,
): readonly NodeId[] {
  const unsupported = new Set(runtime.unsupported);
  if (unsupported.size === 0) return [];
  return graphWork.flow.graph.nodes.flatMap((node, nodeId) => {
    const kernelIndex = lowered.kernelOfNode[nodeId] ?? -1;
    const isRun = kernelIndex >= 0 || graphWork.works[nodeId]?.kind !== "folded";
    return isRun && unsupported.has(operatorKey(node.domain, node.op)) ? [nodeId] : [];
  });
}

function fallbackProblems(
  { graphWork }: InferredModel,
  target: Target,
  nodeIds: readonly NodeId[],
): readonly Problem[] {
  const { runtime } = target;
  const [first] = nodeIds;
  if (first === undefined) return [];
  const counts = new Map<string, number>();
  for (const nodeId of nodeIds) {
    const node = graphWork.flow.graph.nodes[nodeId];
    const key = node === undefined ? "" : operatorKey(node.domain, node.op);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const names = [...counts].map(([key, count]) =>
    count === 1 ? `\`${key}\`` : `${count} × \`${key}\``,
  );
  const shown = names.slice(0, 8).join(", ") + (names.length > 8 ? " …" : "");
  return [
    {
      code: "RP1203",
      severity: "warning",
      message:
        runtime.fallback === undefined
          ? `${target.label}: no engine there runs ${shown}; use other operators or another runtime.`
          : `${target.label}: the ${runtime.engine} does not run ${shown}; the ${runtime.fallback} does, and the time includes bringing tensors over.`,
      nodeId: first,
    },
  ];
}
