import { productOf } from "../../../base/product.js";
import type { KernelKind, KernelShape } from "../../../ops/kernel-shape.js";
import { peakOf } from "../../../targets/catalogue.js";
import type { Target } from "../../../targets/target.js";
import type { KernelModel } from "../kernel-model.js";

/**
 * Any kernel of a measured network. Where only whole inferences were timed, one function of a kernel's size, form and
 * kind is fitted so that kernels add up to the networks; no kernel's own time was ever measured. What keeps kernels
 * from the peaks: short or ragged extents of products (tiles), little arithmetic for the bytes (depthwise, grouped),
 * conversions of operands (autocast), and launches.
 */
export const kernelModel: KernelModel = {
  id: "network-kernel",
  kinds: [
    "conv",
    "matmul",
    "attention",
    "recurrent",
    "pool",
    "elementwise",
    "normalization",
    "softmax",
    "reduction",
    "gather",
    "movement",
    "resize",
    "quantize",
    "sort",
    "transform",
    "control",
  ],
  features: [
    "log-m",
    "log-n",
    "log-k",
    "log-groups",
    "log-window",
    "log-stride",
    "log-bytes",
    "log-macs",
    "balance",
    "ragged-n8",
    "ragged-k8",
    "fill-n64",
    "fill-k64",
    "cast-share",
    "weight-share",
    "operands",
    "members",
    "log-in-out",
    "flops-per-byte",
    "channels-last",
    "is-pointwise",
    "is-spatial",
    "is-stem",
    "is-grouped",
    "is-depthwise",
    "is-linear",
    "is-product",
    "is-attention",
    "is-elementwise",
    "is-row-normalization",
    "is-channel-normalization",
    "is-softmax",
    "is-reduction",
    "is-pool",
    "is-movement",
    "is-gather",
    "is-resize",
    "group-fill",
    "own-depthwise",
    "large-depthwise",
  ],
  describe: (kernel, target) => {
    const { shape } = kernel;
    const { precision, chip } = target;
    const peak = peakOf(chip.peaks, precision.arithmetic)?.value;
    const memory = chip.memories.at(-1)?.bandwidth.value;
    if (peak === undefined || memory === undefined) return undefined;
    if (shape.kind === "view") return undefined;
    const { macs, readBytes, writeBytes, castBytes } = kernel;
    const bytes = readBytes + writeBytes;
    const computeSeconds = (2 * macs * paddingOf(shape, kernel.isChannelsLast, target)) / peak;
    const memorySeconds = (bytes + castBytes) / memory;
    const { m, n, k, groups, window, stride } = extentsOf(shape);
    const form = formOf(shape);
    const isProduct = k > 0;
    const [grouped, own, large] = cliffsOf(shape, kernel.isChannelsLast);
    const features = [
      log2(m) / 10 - 1.5,
      log2(n) / 5 - 1.5,
      log2(k) / 5 - 1.5,
      log2(groups) / 5,
      log2(window) / 3,
      log2(stride) / 2,
      (log2(bytes) - 24) / 4,
      log2(macs) / 20 - 1,
      Math.log2((computeSeconds + 1e-9) / (memorySeconds + 1e-9)) / 4,
      isProduct && n % 8 !== 0 ? 1 : 0,
      isProduct && k % 8 !== 0 ? 1 : 0,
      isProduct ? fill(n, 64) : 0,
      isProduct ? fill(k, 64) : 0,
      castBytes / (bytes + 1),
      kernel.weightReadBytes / (readBytes + 1),
      kernel.reads.length / 2 - 0.5,
      Math.min(kernel.nodeIds.length, 8) / 4 - 0.5,
      Math.log2(Math.max(readBytes / (writeBytes + 1), 0.01)) / 3,
      (kernel.otherFlops / (writeBytes + 1)) * 0.1 - 0.2,
      kernel.isChannelsLast ? 1 : 0,
      ...noForm,
      grouped,
      own,
      large,
    ];
    for (let index = 0; index < featureCount; index++)
      features[index] = Math.min(3, Math.max(-3, features[index] as number));
    if (form >= 0) features[featureCount + form] = 1;
    return { computeSeconds, memorySeconds, features };
  },
};

type ConvShape = Extract<KernelShape, { readonly kind: "conv" }>;

const featureCount = 20;
const noForm: readonly number[] = Array.from({ length: 17 }, () => 0);

/**
 * Where libraries change to other kernels, which size alone does not tell: depthwise windows for which PyTorch has its own
 * kernel in place of cuDNN's, and those beyond 7, which few kernels are written for; and how much of their tiles the
 * channels of a group leave empty.
 */
function cliffsOf(shape: KernelShape, isChannelsLast: boolean): readonly [number, number, number] {
  if (shape.kind !== "conv" || shape.groups === 1) return [0, 0, 0];
  const width = shape.inputChannels / shape.groups;
  if (width > 1) return [groupFill(width), 0, 0];
  const isOwn = !isChannelsLast && isOwnDepthwise(shape);
  const isLarge = shape.kernelSize.some((extent) => extent > 7);
  return [0, isOwn ? 1 : 0, isLarge ? 1 : 0];
}

/**
 * RegNets with channels last under PyTorch 2.1 take as long as if groups were filled up to a power of two, and beyond 64
 * channels to multiples of 128.
 */
function groupFill(width: number): number {
  return width > 64 ? fill(width, 128) : Math.ceil(Math.log2(width)) - Math.log2(width);
}

/** PyTorch, `aten/src/ATen/native/Convolution.cpp`, `check_cudnn_depthwise_workload_with_filter`. */
function isOwnDepthwise({ kernelSize, inputSize, inputChannels, strides }: ConvShape): boolean {
  const [filter = 1] = kernelSize;
  const width = inputSize.at(-1) ?? 1;
  if (kernelSize.some((extent) => extent !== filter) || ![1, 3, 5].includes(filter)) return true;
  if (width < 7 || inputChannels < 32) return true;
  if (strides.every((stride) => stride === 1)) return false;
  if (filter === 1 || strides.some((stride) => stride !== 2)) return true;
  return inputChannels < 512 && (inputChannels < 256 || width < 28);
}

/**
 * Matrix units take channels in vectors of 16 bytes, and fewer are filled up with zeros (NVIDIA, "Convolutional Layers
 * User's Guide", "Tensor Core requirements"). With channels last, cuDNN has no depthwise kernels for windows beyond 7×7:
 * each channel is a product of its own then, and fills one place of a tile of 32 outputs by such a vector. (32 was chosen by
 * ConvMixer's times.)
 */
function paddingOf(
  shape: KernelShape,
  isChannelsLast: boolean,
  { chip, precision }: Target,
): number {
  if (shape.kind !== "conv" || chip.kind !== "gpu" || shape.inputChannels === 0) return 1;
  const isNarrow = precision.arithmetic[0] === "float16" || precision.arithmetic[0] === "bfloat16";
  if (!isNarrow) return 1;
  if (shape.groups === 1) return (Math.ceil(shape.inputChannels / 8) * 8) / shape.inputChannels;
  const isDepthwise = shape.groups === shape.inputChannels;
  const isLarge = shape.kernelSize.every((extent) => extent > 7);
  return isChannelsLast && isDepthwise && isLarge ? 32 * 8 : 1;
}

/** Index among the features `is-…`; -1 for what is none of them. */
function formOf(shape: KernelShape): number {
  if (shape.kind === "conv") {
    if (shape.groups > 1) return shape.groups === shape.inputChannels ? 4 : 3;
    if (shape.inputChannels <= 4) return 2;
    return shape.kernelSize.every((size) => size === 1) ? 0 : 1;
  }
  if (shape.kind === "matmul") return shape.hasConstantRight ? 5 : 6;
  // Statistics over the batch make rows as long as the batch and the image; over channels, at most thousands.
  if (shape.kind === "normalization") return shape.columns > shape.rows ? 10 : 9;
  if (shape.kind === "attention" && shape.isUnfused === true) return 6;
  return forms[shape.kind] ?? -1;
}

const forms: Partial<Record<KernelKind, number>> = {
  attention: 7,
  elementwise: 8,
  softmax: 11,
  reduction: 12,
  pool: 13,
  movement: 14,
  gather: 15,
  resize: 16,
};

interface Extents {
  /** As a product [m,k]×[k,n]; k is 0 for what is none. */
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly groups: number;
  readonly window: number;
  readonly stride: number;
}

function extentsOf(shape: KernelShape): Extents {
  switch (shape.kind) {
    case "conv": {
      const window = productOf(shape.kernelSize);
      return {
        m: shape.batch * productOf(shape.outputSize),
        n: shape.outputChannels / shape.groups,
        k: (shape.inputChannels / shape.groups) * window,
        groups: shape.groups,
        window,
        stride: productOf(shape.strides),
      };
    }
    case "matmul":
      return shape.hasConstantRight
        ? { ...plain, m: shape.batch * shape.m, n: shape.n, k: shape.k }
        : { ...plain, m: shape.m, n: shape.n, k: shape.k, groups: shape.batch };
    case "attention":
      return {
        ...plain,
        m: shape.queryLength,
        n: shape.keyLength,
        k: shape.headSize,
        groups: shape.batch * shape.queryHeads,
      };
    case "recurrent":
      return {
        ...plain,
        m: shape.batch,
        n: shape.gates * shape.hiddenSize,
        k: shape.inputSize + shape.hiddenSize,
        groups: shape.steps * shape.directions,
      };
    case "normalization":
    case "softmax":
    case "sort":
    case "transform":
      return { ...plain, m: shape.rows, n: shape.columns };
    case "pool":
      return { ...plain, m: shape.outputElements, window: shape.windowElements };
    case "reduction":
      return {
        ...plain,
        m: shape.outputElements,
        n: shape.inputElements / Math.max(1, shape.outputElements),
      };
    case "resize":
      return { ...plain, m: shape.outputElements };
    case "elementwise":
    case "gather":
    case "movement":
    case "quantize":
      return { ...plain, m: shape.elements };
    default:
      return plain;
  }
}

const plain: Extents = { m: 0, n: 0, k: 0, groups: 1, window: 1, stride: 1 };

function log2(value: number): number {
  return Math.log2(Math.max(value, 1));
}

/** How much of whole tiles an extent leaves empty, as a logarithm. */
function fill(extent: number, tile: number): number {
  return extent <= 0 ? 0 : Math.log2((Math.ceil(extent / tile) * tile) / extent);
}
