import type { Lowered } from "../../lower/lowered.js";
import type { KernelCost } from "../cost.js";

export interface Aggregated {
  readonly lowered: Lowered;
  readonly costs: readonly KernelCost[];
  /** Sum of the kernels' seconds. */
  readonly seconds: number;
}

/** A number about a whole model by its name in calibration files; 0 for a name that is not known. */
export function aggregate(name: string, subject: Aggregated): number {
  return Object.hasOwn(aggregates, name) ? (aggregates[name]?.(subject) ?? 0) : 0;
}

export function isAggregate(name: string): boolean {
  return Object.hasOwn(aggregates, name);
}

/** Logarithms are of base 2. */
const aggregates: Readonly<Record<string, (subject: Aggregated) => number>> = {
  "log-seconds": ({ seconds }) => log2(seconds * 1e9),
  /** Images at a time; of a model without convolutions 0. */
  "log-batch": ({ lowered }) => {
    for (const { shape } of lowered.kernels) if (shape.kind === "conv") return log2(shape.batch);
    return 0;
  },
  "log-kernels": ({ lowered }) => log2(lowered.kernels.length),
  "log-macs": ({ lowered }) => log2(lowered.kernels.reduce((sum, kernel) => sum + kernel.macs, 0)),
  "log-activation-bytes": ({ lowered }) =>
    log2(
      lowered.kernels.reduce(
        (sum, kernel) => sum + kernel.readBytes - kernel.weightReadBytes + kernel.writeBytes,
        0,
      ),
    ),
  "log-weight-bytes": ({ lowered }) => log2(lowered.weightBytes),
  /** Deep networks have many weights and much arithmetic; classifiers by matrix products have many for little. */
  "log-bytes-per-mac": ({ lowered }) =>
    log2(lowered.weightBytes) - log2(lowered.kernels.reduce((sum, kernel) => sum + kernel.macs, 0)),
  "seconds-per-kernel": ({ seconds, lowered }) =>
    log2((seconds * 1e9) / Math.max(1, lowered.kernels.length)),
  /** The largest kernel's activations: about what must be kept at once. */
  "log-peak-activation-bytes": ({ lowered }) =>
    log2(lowered.kernels.reduce((most, kernel) => Math.max(most, activationBytes(kernel)), 0)),
  "log-reduction-bytes": (subject) => log2(bytesOf(subject, reductions) + smallBytes),
  "log-movement-bytes": (subject) => log2(bytesOf(subject, movements) + smallBytes),
  "log-elementwise-bytes": (subject) => log2(bytesOf(subject, pointwise) + smallBytes),
  "depthwise-mac-share": (subject) => macShare(subject, ({ shape }) => isDepthwise(shape)),
  "grouped-mac-share": (subject) =>
    macShare(
      subject,
      ({ shape }) => shape.kind === "conv" && shape.groups > 1 && !isDepthwise(shape),
    ),
  "window-mac-share": (subject) =>
    macShare(
      subject,
      ({ shape }) =>
        shape.kind === "conv" &&
        shape.groups === 1 &&
        shape.kernelSize.some((extent) => extent > 1),
    ),
  "product-mac-share": (subject) =>
    macShare(subject, ({ shape }) => shape.kind === "matmul" || shape.kind === "attention"),
  "depthwise-share": (subject) => secondsShare(subject, (kernel) => isDepthwise(kernel.shape)),
  "convolution-share": (subject) => secondsShare(subject, ({ shape }) => shape.kind === "conv"),
  "product-share": (subject) =>
    secondsShare(subject, ({ shape }) => shape.kind === "matmul" || shape.kind === "attention"),
  "elementwise-share": (subject) =>
    secondsShare(subject, ({ shape }) => shape.kind === "elementwise"),
};

type AnyKernel = Lowered["kernels"][number];

function isDepthwise(shape: AnyKernel["shape"]): boolean {
  return shape.kind === "conv" && shape.groups > 1 && shape.groups === shape.inputChannels;
}

const reductions = new Set(["normalization", "softmax", "reduction", "pool"]);
const movements = new Set(["movement", "gather", "resize"]);
const pointwise = new Set(["elementwise", "quantize"]);
/** Of networks that have next to none, so that a logarithm does not make much of it. */
const smallBytes = 2 ** 16;

function activationBytes(kernel: AnyKernel): number {
  return kernel.readBytes - kernel.weightReadBytes + kernel.writeBytes;
}

function bytesOf({ lowered }: Aggregated, kinds: ReadonlySet<string>): number {
  let sum = 0;
  for (const kernel of lowered.kernels)
    if (kinds.has(kernel.shape.kind)) sum += activationBytes(kernel);
  return sum;
}

function macShare({ lowered }: Aggregated, isMeant: (kernel: AnyKernel) => boolean): number {
  let whole = 0;
  let sum = 0;
  for (const kernel of lowered.kernels) {
    whole += kernel.macs;
    if (isMeant(kernel)) sum += kernel.macs;
  }
  return whole === 0 ? 0 : sum / whole;
}

function secondsShare(
  { lowered, costs, seconds }: Aggregated,
  isMeant: (kernel: AnyKernel) => boolean,
): number {
  if (seconds <= 0) return 0;
  let sum = 0;
  for (const [index, kernel] of lowered.kernels.entries())
    if (isMeant(kernel)) sum += costs[index]?.seconds.value ?? 0;
  return sum / seconds;
}

function log2(value: number): number {
  return Math.log2(Math.max(value, 1));
}
