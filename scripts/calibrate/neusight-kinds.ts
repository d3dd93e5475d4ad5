import type { Interval } from "../../server/core/cost/calibrated/calibration.js";
import type { KernelModel, KernelView } from "../../server/core/cost/calibrated/kernel-model.js";
import {
  kernelModel as attentionModel,
  partOfAttention,
} from "../../server/core/cost/calibrated/models/eager-attention-product.js";
import { kernelModel as batchedModel } from "../../server/core/cost/calibrated/models/eager-batched-matmul.js";
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
import { coveringBoth, intervalsInNetworks, type NetworkInterval } from "./network-intervals.js";
import type { CalibrationContext, Sample } from "./set.js";
import { foldOf } from "./split.js";
import { baseSeconds, fitBase, fitKind, shortKernel } from "./train/fit-kind.js";
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
  batchedModel,
  convModel,
  softmaxModel,
  normalizationModel,
  elementwiseModel,
];

/**
 * Models of the libraries' kernels, which differ by generation, with the number of their trees. Those of the framework's own
 * are the others: chips of one vendor run the same.
 */
const forests: ReadonlyMap<KernelModel, number> = new Map([
  [matmulModel, 200],
  [batchedModel, 200],
  [convModel, 300],
]);

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

/**
 * Kinds of one target's file from its own rows, and from all rows what other chips teach; `folds`: 1 for no intervals;
 * `inNetworks`: where there are intervals, those of kernels within networks.
 */
export function fitKinds(
  all: readonly OperatorRow[],
  targetId: string,
  {
    folds,
    lenders,
    inNetworks,
  }: {
    readonly folds: number;
    readonly lenders: Lenders;
    readonly inNetworks?: InNetworks;
  },
): Record<string, unknown> {
  const kinds: Record<string, unknown> = {};
  const own = all.filter(({ target }) => target === targetId);
  for (const [model, rows] of groupBy(own, (row) => row.model)) {
    if (model === attentionModel || model === linearModel) continue;
    const treeCount = forests.get(model);
    if (treeCount === undefined) {
      const vendor = rows[0]?.vendor ?? "";
      const kind = fitPooled(rows, model, {
        folds,
        overhead: lenders.overhead(model, vendor),
        prior: (fold) => lenders.prior(model, vendor, fold),
      });
      if (kind === undefined) continue;
      const known = isOfRows(model) ? inNetworks?.(model)(targetId) : undefined;
      const isAlone = rows.some(({ isOfNetwork }) => !isOfNetwork);
      kinds[model.id] =
        known === undefined
          ? kind
          : {
              ...kind,
              interval: coveringBoth(isAlone ? (kind["interval"] as Interval) : undefined, known),
            };
    } else if (rows.length >= fewestOfLibrary)
      kinds[model.id] = fitKind(copiesOf(rows), {
        features: model.features,
        folds,
        // Copies are more of the same network, and no more to judge by.
        judging: (ofFold) => [...new Set(ofFold)],
        train: (features, targets) =>
          fitOblivious(features, targets, { count: treeCount, featureShare: 0.4, outlier: 0.2 }),
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

const fewestOfLibrary = 30;
/** The vendor's other chips say the rest. */
const fewestOfFramework = 3;

/** Their networks are few and of few lengths, and foretell one another badly. */
function isOfRows(model: KernelModel): boolean {
  return model === softmaxModel || model === normalizationModel;
}

function copiesOf(rows: readonly OperatorRow[]): readonly OperatorRow[] {
  return rows.flatMap((row) =>
    new Array<OperatorRow>(row.isOfNetwork ? networkWeight : 1).fill(row),
  );
}

/** Of the framework's own kernels. Cross-validation of rows judges those measured alone. */
function fitPooled(
  rows: readonly OperatorRow[],
  model: KernelModel,
  {
    folds,
    overhead,
    prior,
  }: {
    readonly folds: number;
    readonly overhead: number | undefined;
    readonly prior: (fold?: number) => unknown;
  },
): Readonly<Record<string, unknown>> | undefined {
  if (rows.length < fewestOfFramework) return undefined;
  return fitKind(copiesOf(rows), {
    features: model.features,
    folds,
    overhead,
    ...(isOfRows(model) && {
      judging: (ofFold) => ofFold.filter((row) => !(row as OperatorRow).isOfNetwork),
    }),
    prior,
    train: (features, targets) =>
      fitTrees(features, targets, { count: 120, depth: 4, rate: 0.12, leafRows: 4, outlier: 0.15 }),
  });
}

export type InNetworks = (model: KernelModel) => (target: string) => NetworkInterval | undefined;

export function inNetworksOf(all: readonly OperatorRow[]): InNetworks {
  const kept = new Map<KernelModel, (target: string) => NetworkInterval | undefined>();
  return (model) => {
    const known = kept.get(model);
    if (known !== undefined) return known;
    const rows = all.filter((row) => row.model === model);
    const lendersWithout = new Map<string, Lenders>();
    const found = intervalsInNetworks(rows, model, (rest, target, left) => {
      const own = rest.filter((row) => row.target === target);
      const vendor = own[0]?.vendor ?? "";
      const lenders = lendersWithout.get(left) ?? lendersOf(rest, 1);
      lendersWithout.set(left, lenders);
      return fitPooled(own, model, {
        folds: 1,
        overhead: lenders.overhead(model, vendor),
        prior: () => lenders.prior(model, vendor, undefined),
      });
    });
    kept.set(model, found);
    return found;
  };
}

/** Half of what idle multiprocessors waste shows, since libraries have other tiles too (found by leaving networks out). */
const wasteSlope = 0.5;

/** What all chips of a vendor teach of a kind. */
export interface Lenders {
  /** Without the keys of a fold. */
  readonly prior: (model: KernelModel, vendor: string, fold: number | undefined) => unknown;
  /** Seconds beside the work: the median of chips that tell. */
  readonly overhead: (model: KernelModel, vendor: string) => number | undefined;
}

export function lendersOf(all: readonly OperatorRow[], folds: number): Lenders {
  const priors = new Map<string, unknown>();
  const overheads = new Map<string, number | undefined>();
  const rowsOf = (model: KernelModel, vendor: string): readonly OperatorRow[] =>
    all.filter((row) => row.model === model && row.vendor === vendor);
  const overhead: Lenders["overhead"] = (model, vendor) => {
    const name = `${model.id}|${vendor}`;
    if (!overheads.has(name)) overheads.set(name, medianOverhead(rowsOf(model, vendor), model));
    return overheads.get(name);
  };
  const prior: Lenders["prior"] = (model, vendor, fold) => {
    const name = `${model.id}|${vendor}|${fold}`;
    if (!priors.has(name)) {
      const rows = rowsOf(model, vendor).filter(
        ({ key }) => fold === undefined || foldOf(key, folds) !== fold,
      );
      priors.set(name, fitPrior(rows, model, overhead(model, vendor)));
    }
    return priors.get(name);
  };
  return { prior, overhead };
}

function medianOverhead(
  rows: readonly OperatorRow[],
  { features }: KernelModel,
): number | undefined {
  const told = [...groupBy(rows, ({ target }) => target).values()]
    .flatMap((own) => {
      const { overhead } = fitBase(own, { features });
      const shortest = own.reduce((least, { seconds }) => Math.min(least, seconds), Infinity);
      return shortest < shortKernel * overhead ? [overhead] : [];
    })
    .sort((a, b) => a - b);
  return told[told.length >> 1];
}

/** Every chip's rows against its own peaks and its own overhead. */
function fitPrior(
  rows: readonly OperatorRow[],
  { features }: KernelModel,
  overhead: number | undefined,
): unknown {
  const targets = new Map<OperatorRow, number>();
  for (const [, own] of groupBy(rows, ({ target }) => target)) {
    const base = fitBase(own, { features, overhead });
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
