import type { Kernel } from "../lower/lowered.js";
import type { KernelShape } from "../ops/kernel-shape.js";
import { compulsory, contractionsOf, touchedRows, type Footprint } from "./contraction.js";

/** A way of giving several engines each a piece of one kernel's output, so that no sums cross between them. */
export interface Dealing {
  /** `output channels`, in the plural. */
  readonly along: string;
  readonly extent: number;
  /** The kernel that makes `count` of them. */
  readonly part: (count: number) => Kernel;
}

/** Along what a kernel's work can be dealt out, with activations of so many bits; none for those without products. */
export function dealingsOf(kernel: Kernel, activationBits: number): readonly Dealing[] {
  const ways = waysOf(kernel.shape).filter(({ extent }) => Number.isInteger(extent) && extent > 1);
  return ways.map(({ along, extent, shape, readsAll = false }) => ({
    along,
    extent,
    part: (count) =>
      partOf(kernel, shape(count), { share: count / extent, activationBits, readsAll }),
  }));
}

interface Way {
  readonly along: string;
  readonly extent: number;
  readonly shape: (count: number) => KernelShape;
  /** Each engine reads all activations and makes sums that are added to those of the others. */
  readonly readsAll?: boolean;
}

function waysOf(shape: KernelShape): readonly Way[] {
  switch (shape.kind) {
    case "matmul":
      return [
        { along: "products", extent: shape.batch, shape: (batch) => ({ ...shape, batch }) },
        { along: "rows", extent: shape.m, shape: (m) => ({ ...shape, m }) },
        { along: "columns", extent: shape.n, shape: (n) => ({ ...shape, n }) },
      ];
    case "conv":
      return convolutionWays(shape);
    case "attention": {
      const { batch, keyHeads, queryHeads } = shape;
      const shared = queryHeads / Math.max(1, keyHeads);
      return [
        { along: "texts", extent: batch, shape: (texts) => ({ ...shape, batch: texts }) },
        {
          along: "heads of keys",
          extent: keyHeads,
          shape: (heads) => ({ ...shape, keyHeads: heads, queryHeads: heads * shared }),
        },
      ];
    }
    case "moe":
      return [
        {
          along: "experts",
          extent: shape.localExperts,
          shape: (localExperts) => ({ ...shape, localExperts }),
          readsAll: true,
        },
      ];
    default:
      return [];
  }
}

function convolutionWays(shape: Extract<KernelShape, { readonly kind: "conv" }>): readonly Way[] {
  const { batch, groups, inputChannels, outputChannels, inputSize, outputSize } = shape;
  const images = {
    along: "images",
    extent: batch,
    shape: (count: number) => ({ ...shape, batch: count }),
  };
  if (groups > 1)
    return [
      images,
      {
        along: "groups",
        extent: groups,
        shape: (count) => ({
          ...shape,
          groups: count,
          inputChannels: (inputChannels / groups) * count,
          outputChannels: (outputChannels / groups) * count,
        }),
      },
    ];
  const channels = {
    along: "output channels",
    extent: outputChannels,
    shape: (count: number) => ({ ...shape, outputChannels: count }),
  };
  const [whole] = contractionsOf(shape);
  // Rows are the last axis but one; further ones outside of it would have each its rows.
  const hasRows =
    outputSize.length === 2 &&
    !shape.isTransposed &&
    shape.offsetGroups === undefined &&
    whole !== undefined;
  return [
    images,
    channels,
    ...(hasRows
      ? [
          {
            along: "output rows",
            extent: outputSize[0] ?? 1,
            shape: (count: number) => ({
              ...shape,
              outputSize: [count, ...outputSize.slice(1)],
              inputSize: [touchedRows(whole, count), ...inputSize.slice(1)],
            }),
          },
        ]
      : []),
  ];
}

type Operands = Pick<Footprint, "weights" | "inputs">;

/** The kernel of a part's shape: operands by what the part reads of them, what streams past (residuals, biases) by its share. */
function partOf(
  kernel: Kernel,
  shape: KernelShape,
  {
    share,
    activationBits,
    readsAll,
  }: { readonly share: number; readonly activationBits: number; readonly readsAll: boolean },
): Kernel {
  const hasWeights = kernel.weightReadBytes > 0;
  const [whole, own] = [footprintOf(kernel.shape), footprintOf(shape)];
  const weightReadBytes = kernel.weightReadBytes * ratio(own.weights, whole.weights, share);
  const activations = kernel.readBytes - kernel.weightReadBytes;
  const operands = (of: Operands): number =>
    (activationBits / 8) * (of.inputs + (hasWeights ? 0 : of.weights));
  const all = Math.min(activations, operands(whole));
  const read = all * ratio(operands(own), operands(whole), share) + (activations - all) * share;
  return {
    ...kernel,
    shape,
    macs: kernel.macs * share,
    otherFlops: kernel.otherFlops * share,
    weightReadBytes,
    readBytes: weightReadBytes + (readsAll ? activations : read),
    writeBytes: readsAll ? kernel.writeBytes : kernel.writeBytes * share,
  };
}

function footprintOf(shape: KernelShape): Operands {
  const sizes = contractionsOf(shape).map(compulsory);
  return {
    weights: sizes.reduce((sum, { weights }) => sum + weights, 0),
    inputs: sizes[0]?.inputs ?? 0,
  };
}

function ratio(part: number, whole: number, otherwise: number): number {
  return whole > 0 ? Math.min(1, part / whole) : otherwise;
}
