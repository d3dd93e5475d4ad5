import type { KernelModel, KernelView } from "../../server/core/cost/calibrated/kernel-model.js";
import {
  kernelModel as attentionModel,
  partOfAttention,
} from "../../server/core/cost/calibrated/models/eager-attention-product.js";
import { kernelModel as convModel } from "../../server/core/cost/calibrated/models/eager-conv.js";
import { kernelModel as elementwiseModel } from "../../server/core/cost/calibrated/models/eager-elementwise.js";
import {
  kernelModel as linearModel,
  largeLayer,
} from "../../server/core/cost/calibrated/models/eager-linear.js";
import { kernelModel as matmulModel } from "../../server/core/cost/calibrated/models/eager-matmul.js";
import { kernelModel as normalizationModel } from "../../server/core/cost/calibrated/models/eager-normalization.js";
import { kernelModel as softmaxModel } from "../../server/core/cost/calibrated/models/eager-softmax.js";
import type { Kernel } from "../../server/core/lower/lowered.js";
import type { Target } from "../../server/core/targets/target.js";
import { groupBy } from "./group.js";
import type { CalibrationContext, Sample } from "./set.js";
import { foldOf } from "./split.js";
import { baseSeconds, fitBase, fitKind } from "./train/fit-kind.js";
import { fitLevels, type LevelRow } from "./train/fit-levels.js";
import { fitOblivious } from "./train/oblivious.js";
import { fitTrees } from "./train/trees.js";

/** A measured operator as one of the models sees it. */
export interface OperatorRow extends LevelRow {
  readonly model: KernelModel;
  /** From the trace of a network, not measured alone. */
  readonly isOfNetwork: boolean;
  /** Of a network's linear layer in whatever form, as `eager-linear` sees it. */
  readonly asLayer?: LevelRow;
}

const models: readonly KernelModel[] = [
  linearModel,
  matmulModel,
  convModel,
  softmaxModel,
  normalizationModel,
  elementwiseModel,
];

/** Chips of one vendor run the same kernels of the framework; those of the libraries differ by generation. */
const pooledModels: readonly KernelModel[] = [softmaxModel, normalizationModel, elementwiseModel];

export async function operatorRow(
  ctx: CalibrationContext,
  target: Target,
  { subject, key, seconds, kind }: Sample,
): Promise<OperatorRow | undefined> {
  const kernel = (await ctx.lower(subject, target))?.kernels[0];
  if (kernel === undefined) return undefined;
  const isOfNetwork = kind.endsWith("in a network");
  const isOfAttention = isOfNetwork && hasPart(kernel);
  const rowOf = ({ features, computeSeconds, memorySeconds }: KernelView): LevelRow => ({
    key,
    target: target.id,
    vendor: target.chip.id.split("-")[0] ?? "",
    features: Float64Array.from(features),
    work: Math.max(computeSeconds, memorySeconds),
    seconds,
  });
  const layer = isOfNetwork ? largeLayer(kernel, target) : undefined;
  for (const model of isOfAttention ? [attentionModel] : models) {
    if (!model.kinds.includes(kernel.shape.kind)) continue;
    const view = model.describe(isOfAttention ? withHeads(kernel) : kernel, target);
    if (view === undefined) continue;
    return {
      ...rowOf(view),
      model,
      isOfNetwork,
      ...(layer !== undefined && { asLayer: rowOf(layer) }),
    };
  }
  return undefined;
}

function hasPart({ shape }: Kernel): boolean {
  return shape.kind === "matmul" && partOfAttention(shape) !== undefined;
}

/** Also of heads that a network has flattened, since the kernels are the same ones. */
function withHeads(kernel: Kernel): Kernel {
  return { ...kernel, shape: { ...kernel.shape, hasHeads: true } as Kernel["shape"] };
}

/** Operators of networks are few beside those measured alone, and are what users have. */
const networkWeight = 30;
/** As a hint from another chip less so. */
const lentNetworkWeight = 3;

/** Kinds of one target's file from its own rows, and from all rows what other chips teach; `folds`: 1 for no intervals. */
export function fitKinds(
  all: readonly OperatorRow[],
  targetId: string,
  { folds, lenders }: { readonly folds: number; readonly lenders: Lenders },
): Record<string, unknown> {
  const kinds: Record<string, unknown> = {};
  const own = all.filter(({ target }) => target === targetId);
  for (const [model, rows] of groupBy(own, (row) => row.model)) {
    if (model === attentionModel || model === linearModel) continue;
    const isPooled = pooledModels.includes(model);
    if (rows.length < (isPooled ? 8 : 30)) continue;
    const isLarge = model === matmulModel || model === convModel;
    const vendor = rows[0]?.vendor ?? "";
    const copies = rows.flatMap((row) =>
      new Array<OperatorRow>(row.isOfNetwork ? networkWeight : 1).fill(row),
    );
    kinds[model.id] = fitKind(copies, {
      features: model.features,
      folds,
      ...(isPooled && { prior: (fold) => lenders(model, vendor, fold) }),
      train: (features, targets) =>
        isLarge
          ? fitOblivious(features, targets, { count: 300, featureShare: 0.4, outlier: 0.2 })
          : fitTrees(features, targets, {
              count: 120,
              depth: 4,
              rate: 0.12,
              leafRows: 4,
              outlier: 0.15,
            }),
    });
  }
  const chip = { target: targetId, vendor: targetId.split("-")[0] ?? "" };
  const attention = fitLevels(
    all.filter(({ model }) => model === attentionModel),
    { ...chip, features: attentionModel.features },
  );
  const layers = fitLevels(
    all.flatMap(({ asLayer }) => asLayer ?? []),
    { ...chip, features: linearModel.features, slopes: [wasteSlope] },
  );
  return {
    ...kinds,
    ...(attention !== undefined && { [attentionModel.id]: attention }),
    ...(layers !== undefined && { [linearModel.id]: layers }),
  };
}

/** Half of what idle multiprocessors waste shows, since libraries have other tiles too (found by leaving networks out). */
const wasteSlope = 0.5;

/** What all chips of a vendor teach of a kind, without the keys of a fold. */
export type Lenders = (model: KernelModel, vendor: string, fold: number | undefined) => unknown;

export function lendersOf(all: readonly OperatorRow[], folds: number): Lenders {
  const kept = new Map<string, unknown>();
  return (model, vendor, fold) => {
    const name = `${model.id}|${vendor}|${fold}`;
    if (!kept.has(name)) {
      const rows = all.filter(
        (row) =>
          row.model === model &&
          row.vendor === vendor &&
          (fold === undefined || foldOf(row.key, folds) !== fold),
      );
      kept.set(name, fitPrior(rows, model));
    }
    return kept.get(name);
  };
}

/** Every chip's rows against its own peaks and its own overhead. */
function fitPrior(rows: readonly OperatorRow[], { features }: KernelModel): unknown {
  const targets = new Map<OperatorRow, number>();
  for (const [, own] of groupBy(rows, ({ target }) => target)) {
    const base = fitBase(own, { features });
    for (const row of own) targets.set(row, Math.log(row.seconds / baseSeconds(row, base)));
  }
  return fitTrees(
    rows.map((row) => row.features),
    Float64Array.from(rows, (row) => targets.get(row) ?? 0),
    {
      count: 60,
      depth: 4,
      rate: 0.15,
      leafRows: 8,
      outlier: 0.15,
      weights: Float64Array.from(rows, ({ isOfNetwork }) => (isOfNetwork ? lentNetworkWeight : 1)),
    },
  );
}
