import type { Kernel } from "../../../server/core/lower/lowered.js";
import type { KernelShape } from "../../../server/core/ops/kernel-shape.js";

/** A layer of a chain of square images, by what tells it from the next. */
export interface Layer {
  readonly kind: "conv" | "pool";
  readonly window: number;
  readonly stride?: number;
  readonly padding?: number;
  /** Output channels; pooling keeps them. */
  readonly channels?: number;
}

/** The kernels of such a chain, each reading what the one before has written. */
export function chain(
  input: { readonly size: number; readonly channels: number; readonly bytes: number },
  layers: readonly Layer[],
): readonly Kernel[] {
  let { size, channels } = input;
  return layers.map(({ kind, window, stride = 1, padding = 0, ...layer }, index) => {
    const outputs = layer.channels ?? channels;
    const output = Math.floor((size + 2 * padding - window) / stride) + 1;
    const shape: KernelShape =
      kind === "pool"
        ? { kind, outputElements: outputs * output ** 2, windowElements: window ** 2 }
        : {
            ...{ kind, batch: 1, groups: 1, inputChannels: channels, outputChannels: outputs },
            ...{ inputSize: [size, size], outputSize: [output, output] },
            ...{ kernelSize: [window, window], strides: [stride, stride], isTransposed: false },
          };
    const weights = kind === "conv" ? channels * outputs * window ** 2 * input.bytes : 0;
    const kernel: Kernel = {
      ...{ nodeIds: [index], shares: [1], shape, engine: "npu" },
      macs: kind === "conv" ? channels * outputs * window ** 2 * output ** 2 : 0,
      otherFlops: kind === "pool" ? outputs * output ** 2 * window ** 2 : 0,
      ...{ weightBytes: weights, weightReadBytes: weights },
      readBytes: weights + channels * size ** 2 * input.bytes,
      writeBytes: outputs * output ** 2 * input.bytes,
      ...{ reads: [index], writes: [index + 1], transferBytes: 0, castBytes: 0, castCount: 0 },
      ...{ isChannelsLast: false, quantizedElements: 0 },
    };
    [size, channels] = [output, outputs];
    return kernel;
  });
}
